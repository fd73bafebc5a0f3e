/* SPDX-License-Identifier: GPL-2.0 */
/*
 * observe_unsent.bpf.h - a page leaves the page cache: was it ever sent to the
 * disk? A dirty page is marked in its file's xarray. The mark goes when
 * writeback begins (Linux: __folio_start_writeback()), not when the page is
 * cleaned: who finds it at a clean page knows that nobody sent it.
 */
#ifndef DIRTYWATCH_OBSERVE_UNSENT_BPF_H
#define DIRTYWATCH_OBSERVE_UNSENT_BPF_H

#include "observe_drop.bpf.h"
#include "task.bpf.h"

#define RWSEM_WRITER_LOCKED 1

/* A folio that was not sent, on its way out. */
struct unsent {
	struct folio_at folio;
	struct stack_search search;
	__u64 flags;
	__u32 verdict;
};

/*
 * May a write call be under way? It holds the inode's lock, as others do, and
 * may yet rewrite the page. Where that cannot be read: it may.
 */
static __always_inline bool inode_held(struct inode *inode)
{
	if (!bpf_core_field_exists(inode->i_rwsem.count))
		return true;
	return BPF_CORE_READ(inode, i_rwsem.count.counter) &
	       RWSEM_WRITER_LOCKED;
}

/* Nobody has the file open, and it has no name: its data is unwanted. */
static __always_inline bool inode_forsaken(struct inode *inode)
{
	return inode_unlinked(inode) && !BPF_CORE_READ(inode, i_count.counter);
}

/* Its inode is evicted: was that told of already, or not to be told? */
static __always_inline bool evict_settled(const struct unsent *u,
					  struct inode *inode)
{
	struct task_state *task = task_known();

	if (inode_unlinked(inode) ||
	    (task && task->evicted == u->folio.mapping))
		return true;
	if (!maybe_deleted(inode))
		return false;
	go_blind(BLIND_evicted);
	return true;
}

/* Was it thrown away on purpose, or is it otherwise nobody's concern? */
static __always_inline bool unsent_on_purpose(const struct unsent *u)
{
	struct inode *inode = mapping_inode(u->folio.mapping);
	__u32 way = u->search.way;

	if (way >= WAY_TRUNCATE || way == WAY_HWPOISON || inode_own(inode) ||
	    filesystem_failed(BPF_CORE_READ(inode, i_sb)))
		return true;
	return way == WAY_EVICT && evict_settled(u, inode);
}

/* What replaces its data has not said whether it did. */
static __always_inline bool unsent_awaits(const struct unsent *u)
{
	return u->search.way >= WAY_DIRECT_IO && u->search.way <= WAY_REMAP;
}

static __always_inline void unsent_judge(struct unsent *u)
{
	u->verdict = VERDICT_LOST;
	if (u->search.way == WAY_UNKNOWN)
		go_blind(BLIND_unknown_way);
	if (unsent_awaits(u)) {
		go_blind(BLIND_direct_io);
		u->verdict = VERDICT_PENDING;
	} else if (inode_held(mapping_inode(u->folio.mapping))) {
		go_blind(BLIND_undecided);
		u->verdict = VERDICT_PENDING;
	}
}

static __always_inline void unsent_fill(struct record *record,
					const struct unsent *u, __u64 index)
{
	struct window *w = &record->window;
	__u64 mapping = u->folio.mapping;

	record_fill(record, RECORD_FINDING, mapping_inode(mapping), NULL,
		    &u->search);
	record->verdict = u->verdict;
	record->flags |= RECORD_UNSENT;
	w->page = folio_page(&u->folio, index);
	w->index = index;
	w->bits = WINDOW_DROPPED;
	drop_fill(&w->drop, u->flags, mapping, u->search.way);
	w->i_size = w->drop.i_size;
	window_bound(w, record->bound);
	w->rescue = rescue(&u->folio, index, w->drop.ns, 0);
	record->trail.dropper_cgroup = bpf_get_current_cgroup_id();
	stack_copy(&record->trail.drop, &u->search);
}

static __always_inline void unsent_count(const struct unsent *u, __u64 pages)
{
	count_more(verdict_counter(u->verdict), pages);
	if (u->verdict == VERDICT_LOST)
		count_more(COUNT_unfollowed, pages);
}

/*
 * It must not branch by the verdict: the verifier of 6.1 sees the loop's body
 * for one of the two only, and takes away what the other one needs.
 */
static long unsent_step(__u32 i, struct unsent *u)
{
	struct record *record = record_reserve();

	if (!record) {
		go_blind(BLIND_ring_full);
		return 0;
	}
	unsent_fill(record, u, u->folio.first + i);
	record_send(record);
	return 0;
}

/* Pages of the folio that lie within the file. */
static __always_inline __u64 pages_within(const struct folio_at *f)
{
	struct inode *inode = mapping_inode(f->mapping);
	__u64 size = BPF_CORE_READ(inode, i_size);
	__u64 end = (size >> WINDOW_PAGE_SHIFT) +
		    !!(size & ((1 << WINDOW_PAGE_SHIFT) - 1));

	if (f->first >= end)
		return 0;
	return window_min(window_min(f->pages, end - f->first),
			  FOLIO_PAGES_MAX);
}

/* A folio without windows leaves the page cache. */
static __noinline int observe_unsent(void *ctx, __u64 folio)
{
	struct unsent u = { .flags = folio_flags(folio) };
	__u64 pages;

	if (u.flags & (page_flag(PG_dirty) | page_flag(PG_writeback)))
		return 0;
	folio_read(&u.folio, folio);
	pages = pages_within(&u.folio);
	if (!pages || !cache_marked(&u.folio) ||
	    inode_forsaken(mapping_inode(u.folio.mapping)))
		return 0;
	/* It may have been on purpose: no stack, no verdict. */
	if (stack_classify(ctx, STACK_DROP, &u.search)) {
		go_blind(BLIND_no_stack);
		return 0;
	}
	if (unsent_on_purpose(&u))
		return 0;
	unsent_judge(&u);
	unsent_count(&u, pages);
	bpf_loop(pages, unsent_step, &u, 0);
	return 0;
}

/*
 * A folio leaves the page cache of a watched file that has marks, or while
 * there are windows. `beyond`: it lies behind the file's end.
 */
static __always_inline int observe_guarded(void *ctx, __u64 folio, bool beyond)
{
	if (!guarding || (live && drop_windows(ctx, folio)) || beyond)
		return 0;
	return observe_unsent(ctx, folio);
}

#endif
