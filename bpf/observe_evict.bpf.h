/* SPDX-License-Identifier: GPL-2.0 */
/* observe_evict.bpf.h - an inode leaves memory: is all of it on the disk? */
#ifndef DIRTYWATCH_OBSERVE_EVICT_BPF_H
#define DIRTYWATCH_OBSERVE_EVICT_BPF_H

#include "dirty.bpf.h"
#include "emit.bpf.h"
#include "task.bpf.h"

/* Another mapping may since have got the address of the last one. */
static __always_inline void evict_begin(void)
{
	struct task_state *task = task_known();

	if (task)
		task->evicted = 0;
}

/* Each of its pages will be seen to go: all of them have been told of. */
static __always_inline void evict_note(__u64 mapping)
{
	struct task_state *task = task_made();

	if (task)
		task->evicted = mapping;
}

static __noinline int say_evicted(void *ctx, struct inode *inode,
				  const struct dirty_walk *walk)
{
	struct stack_search search;
	struct record *record;

	count(COUNT_evicted_dirty);
	stack_classify(ctx, STACK_EVICT, &search);
	record = record_reserve();
	if (!record) {
		go_blind(BLIND_ring_full);
		return 0;
	}
	record_fill(record, RECORD_EVICTED, inode, NULL, &search);
	record_task(record);
	record->way = search.way;
	record->evicted = walk->found;
	if (walk->node)
		record->flags |= RECORD_MORE_PAGES;
	record_send(record);
	return 0;
}

/* All pages of this mapping are about to be thrown away. */
static __always_inline int observe_evict(void *ctx, __u64 mapping)
{
	struct dirty_walk walk = { 0 };
	struct inode *inode;

	evict_begin();
	inode = mapping_inode(mapping);
	if (inode_unwanted(inode) ||
	    filesystem_failed(BPF_CORE_READ(inode, i_sb)))
		return 0;
	dirty_find(mapping, &walk);
	if (!walk.found.pages)
		return 0;
	if (maybe_deleted(inode)) {
		go_blind(BLIND_evicted);
		return 0;
	}
	walk.found.i_size = BPF_CORE_READ(inode, i_size);
	evict_note(mapping);
	return say_evicted(ctx, inode, &walk);
}

#endif
