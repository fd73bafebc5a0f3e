/* SPDX-License-Identifier: GPL-2.0 */
/* observe_drop.bpf.h - a page leaves the page cache, or moves within it. */
#ifndef DIRTYWATCH_OBSERVE_DROP_BPF_H
#define DIRTYWATCH_OBSERVE_DROP_BPF_H

#include "observe_overwrite.bpf.h"

/* A page leaves the page cache. */
static __always_inline int observe_drop(void *ctx, __u64 page)
{
	struct page_at at = page_place(page);
	__u64 id = bpf_get_current_pid_tgid();
	struct stack_search search;
	struct inode *inode;
	struct place place;
	struct window *w;

	w = armed ? windows_find(&place, at.mapping, at.index) : NULL;
	if (!w)
		return 0;
	if (w->page != at.page) { /* it was replaced, and nobody saw how */
		go_blind(BLIND_vanished);
		windows_take(&place);
		return 0;
	}
	/* It may have been on purpose: no stack, no verdict. */
	if (stack_classify(ctx, STACK_DROP, &search)) {
		go_blind(BLIND_no_stack);
		windows_take(&place);
		return 0;
	}
	if (search.way == WAY_UNKNOWN)
		go_blind(BLIND_unknown_way);
	inode = mapping_inode(at.mapping);
	w->drop.ns = bpf_ktime_get_ns();
	w->drop.i_size = BPF_CORE_READ(inode, i_size);
	w->drop.pid = id;
	w->drop.tgid = id >> 32;
	w->drop.way = search.way;
	w->drop.dirty = !!(page_flags(at.page) & page_flag(PG_dirty));
	w->drop.unlinked = inode_unlinked(inode);
	bpf_get_current_comm(w->drop.comm, sizeof(w->drop.comm));
	overwrite_begun(w, at.mapping);
	/* Before the step: from then on the window may be another's. */
	trail_drop(&place, &search,
		   !window_on_purpose(w) && search.way < WAY_DIRECT_IO &&
			   losses_note(at.mapping, w));
	window_say(&place, w, window_step(w, OBS_DROP, w->drop.ns), NULL,
		   &search);
	return 0;
}

struct drop_batch {
	void *ctx;
	__u64 pages; /* address of the first address */
};

static long drop_batch_step(__u32 i, struct drop_batch *batch)
{
	__u64 page = 0;

	bpf_probe_read_kernel(&page, sizeof(page),
			      (void *)(batch->pages + i * sizeof(page)));
	observe_drop(batch->ctx, page);
	return 0;
}

/* The pages of this struct folio_batch leave the page cache. */
static __always_inline int observe_drop_batch(void *ctx, __u64 address)
{
	struct drop_batch batch = {
		.ctx = ctx,
		.pages = address +
			 bpf_core_field_offset(struct folio_batch, folios),
	};

	bpf_loop(BPF_CORE_READ((struct folio_batch *)address, nr),
		 drop_batch_step, &batch, 0);
	return 0;
}

/* A page was migrated to this new one: its window follows it. */
static __always_inline int observe_move(__u64 page)
{
	struct page_at at = page_place(page);
	struct place place;
	struct window *w;

	w = windows_find(&place, at.mapping, at.index);
	if (!w)
		return 0;
	w->page = at.page;
	count(COUNT_migrated);
	return 0;
}

#endif
