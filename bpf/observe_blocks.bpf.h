/* SPDX-License-Identifier: GPL-2.0 */
/*
 * observe_blocks.bpf.h - of a folio of several pages, all or some were cleaned.
 * Which of them were dirty, says the bitmap of its blocks. The kernel cleans
 * the folio itself with the last block, or all of it at once; then the bitmap
 * stays as it was.
 */
#ifndef DIRTYWATCH_OBSERVE_BLOCKS_BPF_H
#define DIRTYWATCH_OBSERVE_BLOCKS_BPF_H

#include "observe_clean.bpf.h"

/* A walk over pages of one folio. */
struct blocks_walk {
	struct folio_at folio;
	__u64 from; /* index of the first page */
	__u32 pages;
	__u32 dirty; /* how many were dirty */
	struct call *call;
	struct stack_search search;
};

static __always_inline bool was_dirty(const struct folio_at *f, __u64 index)
{
	return f->blocks == 1 || block_bit(f, index, BLOCKS_DIRTY);
}

static long blocks_count_step(__u32 i, struct blocks_walk *walk)
{
	walk->dirty += was_dirty(&walk->folio, walk->from + i);
	return 0;
}

static long blocks_written_step(__u32 i, struct blocks_walk *walk)
{
	struct page_at at = page_place(&walk->folio, walk->from + i);

	if (was_dirty(&walk->folio, at.index))
		observe_written(&at);
	return 0;
}

static long blocks_retry_step(__u32 i, struct blocks_walk *walk)
{
	struct page_at at = page_place(&walk->folio, walk->from + i);

	observe_retry(walk->call, &at);
	return 0;
}

static long blocks_suspect_step(__u32 i, struct blocks_walk *walk)
{
	struct page_at at = page_place(&walk->folio, walk->from + i);

	if (was_dirty(&walk->folio, at.index))
		/* All of these may still look dirty. */
		observe_suspect(walk->call, &at, walk->from, &walk->search);
	else
		observe_retry(walk->call, &at);
	return 0;
}

/* Does the call come back to pages that were cleaned before? */
static __always_inline int blocks_retry(struct blocks_walk *walk)
{
	if (walk->call && walk->call->suspects)
		bpf_loop(walk->pages, blocks_retry_step, walk, 0);
	return 0;
}

static __always_inline int blocks_cleaned(void *ctx, struct blocks_walk *walk,
					  struct task_state *task)
{
	enum scope scope = SCOPE_WRITEBACK;

	bpf_loop(walk->pages, blocks_count_step, walk, 0);
	if (!walk->dirty)
		return blocks_retry(walk);
	if (task && task->writeback)
		count_more(COUNT_written, walk->dirty);
	else
		scope = clean_scope(ctx, task, walk->call, walk->folio.mapping,
				    walk->dirty, &walk->search);
	if (scope == SCOPE_WRITE)
		bpf_loop(walk->pages, blocks_suspect_step, walk, 0);
	else if (scope == SCOPE_WRITEBACK && live)
		bpf_loop(walk->pages, blocks_written_step, walk, 0);
	return 0;
}

/* folio_clear_dirty_for_io() returned `cleaned` for this folio. */
static __always_inline int observe_folio_clean(void *ctx, __u64 folio,
					       bool cleaned)
{
	struct task_state *task = task_known();
	struct blocks_walk walk = { .call = task_call(task) };

	folio_read(&walk.folio, folio);
	walk.from = walk.folio.first;
	walk.pages = window_min(walk.folio.pages, FOLIO_PAGES_MAX);
	if (!cleaned)
		return blocks_retry(&walk);
	/* Its last block was cleaned before, and that must have been seen. */
	if (!blocks_seen && walk.folio.blocks > 1)
		go_blind(BLIND_block_state);
	return blocks_cleaned(ctx, &walk, task);
}

/* The blocks of the file bytes [start, start + len) are about to be cleaned. */
static __always_inline int observe_block_clean(void *ctx, __u64 folio,
					       __u64 start, __u32 len)
{
	struct task_state *task = task_known();
	struct blocks_walk walk = { .call = task_call(task) };
	bool dirty = folio_flags(folio) & page_flag(PG_dirty);
	__u64 to = (start + len - 1) >> WINDOW_PAGE_SHIFT;

	blocks_seen = 1;
	walk.from = start >> WINDOW_PAGE_SHIFT;
	walk.pages = window_min(to - walk.from + 1, FOLIO_PAGES_MAX);
	if (dirty && task && task->writeback && !live) {
		count_more(COUNT_written, walk.pages);
		return 0;
	}
	folio_read(&walk.folio, folio);
	/* Several blocks in a page, of which some are dirty and some are not.
	 */
	if (walk.folio.block_shift < WINDOW_PAGE_SHIFT ||
	    walk.folio.pages == 1) {
		go_blind(BLIND_block_state);
		return 0;
	}
	return dirty ? blocks_cleaned(ctx, &walk, task) : blocks_retry(&walk);
}

#endif
