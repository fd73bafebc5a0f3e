/* SPDX-License-Identifier: GPL-2.0 */
/* Fixed: what is dirty is written out, and waited for. */
static noinline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	struct address_space *mapping = inode->vfs_inode.i_mapping;

	filemap_fdatawrite_range(mapping, page_offset(pages[0]), page_offset(pages[count - 1]));
	filemap_write_and_wait_range(mapping, page_offset(pages[0]), page_offset(pages[count - 1]));
	balance_dirty_pages_ratelimited(mapping);
	btrfs_start_delalloc_snapshot(inode->root, true);
}
