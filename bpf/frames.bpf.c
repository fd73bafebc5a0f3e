// SPDX-License-Identifier: GPL-2.0
/*
 * frames.bpf.c - the search in the table of known functions. Not static: the
 * kernel checks such a function once, and by itself. It knows what is in the
 * table, and would follow each way through it at every call.
 */
#include "vmlinux.h"
#include "stack.bpf.h"

#define FRAMES_STEPS 8 /* 2^7 rows need no more */

__u32 frame_find(__u64 ip)
{
	__u32 low = 0, high = knob_frames_count;

	for (int step = 0; step < FRAMES_STEPS && low < high; step++) {
		__u32 middle = (low + high) / 2 % FRAMES_MAX;

		if (ip < knob_frames[middle].from)
			high = middle;
		else if (ip >= knob_frames[middle].to)
			low = middle + 1;
		else
			return middle;
	}
	return FRAMES_MAX;
}
