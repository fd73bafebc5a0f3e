/* SPDX-License-Identifier: GPL-2.0 */
/* task.bpf.h - what is known of the current task. */
#ifndef DIRTYWATCH_TASK_BPF_H
#define DIRTYWATCH_TASK_BPF_H

#include "maps.bpf.h"
#include "count.bpf.h"

/* Its state, or NULL if no hook has seen it yet. */
static __always_inline struct task_state *task_known(void)
{
	return bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);
}

/* The write call that it is in, or NULL. */
static __always_inline struct call *task_call(struct task_state *task)
{
	return task && task->call.id ? &task->call : NULL;
}

/* Its state, made if need be; NULL, and blind, if that fails. */
static __always_inline struct task_state *task_made(void)
{
	struct task_state *task;

	task = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!task)
		go_blind(BLIND_no_task);
	return task;
}

/*
 * The same, but NULL while not every hook is attached: then the return of what
 * begins may go unseen.
 */
static __always_inline struct task_state *task_state(void)
{
	return armed ? task_made() : NULL;
}

#endif
