/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cache.bpf.h - the page cache of a file: an xarray. A folio of several pages
 * has one entry, and siblings of it that name the slot where that stands.
 */
#ifndef DIRTYWATCH_CACHE_BPF_H
#define DIRTYWATCH_CACHE_BPF_H

#include "folio.bpf.h"

#define XA_SLOT_BITS 6
#define XA_SLOTS (1 << XA_SLOT_BITS)
#define XA_LEVELS 11 /* of a tree over 64 bits */

/* The lowest bits of an entry: 10 if it is a node, if it is not a small number;
 * any other than 00 if it is no pointer to a folio. */
static __always_inline bool xa_is_node(__u64 entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

static __always_inline bool xa_is_sibling(__u64 entry)
{
	return (entry & 3) == 2 && entry >> 2 < XA_SLOTS;
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

/* The way down to one index. */
struct cache_walk {
	__u64 index;
	__u64 entry;
};

/* One node further. Returns false at the end of the way. */
static __always_inline bool cache_step(struct cache_walk *walk, bool root)
{
	__u64 node = walk->entry & ~3ULL;
	__u64 slot;

	if (!xa_is_node(walk->entry))
		return false;
	slot = walk->index >> BPF_CORE_READ((struct xa_node *)node, shift) % 64;
	if (root && slot >= XA_SLOTS) {
		walk->entry = 0;
		return false;
	}
	slot %= XA_SLOTS;
	walk->entry = xa_word(node, slots, slot);
	if (xa_is_sibling(walk->entry))
		walk->entry = xa_word(node, slots, walk->entry >> 2);
	return true;
}

/*
 * The way down to one index as long as something below is marked as dirty: the
 * first of an entry's marks, since there is an xarray.
 */
static long mark_step(__u32 i, struct cache_walk *walk)
{
	__u64 node = walk->entry & ~3ULL;
	__u64 slot;

	if (!xa_is_node(walk->entry))
		return 1;
	slot = walk->index >> BPF_CORE_READ((struct xa_node *)node, shift) % 64;
	slot %= XA_SLOTS;
	walk->entry = xa_word(node, marks, 0) >> slot & 1
			      ? xa_word(node, slots, slot)
			      : 0;
	return 0;
}

/* xa_flags of a file with any mark are no less: where those lie has moved. */
#define XA_MARKS (1 << 20)

/*
 * Is this folio marked as dirty in its file? It need not be dirty. One without
 * a node has its marks in xa_flags.
 */
static __always_inline bool cache_marked(const struct folio_at *f)
{
	struct address_space *mapping = (void *)f->mapping;
	struct cache_walk walk = { .index = f->first };

	if (BPF_CORE_READ(mapping, i_pages.xa_flags) < XA_MARKS)
		return false;
	walk.entry = (__u64)BPF_CORE_READ(mapping, i_pages.xa_head);
	bpf_loop(XA_LEVELS, mark_step, &walk, 0);
	return walk.entry == f->folio;
}

/* The folio that the file has at this index. Returns false if there is none. */
static __always_inline bool cache_find(struct folio_at *f, __u64 mapping,
				       __u64 index)
{
	struct cache_walk walk = { .index = index };

	walk.entry = (__u64)BPF_CORE_READ((struct address_space *)mapping,
					  i_pages.xa_head);
	if (!xa_is_node(walk.entry) && index)
		return false;
	for (int i = 0; i < XA_LEVELS && cache_step(&walk, !i); i++)
		;
	if (!walk.entry || walk.entry & 3)
		return false;
	folio_read(f, walk.entry);
	return f->mapping == mapping && index - f->first < f->pages;
}

/*
 * Does this page still stand where the window says? Then `f` is its folio: a
 * split may have given it another.
 */
static __always_inline bool page_present(struct folio_at *f, __u64 page,
					 __u64 mapping, __u64 index)
{
	return cache_find(f, mapping, index) && folio_page(f, index) == page;
}

#endif
