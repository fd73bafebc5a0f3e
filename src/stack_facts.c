// SPDX-License-Identifier: GPL-2.0
/* stack_facts.c - see stack_facts.h. */
#include <stddef.h>
#include <stdlib.h>

#include "stack_facts.h"

static int by_range(const void *key, const void *row)
{
	const struct frame *frame = row;
	__u64 ip = *(const __u64 *)key;

	if (ip < frame->from)
		return -1;
	return ip >= frame->to;
}

struct stack_facts stack_facts(const struct frame *frames, unsigned int rows,
			       const __u64 *ip, unsigned int depth)
{
	struct stack_facts facts = { SCOPE_NONE, WAY_UNKNOWN };

	for (unsigned int i = 0; i < depth; i++) {
		/* Behind a call that ends its function, another one begins. */
		__u64 call = ip[i] - 1;
		const struct frame *frame =
			bsearch(&call, frames, rows, sizeof(*frames), by_range);

		if (!frame)
			continue;
		if (!facts.scope)
			facts.scope = frame->scope;
		if (frame->way && (!facts.way || facts.way == WAY_INVALIDATE))
			facts.way = frame->way;
	}
	return facts;
}
