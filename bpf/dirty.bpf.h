/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dirty.bpf.h - the dirty pages of a file, found by the marks in its xarray.
 * The marks may be older than the pages' own bits: those decide.
 */
#ifndef DIRTYWATCH_DIRTY_BPF_H
#define DIRTYWATCH_DIRTY_BPF_H

#include "page.bpf.h"

#define DIRTY_STEPS (1 << 17)

struct dirty_walk {
	__u64 node;   /* where the walk stands, 0 at its end */
	__u64 cursor; /* next slot of the node */
	struct evicted found;
};

/* The pages of one folio. */
struct dirty_folio {
	struct folio_at folio;
	struct evicted *found;
};

static long dirty_page(__u32 i, struct dirty_folio *d)
{
	__u64 index = d->folio.first + i;

	if (!(page_flags(&d->folio, index) & page_flag(PG_dirty)))
		return 0;
	if (!d->found->pages++)
		d->found->first = index;
	d->found->last = index;
	return 0;
}

/* Not static, as the next one: the kernel checks it once, not at each call. */
__weak int dirty_note(struct evicted *found, __u64 entry)
{
	struct dirty_folio d = { .found = found };

	if (!found || !entry || entry & 3 ||
	    !(folio_flags(entry) & page_flag(PG_dirty)))
		return 0;
	folio_read(&d.folio, entry);
	bpf_loop(window_min(d.folio.pages, FOLIO_PAGES_MAX), dirty_page, &d, 0);
	return 0;
}

/* Of bits that are not all 0. The compiler's own crashes it for this target. */
__weak __u32 lowest_bit(__u64 bits)
{
	__u32 n = 0;

	for (__u32 half = XA_SLOTS / 2; half; half /= 2) {
		if (bits & ((1ULL << half) - 1))
			continue;
		n += half;
		bits >>= half;
	}
	return n;
}

/* One slot with a mark further, into a node or out of it. */
static long dirty_step(__u32 i, struct dirty_walk *walk)
{
	struct xa_node *node = (struct xa_node *)walk->node;
	__u64 marks = 0, entry;

	if (!node)
		return 1;
	if (walk->cursor < XA_SLOTS)
		marks = xa_word(walk->node, marks, 0) >> walk->cursor;
	if (!marks) {
		walk->cursor = BPF_CORE_READ(node, offset) + 1;
		walk->node = (__u64)BPF_CORE_READ(node, parent);
		return 0;
	}
	walk->cursor += lowest_bit(marks);
	entry = xa_word(walk->node, slots, walk->cursor);
	if (xa_is_node(entry)) {
		walk->node = entry & ~3ULL;
		walk->cursor = 0;
		return 0;
	}
	dirty_note(&walk->found, entry);
	walk->cursor++;
	return 0;
}

/*
 * Fill `walk->found` with the dirty pages. Stops short where a file has very
 * many: then walk->node is not 0.
 */
static __always_inline void dirty_find(__u64 mapping, struct dirty_walk *walk)
{
	__u64 head = (__u64)BPF_CORE_READ((struct address_space *)mapping,
					  i_pages.xa_head);

	if (!xa_is_node(head)) {
		dirty_note(&walk->found, head);
		return;
	}
	walk->node = head & ~3ULL;
	bpf_loop(DIRTY_STEPS, dirty_step, walk, 0);
}

#endif
