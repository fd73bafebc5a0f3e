/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rewrite.bpf.h - a page that its own write call lost and then wrote anew. What
 * the call read in from the disk, and left there beside its own bytes, is what
 * the disk held: the copy of it tells later if somebody else wrote there.
 */
#ifndef DIRTYWATCH_REWRITE_BPF_H
#define DIRTYWATCH_REWRITE_BPF_H

#include "cache.bpf.h"
#include "rescue.bpf.h"

/* No call that began so long after the last loss was there before it. */
#define REWRITE_NS 60000000000ULL

/* The bits of these pages, see struct rewrite. */
static __always_inline __u64 pages_mask(__u64 first, __u64 last)
{
	__u64 n = last - first + 1, shift = first % 64;
	__u64 mask = n >= 64 ? ~0ULL : (1ULL << n) - 1;

	return shift ? mask << shift | mask >> (64 - shift) : mask;
}

/* A page is dropped whose write call has not returned. */
static __always_inline void rewrite_begun(__u64 mapping, const struct window *w)
{
	struct rewrite fresh = {
		.call = w->call,
		.lost = pages_mask(w->index, w->index),
		/* An elder one of the file may have been thrown out. */
		.void_ns = w->drop.ns,
	};
	struct rewrite *r;

	if (!knob_rescue || w->bits & WINDOW_ENDED || window_on_purpose(w))
		return;
	rewrites_ns = w->drop.ns;
	r = bpf_map_lookup_elem(&rewrites, &mapping);
	if (!r && bpf_map_update_elem(&rewrites, &mapping, &fresh, BPF_NOEXIST))
		r = bpf_map_lookup_elem(&rewrites, &mapping);
	if (!r)
		return;
	__sync_fetch_and_or(&r->lost, fresh.lost);
	r->call = w->call;
}

/* Is this page, or any of its folio, mapped by anybody? Counts begin at -1. */
static __always_inline bool page_mapped(const struct folio_at *f, __u64 index)
{
	struct page *page = (struct page *)folio_page(f, index);
	struct folio *folio = (struct folio *)f->folio;

	if (f->pages == 1)
		return !bpf_core_field_exists(page->_mapcount) ||
		       BPF_CORE_READ(page, _mapcount.counter) >= 0;
	return !bpf_core_field_exists(folio->_large_mapcount) ||
	       BPF_CORE_READ(folio, _large_mapcount.counter) >= 0;
}

/* Stores into memory that is mapped are seen by nobody. */
static __always_inline bool stores_possible(const struct folio_at *f,
					    __u64 index)
{
	struct address_space *mapping = (struct address_space *)f->mapping;

	return BPF_CORE_READ(mapping, i_mmap_writable.counter) > 0 &&
	       page_mapped(f, index);
}

/* The write call of a dropped page returns: what has it left there? */
static __always_inline void rewrite_copy(__u64 mapping, const struct window *w)
{
	struct content_ask ask = {
		.page = w->page,
		.index = w->index,
		.clean_ns = w->clean_ns,
		.mapping = mapping,
		.part = CONTENT_AFTER,
	};
	struct folio_at f = { 0 };

	if (!knob_rescue || window_on_purpose(w) ||
	    !cache_find(&f, mapping, w->index) ||
	    stores_possible(&f, w->index) ||
	    !(page_flags(&f, w->index) & page_flag(PG_dirty)) ||
	    !page_uptodate(&f, w->index))
		return;
	ask.at = folio_page(&f, w->index);
	content_send(&ask);
}

/*
 * A write call returns that has lost pages, and their copies are taken. Each
 * side tells first, and looks then.
 */
static __always_inline void rewrite_ended(struct rewrite *r)
{
	rewrites_ns = bpf_ktime_get_ns();
	__sync_lock_test_and_set(&r->after_ns, rewrites_ns);
	if (r->met & r->lost)
		r->void_ns = bpf_ktime_get_ns();
	r->call = 0;
	r->met = 0;
}

/*
 * Another one returns. It may have written to lost pages before their copies
 * were taken: from when their own call has let go of the inode's lock until
 * then nobody holds that.
 */
static __always_inline void rewrite_met(struct rewrite *r,
					const struct call *call, __u64 pages)
{
	if (r->call)
		__sync_fetch_and_or(&r->met, pages);
	if (call->id < r->after_ns && r->lost & pages)
		r->void_ns = bpf_ktime_get_ns();
}

/*
 * A write call returns `result`: is it on a file that has lost pages? The knob
 * comes before any load: the verifier takes away only what stands behind it.
 */
static __always_inline void rewrite_return(const struct call *call, long result)
{
	__u64 last, mapping, stop;
	struct kiocb *iocb;
	struct rewrite *r;

	if (!knob_rescue)
		return;
	iocb = call->iocb;
	last = rewrites_ns;
	if (!last || (call->id > last && call->id - last > REWRITE_NS))
		return;
	mapping = (__u64)BPF_CORE_READ(iocb, ki_filp, f_mapping);
	r = bpf_map_lookup_elem(&rewrites, &mapping);
	if (!r)
		return;
	stop = BPF_CORE_READ(iocb, ki_pos);
	if (r->call == call->id)
		rewrite_ended(r);
	else if (result > 0 && stop >= (__u64)result)
		rewrite_met(r, call,
			    pages_mask((stop - result) >> WINDOW_PAGE_SHIFT,
				       (stop - 1) >> WINDOW_PAGE_SHIFT));
}

#endif
