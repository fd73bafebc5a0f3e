// SPDX-License-Identifier: GPL-2.0
/*
 * The two functions that keep-dirty.cocci changes, in the shape of the 4.x
 * kernels: the pages are cleaned before the copy, and dirtying clears no old
 * accounting. It also runs, to show what the shape does when a copy faults.
 * Exit status: 0 all is well, 1 a dirty page was unlocked clean, 2 a block is
 * not accounted exactly once, 3 a write failed.
 */
#include "model.h"

static int btrfs_dirty_pages(struct inode *inode, struct page **pages,
			     size_t num_pages, model_off_t pos,
			     size_t write_bytes, struct extent_state **cached)
{
	u64 first = pos / BLOCK * BLOCK;
	u64 last = first + num_pages * BLOCK - 1;
	unsigned int extra = pos >= inode->i_size ? EXTENT_DELALLOC_NEW : 0;
	model_off_t end = pos + (model_off_t)write_bytes;
	int err;

	err = btrfs_set_extent_delalloc(inode, first, last, extra, cached);
	if (err)
		return err;

	for (size_t i = 0; i < num_pages; i++)
		pages[i]->dirty = true;
	if (end > inode->i_size)
		inode->i_size = end;
	return 0;
}

static int lock_and_cleanup_extent_if_need(struct btrfs_inode *inode,
					   struct page **pages,
					   size_t num_pages, model_off_t pos,
					   size_t write_bytes, u64 *lockstart,
					   u64 *lockend,
					   struct extent_state **cached_state)
{
	u64 from = pos / BLOCK * BLOCK;
	u64 to = (pos + write_bytes + BLOCK - 1) / BLOCK * BLOCK - 1;
	size_t i;
	int ret = 0;

	if ((model_off_t)from < inode->vfs_inode.i_size) {
		if (to / BLOCK >= BLOCKS)
			return -EAGAIN;
		lock_extent_bits(&inode->io_tree, from, to, cached_state);
		clear_extent_bit(&inode->io_tree, from, to,
				 EXTENT_DIRTY | EXTENT_DELALLOC |
					 EXTENT_DO_ACCOUNTING | EXTENT_DEFRAG,
				 0, 0, cached_state);
		*lockstart = from;
		*lockend = to;
		ret = 1;
	}

	for (i = 0; i < num_pages; i++) {
		if (clear_page_dirty_for_io(pages[i]))
			account_page_redirty(pages[i]);
		WARN_ON(!PageLocked(pages[i]));
	}

	return ret;
}

/* One turn of a buffered write's loop; with fault set the copy fails, and
 * everything is unlocked for another turn. */
static int write_turn(struct btrfs_inode *inode, struct page **pages,
		      size_t num_pages, bool fault)
{
	size_t bytes = num_pages * BLOCK;
	u64 lockstart = 0, lockend = 0;
	int ret;

	for (size_t i = 0; i < num_pages; i++)
		pages[i]->locked = true;
	ret = lock_and_cleanup_extent_if_need(inode, pages, num_pages, 0, bytes,
					      &lockstart, &lockend, NULL);
	if (ret >= 0 && !fault)
		ret = btrfs_dirty_pages(&inode->vfs_inode, pages, num_pages, 0,
					bytes, NULL);
	for (size_t i = 0; i < num_pages; i++)
		pages[i]->locked = false;
	return ret < 0 ? ret : 0;
}

int main(void)
{
	struct page page[2] = { 0 };
	struct page *pages[2] = { &page[0], &page[1] };
	struct btrfs_inode inode = { 0 };
	bool lost;

	if (write_turn(&inode, pages, 2, false) ||
	    write_turn(&inode, pages, 2, true))
		return 3;
	lost = !page[0].dirty || !page[1].dirty;
	if (write_turn(&inode, pages, 2, false))
		return 3;
	if (inode.io_tree.accounted[0] != 1 || inode.io_tree.accounted[1] != 1)
		return 2;
	return lost;
}
