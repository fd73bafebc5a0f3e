/* SPDX-License-Identifier: GPL-2.0 */
/* blind_span.h - how often evidence was missing, and in which interval. */
#ifndef DIRTYWATCH_BLIND_SPAN_H
#define DIRTYWATCH_BLIND_SPAN_H

#include "record.h"

/* It was missing `times` more by `now` (ns). */
void blind_note(struct blind_span *span, __u64 times, __u64 now);

/* Make `to` the sum of both, and its interval the one that spans both. */
void blind_add(struct blind_span *to, const struct blind_span *span);

#endif
