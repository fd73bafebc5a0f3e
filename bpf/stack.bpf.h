/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stack.bpf.h - positive evidence: which known function stands innermost on
 * the kernel stack. Only suspects and their drops pay for it.
 */
#ifndef DIRTYWATCH_STACK_BPF_H
#define DIRTYWATCH_STACK_BPF_H

#include "maps.bpf.h"
#include "knobs.bpf.h"

#define STACK_MAX (sizeof(((struct stack_buffer *)0)->ip) / sizeof(__u64))

struct stack_search {
	__u32 user;  /* enum stack_user: whose buffer holds the stack */
	__u32 depth; /* 0: it could not be read */
	__u32 scope;
	__u32 way;
};

/* Index of the known function that holds `ip`, or FRAMES_MAX. */
extern __u32 frame_find(__u64 ip);

/*
 * A return address may lie behind a call that ends its function, so the byte
 * before it is looked up. The innermost known function decides, but a bare
 * invalidation says less than what asked for it (a direct write, say).
 */
static long stack_step(__u32 i, struct stack_search *search)
{
	const struct stack_buffer *stack;
	__u32 user = search->user, frame;

	if (i >= search->depth || i >= STACK_MAX)
		return 1;
	stack = bpf_map_lookup_elem(&stacks, &user);
	if (!stack)
		return 1;
	frame = frame_find(stack->ip[i] - 1);
	if (frame >= FRAMES_MAX)
		return 0;
	if (!search->scope)
		search->scope = knob_frames[frame].scope;
	if (knob_frames[frame].way &&
	    (!search->way || search->way == WAY_INVALIDATE))
		search->way = knob_frames[frame].way;
	return 0;
}

/*
 * Read the current kernel stack into the buffer of `user` and find its
 * innermost scope and way. Returns 0, or -1 if the stack could not be read.
 */
static __always_inline int stack_classify(void *ctx, __u32 user,
					  struct stack_search *search)
{
	struct stack_buffer *stack = bpf_map_lookup_elem(&stacks, &user);
	long size;

	search->user = user;
	search->depth = 0;
	search->scope = SCOPE_NONE;
	search->way = WAY_UNKNOWN;
	if (!stack)
		return -1;
	size = bpf_get_stack(ctx, stack->ip, sizeof(stack->ip), 0);
	if (size <= 0)
		return -1;
	search->depth = size / sizeof(__u64);
	bpf_loop(STACK_MAX, stack_step, search, 0);
	return 0;
}

#endif
