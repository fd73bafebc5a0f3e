/* SPDX-License-Identifier: GPL-2.0 */
/*
 * loop.bpf.h - to unwind a stack costs more than all else that is done for a
 * page on its way to the disk. Whoever writes back cleans many pages in a loop:
 * a task in no write call that cleans pages of the same file from the same
 * depth of its stack as before is in the loop that its stack has told of.
 */
#ifndef DIRTYWATCH_LOOP_BPF_H
#define DIRTYWATCH_LOOP_BPF_H

#include "task.bpf.h"

/* The stack is read again at least so often. */
#define LOOP_PAGES 256

/*
 * The depth of the stack: where it has the program's context. By way of memory,
 * after which the verifier takes it for a number.
 */
static __always_inline __u64 loop_depth(void *ctx, struct loop *loop)
{
	*(void *volatile *)&loop->here = ctx;
	return *(volatile __u64 *)&loop->here;
}

/* This task, in no write call, writes back: so it said of `mapping` from here.
 */
static __always_inline bool loop_goes_on(void *ctx, struct task_state *task,
					 __u64 mapping)
{
	struct loop *loop;

	if (!task || task->loop.mapping != mapping)
		return false;
	loop = &task->loop;
	if (!loop->left || loop_depth(ctx, loop) != loop->depth)
		return false;
	loop->left--;
	return true;
}

/* By its stack this task, in no write call, writes back pages of `mapping`. */
static __always_inline void loop_begin(void *ctx, __u64 mapping)
{
	struct task_state *task;

	/* Without it, the stack is read for each page. */
	task = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!task)
		return;
	task->loop.depth = loop_depth(ctx, &task->loop);
	task->loop.mapping = mapping;
	task->loop.left = LOOP_PAGES;
}

#endif
