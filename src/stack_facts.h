/* SPDX-License-Identifier: GPL-2.0 */
/* stack_facts.h - what the known functions in a kernel stack prove. */
#ifndef DIRTYWATCH_STACK_FACTS_H
#define DIRTYWATCH_STACK_FACTS_H

#include "record.h"

struct stack_facts {
	__u32 scope; /* enum scope */
	__u32 way;   /* enum way */
};

/*
 * The innermost scope and way in a stack of return addresses, innermost first.
 * `frames` are the known functions, `rows` of them, sorted by address. A bare
 * invalidation says less than what asked for it (a direct write, say).
 */
struct stack_facts stack_facts(const struct frame *frames, unsigned int rows,
			       const __u64 *ip, unsigned int depth);

#endif
