/* SPDX-License-Identifier: GPL-2.0 */
/* As much of a kernel as skeleton-4x.c needs in order to run: pages that are
 * dirty or not, blocks that are accounted or not. */
#ifndef MODEL_H
#define MODEL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK 4096
#define BLOCKS 8

#define EXTENT_DIRTY 1u
#define EXTENT_DELALLOC 2u
#define EXTENT_DO_ACCOUNTING 4u
#define EXTENT_DEFRAG 8u
#define EXTENT_DELALLOC_NEW 16u

typedef unsigned long long u64;
typedef long long model_off_t;

struct page {
	bool dirty;
	bool locked;
};

struct extent_state;

/* How often each block's space is accounted; right is once for a dirty block,
 * never for a clean one. */
struct extent_io_tree {
	unsigned int accounted[BLOCKS];
};

struct inode {
	model_off_t i_size;
};

struct btrfs_inode {
	struct inode vfs_inode; /* first, so that BTRFS_I() is a cast */
	struct extent_io_tree io_tree;
};

#define BTRFS_I(inode) ((struct btrfs_inode *)(inode))
#define WARN_ON(wrong) ((wrong) ? abort() : (void)0)
#define PageLocked(page) ((page)->locked)

static inline bool clear_page_dirty_for_io(struct page *page)
{
	bool was = page->dirty;

	page->dirty = false;
	return was;
}

/* Only statistics in a kernel. */
static inline void account_page_redirty(const struct page *page)
{
	(void)page;
}

/* Nobody else is there to be kept out. */
static inline void lock_extent_bits(struct extent_io_tree *tree, u64 start,
				    u64 end, struct extent_state **cached)
{
	(void)tree, (void)start, (void)end, (void)cached;
}

static inline void clear_extent_bit(struct extent_io_tree *tree, u64 start,
				    u64 end, unsigned int bits, int wake,
				    int delete, struct extent_state **cached)
{
	(void)wake, (void)delete, (void)cached;
	for (u64 b = start / BLOCK;
	     (bits & EXTENT_DELALLOC) && b <= end / BLOCK; b++)
		tree->accounted[b] = 0;
}

static inline int btrfs_set_extent_delalloc(struct inode *inode, u64 start,
					    u64 end, unsigned int extra,
					    struct extent_state **cached)
{
	(void)extra, (void)cached;
	for (u64 b = start / BLOCK; b <= end / BLOCK; b++)
		BTRFS_I(inode)->io_tree.accounted[b]++;
	return 0;
}

#endif
