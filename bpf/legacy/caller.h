/* SPDX-License-Identifier: GPL-2.0 */
/* caller.h - which known function holds an address. */
#ifndef DIRTYWATCH_LEGACY_CALLER_H
#define DIRTYWATCH_LEGACY_CALLER_H

#include "page.h"

#define FRAMES_STEPS 8 /* 2^7 rows need no more */

/*
 * The scope of the known function that a return address leads to. It may lie
 * behind a call that ends its function, so the byte before it is looked up.
 */
static __always_inline __u32 caller_scope(__u64 address, __u32 rows)
{
	__u32 low = 0, high = rows;

	address--;
#pragma clang loop unroll(full)
	for (int step = 0; step < FRAMES_STEPS; step++) {
		__u32 middle = (low + high) / 2;
		struct frame *frame;

		if (low >= high)
			return SCOPE_NONE;
		frame = bpf_map_lookup_elem(&frames, &middle);
		if (!frame)
			return SCOPE_NONE;
		if (address < frame->from)
			high = middle;
		else if (address >= frame->to)
			low = middle + 1;
		else
			return frame->scope;
	}
	return SCOPE_NONE;
}

#endif
