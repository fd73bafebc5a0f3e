/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trail.bpf.h - what is kept beside a window for its finding: the stacks of
 * the clean and of the drop, and whose cgroups. It may be missing.
 */
#ifndef DIRTYWATCH_TRAIL_BPF_H
#define DIRTYWATCH_TRAIL_BPF_H

#include "maps.bpf.h"
#include "stack.bpf.h"

static const struct trail trail_none;

static __always_inline void stack_copy(struct record_stack *to,
				       const struct stack_search *search)
{
	__u32 user = search->user;
	const struct stack_buffer *stack = bpf_map_lookup_elem(&stacks, &user);

	if (!stack || !search->depth)
		return;
	to->len = search->depth < RECORD_STACK_DEPTH ? search->depth
						     : RECORD_STACK_DEPTH;
	__builtin_memcpy(to->ip, stack->ip, sizeof(to->ip));
}

/* Of a window that is new in its place: whatever was there goes. */
static __always_inline void trail_open(const struct place *place,
				       const struct stack_search *search)
{
	struct trail *e;

	bpf_map_update_elem(&trails, place, &trail_none, BPF_ANY);
	e = bpf_map_lookup_elem(&trails, place);
	if (!e)
		return;
	e->writer_cgroup = bpf_get_current_cgroup_id();
	stack_copy(&e->clean, search);
}

/* Of the drop, which is this task's. */
static __always_inline void trail_drop(const struct place *place,
				       const struct stack_search *search,
				       bool followed)
{
	struct trail *e;

	bpf_map_update_elem(&trails, place, &trail_none, BPF_NOEXIST);
	e = bpf_map_lookup_elem(&trails, place);
	if (!e)
		return;
	e->dropper_cgroup = bpf_get_current_cgroup_id();
	e->followed = followed;
	stack_copy(&e->drop, search);
}

#endif
