// SPDX-License-Identifier: GPL-2.0
/* blind_span.c - see blind_span.h. */
#include "blind_span.h"

void blind_note(struct blind_span *span, __u64 times, __u64 now)
{
	if (!times)
		return;
	if (!span->count)
		span->first_ns = now;
	span->last_ns = now;
	span->count += times;
}

void blind_add(struct blind_span *to, const struct blind_span *span)
{
	if (!span->count)
		return;
	if (!to->count || span->first_ns < to->first_ns)
		to->first_ns = span->first_ns;
	if (!to->count || span->last_ns > to->last_ns)
		to->last_ns = span->last_ns;
	to->count += span->count;
}
