/* SPDX-License-Identifier: GPL-2.0 */
/*
 * folio.bpf.h - folios: several pages under one set of flags, of which btrfs
 * keeps what is dirty and what is being written block by block.
 */
#ifndef DIRTYWATCH_FOLIO_BPF_H
#define DIRTYWATCH_FOLIO_BPF_H

#include <bpf/bpf_core_read.h>
#include "maps.bpf.h"
#include "count.bpf.h"

#define page_flag(name) (1ULL << bpf_core_enum_value(enum pageflags, name))

/* btrfs makes none larger than 2 MiB. */
#define FOLIO_PAGES_MAX 512

/* The bitmaps of a folio's state, in their order: since there is one. */
enum block_bitmap {
	BLOCKS_UPTODATE,
	BLOCKS_DIRTY,
	BLOCKS_WRITEBACK,
};

/* A folio where it stands. Plain numbers: the verifier lets no pointer be a
 * key. */
struct folio_at {
	__u64 folio;
	__u64 mapping;
	__u64 first; /* index of its first page in the file */
	__u64 state; /* address of the state of its blocks, 0: has none */
	__u32 pages; /* how many it has */
	__u16 blocks;
	__u16 block_shift;
};

static __always_inline __u64 folio_flags(__u64 folio)
{
	if (bpf_core_field_exists(struct folio___memdesc, flags.f))
		return BPF_CORE_READ((struct folio___memdesc *)folio, flags.f);
	return BPF_CORE_READ((struct folio *)folio, flags);
}

static __always_inline __u32 folio_pages(__u64 folio)
{
	__u32 pages;

	if (!(folio_flags(folio) & page_flag(PG_head)))
		return 1;
	if (bpf_core_field_exists(struct folio, _nr_pages))
		pages = BPF_CORE_READ((struct folio *)folio, _nr_pages);
	else
		pages = BPF_CORE_READ((struct folio___before *)folio,
				      _folio_nr_pages);
	return pages;
}

/*
 * Where the bitmaps are in the state. Where btrfs.ko has no BTF: behind a lock
 * and a counter, as in every kernel so far.
 */
static __always_inline __u64 state_bitmaps(void)
{
	if (bpf_core_field_exists(struct btrfs_folio_state, bitmaps))
		return bpf_core_field_offset(struct btrfs_folio_state, bitmaps);
	if (bpf_core_field_exists(struct btrfs_subpage, bitmaps))
		return bpf_core_field_offset(struct btrfs_subpage, bitmaps);
	return (bpf_core_type_size(struct spinlock) + sizeof(int) + 7) & ~7ULL;
}

/* The folio at this address, as it stands in its file. */
static __always_inline void folio_read(struct folio_at *f, __u64 address)
{
	struct folio *folio = (struct folio *)address;
	struct address_space *mapping = BPF_CORE_READ(folio, mapping);
	struct inode *inode;

	f->folio = address;
	f->mapping = (__u64)mapping;
	f->first = BPF_CORE_READ(folio, index);
	f->pages = folio_pages(address);
	f->state = 0;
	f->blocks = 1;
	f->block_shift = WINDOW_PAGE_SHIFT;
	if (f->pages == 1)
		return;
	inode = BPF_CORE_READ(mapping, host);
	f->block_shift = BPF_CORE_READ(inode, i_blkbits) % 32;
	f->blocks = ((__u64)f->pages << WINDOW_PAGE_SHIFT) >> f->block_shift;
	if (f->blocks > 1)
		f->state = (__u64)BPF_CORE_READ(folio, private);
}

/* The address of the page with this index: what it is, wherever it goes. */
static __always_inline __u64 folio_page(const struct folio_at *f, __u64 index)
{
	return f->folio + (index - f->first) * bpf_core_type_size(struct page);
}

/* The bit of the block that holds this page of a folio that has a state. */
static __always_inline bool block_bit(const struct folio_at *f, __u64 index,
				      enum block_bitmap bitmap)
{
	__u64 block =
		((index - f->first) << WINDOW_PAGE_SHIFT) >> f->block_shift;
	__u64 bit = bitmap * f->blocks + block;
	__u64 word = 0;

	if (block >= f->blocks ||
	    bpf_probe_read_kernel(&word, sizeof(word),
				  (void *)(f->state + state_bitmaps() +
					   bit / 64 * sizeof(word)))) {
		go_blind(BLIND_block_state);
		return false;
	}
	return word >> bit % 64 & 1;
}

/*
 * The flags of one page as they would be if it was a folio of its own. What is
 * locked and has no state is on its way from one place in memory to another.
 */
static __always_inline __u64 page_flags(const struct folio_at *f, __u64 index)
{
	__u64 flags = folio_flags(f->folio);
	__u64 dirty = page_flag(PG_dirty), writeback = page_flag(PG_writeback);

	if (f->blocks == 1)
		return flags;
	if (!f->state)
		return flags & page_flag(PG_locked)
			       ? flags & ~(dirty | writeback)
			       : flags;
	if (flags & dirty && !block_bit(f, index, BLOCKS_DIRTY))
		flags &= ~dirty;
	if (flags & writeback && !block_bit(f, index, BLOCKS_WRITEBACK))
		flags &= ~writeback;
	return flags;
}

/* Is all of this page what the file holds? Of a folio some blocks can be. */
static __always_inline bool page_uptodate(const struct folio_at *f, __u64 index)
{
	if (f->state)
		return block_bit(f, index, BLOCKS_UPTODATE);
	return folio_flags(f->folio) & page_flag(PG_uptodate);
}

#endif
