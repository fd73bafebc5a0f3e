/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dirty.bpf.h - the dirty pages of a file, found by the marks in its xarray.
 * The marks may be older than the pages' own bits: those decide.
 */
#ifndef DIRTYWATCH_DIRTY_BPF_H
#define DIRTYWATCH_DIRTY_BPF_H

#include "page.bpf.h"

#define DIRTY_STEPS (1 << 17)
#define XA_SLOTS 64

struct dirty_walk {
	__u64 node;   /* where the walk stands, 0 at its end */
	__u64 cursor; /* next slot of the node */
	struct evicted found;
};

/* The lowest bits of an entry: 10 if it is a node, if it is not a small number;
 * any other than 00 if it is no pointer to a page. */
static __always_inline bool xa_is_node(__u64 entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

static __always_inline void dirty_note(struct evicted *found, __u64 entry)
{
	struct folio *folio = (struct folio *)entry;
	__u64 index;

	if (!entry || entry & 3 || !(page_flags(entry) & page_flag(PG_dirty)))
		return;
	index = BPF_CORE_READ(folio, index);
	if (!found->pages++)
		found->first = index;
	found->last = index;
}

/* Of bits that are not all 0. The compiler's own crashes it for this target. */
static __always_inline __u32 lowest_bit(__u64 bits)
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

/* By offset: BTF of some kernels says arrays of arrays are flat. */
#define xa_word(node, field, n)                                                \
	word_at((node) + bpf_core_field_offset(struct xa_node, field), n)

static __always_inline __u64 word_at(__u64 words, __u64 n)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word),
			      (void *)(words + n * sizeof(word)));
	return word;
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
