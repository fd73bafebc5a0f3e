/* SPDX-License-Identifier: GPL-2.0 */
/* observe_add.bpf.h - a page enters the page cache: was it lost before? */
#ifndef DIRTYWATCH_OBSERVE_ADD_BPF_H
#define DIRTYWATCH_OBSERVE_ADD_BPF_H

#include "emit.bpf.h"
#include "losses.bpf.h"
#include "task.bpf.h"

/* Will the write call put its own bytes over the whole page? */
static __always_inline bool call_covers(const struct call *call, __u64 index)
{
	struct iov_iter *from = call->from;
	struct kiocb *iocb = call->iocb;
	__u64 left = BPF_CORE_READ(from, count);
	__u64 at = BPF_CORE_READ(iocb, ki_pos) + call->length - left;

	return at <= index << WINDOW_PAGE_SHIFT &&
	       at + left >= (index + 1) << WINDOW_PAGE_SHIFT;
}

static __noinline int say_stale(const struct page_at *at,
				const struct loss *loss, enum record_read how)
{
	struct record *record = record_reserve();

	count(how == READ_BY_RETRY ? COUNT_own_retries : COUNT_stale_reads);
	if (!record) {
		go_blind(BLIND_ring_full);
		return 0;
	}
	record_fill(record, RECORD_STALE, mapping_inode(at->mapping), NULL,
		    NULL);
	record_task(record);
	record->window.index = at->index;
	record->window.clean_ns = loss->clean_ns;
	record->read = how;
	record_send(record);
	return 0;
}

/* A page of a folio that is in the page cache, locked, and not read yet. */
static long add_step(__u32 i, struct folio_at *folio)
{
	struct page_at at = page_place(folio, folio->first + i);
	struct loss_key key = loss_key_of(at.mapping, at.index);
	struct loss *found = bpf_map_lookup_elem(&losses, &key);
	enum record_read how = READ_BY_READ;
	struct task_state *task;
	struct loss loss;

	if (!found)
		return 0;
	loss = *found;
	/* One of two that come at once says it. */
	if (bpf_map_delete_elem(&losses, &key) ||
	    bpf_ktime_get_ns() - loss.drop_ns > FOLLOW_NS)
		return 0;
	task = task_known();
	if (task && task->call.id) {
		if (call_covers(&task->call, at.index))
			return 0;
		how = task->call.id == loss.call ? READ_BY_RETRY
						 : READ_BY_WRITE;
	}
	say_stale(&at, &loss, how);
	return 0;
}

static __always_inline int observe_add(__u64 address)
{
	struct folio_at folio;

	folio_read(&folio, address);
	bpf_loop(window_min(folio.pages, FOLIO_PAGES_MAX), add_step, &folio, 0);
	return 0;
}

#endif
