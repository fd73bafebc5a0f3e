/* SPDX-License-Identifier: GPL-2.0 */
/* observe_drop.bpf.h - a page leaves the page cache, or moves within it. */
#ifndef DIRTYWATCH_OBSERVE_DROP_BPF_H
#define DIRTYWATCH_OBSERVE_DROP_BPF_H

#include "observe_overwrite.bpf.h"
#include "rewrite.bpf.h"

/* A walk over the pages of a folio that leaves the page cache, or moves. */
struct folio_walk {
	struct folio_at folio;
	__u64 windows; /* of its pages */
	struct stack_search search;
};

static long windows_step(__u32 i, struct folio_walk *walk)
{
	struct place place;

	if (windows_find(&place, walk->folio.mapping, walk->folio.first + i))
		walk->windows++;
	return 0;
}

/* Who drops the page, and what the file is then. */
static __always_inline void drop_fill(struct window_drop *drop, __u64 flags,
				      __u64 mapping, __u32 way)
{
	struct inode *inode = mapping_inode(mapping);
	__u64 id = bpf_get_current_pid_tgid();

	drop->ns = bpf_ktime_get_ns();
	drop->i_size = BPF_CORE_READ(inode, i_size);
	drop->pid = id;
	drop->tgid = id >> 32;
	drop->way = way;
	drop->dirty = !!(flags & page_flag(PG_dirty));
	drop->unlinked = inode_unlinked(inode);
	bpf_get_current_comm(drop->comm, sizeof(drop->comm));
}

static long drop_step(__u32 i, struct folio_walk *walk)
{
	__u64 mapping = walk->folio.mapping;
	__u64 index = walk->folio.first + i;
	struct place place;
	struct window *w;

	w = windows_find(&place, mapping, index);
	if (!w)
		return 0;
	if (w->page != folio_page(&walk->folio, index)) {
		/* it was replaced, and nobody saw how */
		go_blind(BLIND_vanished);
		windows_take(&place);
		return 0;
	}
	/* It may have been on purpose: no stack, no verdict. */
	if (!walk->search.depth) {
		go_blind(BLIND_no_stack);
		windows_take(&place);
		return 0;
	}
	if (walk->search.way == WAY_UNKNOWN)
		go_blind(BLIND_unknown_way);
	drop_fill(&w->drop, page_flags(&walk->folio, index), mapping,
		  walk->search.way);
	if (!window_on_purpose(w))
		w->rescue = rescue(&walk->folio, index, w->clean_ns, 0);
	rewrite_begun(mapping, w);
	overwrite_begun(w, mapping);
	/* Before the step: from then on the window may be another's. */
	trail_drop(&place, &walk->search,
		   !window_on_purpose(w) && walk->search.way < WAY_DIRECT_IO &&
			   losses_note(mapping, w));
	window_say(&place, w, window_step(w, OBS_DROP, w->drop.ns), 0,
		   &walk->search);
	return 0;
}

/* A folio with windows leaves the page cache. Returns false if it has none. */
static __always_inline bool drop_windows(void *ctx, __u64 folio)
{
	struct folio_walk walk = { 0 };
	__u64 pages;

	folio_read(&walk.folio, folio);
	pages = window_min(walk.folio.pages, FOLIO_PAGES_MAX);
	bpf_loop(pages, windows_step, &walk, 0);
	if (!walk.windows)
		return false;
	/* What was not read has no depth. */
	stack_classify(ctx, STACK_DROP, &walk.search);
	bpf_loop(pages, drop_step, &walk, 0);
	return true;
}

/* A folio leaves the page cache, with all its pages. */
static __always_inline int observe_drop(void *ctx, __u64 folio)
{
	if (armed)
		drop_windows(ctx, folio);
	return 0;
}

struct drop_batch {
	void *ctx;
	__u64 folios; /* address of the first address */
};

static long drop_batch_step(__u32 i, struct drop_batch *batch)
{
	__u64 folio = 0;

	bpf_probe_read_kernel(&folio, sizeof(folio),
			      (void *)(batch->folios + i * sizeof(folio)));
	observe_drop(batch->ctx, folio);
	return 0;
}

/* The folios of this struct folio_batch leave the page cache. */
static __always_inline int observe_drop_batch(void *ctx, __u64 address)
{
	struct drop_batch batch = {
		.ctx = ctx,
		.folios = address +
			  bpf_core_field_offset(struct folio_batch, folios),
	};

	bpf_loop(BPF_CORE_READ((struct folio_batch *)address, nr),
		 drop_batch_step, &batch, 0);
	return 0;
}

static long move_step(__u32 i, struct folio_walk *walk)
{
	__u64 index = walk->folio.first + i;
	struct place place;
	struct window *w;

	w = windows_find(&place, walk->folio.mapping, index);
	if (!w)
		return 0;
	w->page = folio_page(&walk->folio, index);
	count(COUNT_migrated);
	return 0;
}

/* A folio was migrated to this new one: the windows of its pages follow it. */
static __always_inline int observe_move(__u64 folio)
{
	struct folio_walk walk = { 0 };

	folio_read(&walk.folio, folio);
	bpf_loop(window_min(walk.folio.pages, FOLIO_PAGES_MAX), move_step,
		 &walk, 0);
	return 0;
}

#endif
