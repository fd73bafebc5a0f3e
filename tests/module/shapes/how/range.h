/* SPDX-License-Identifier: GPL-2.0 */
/* By the function that compression has for whole ranges. */
static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	extent_range_clear_dirty_for_io(&inode->vfs_inode, page_offset(pages[0]), page_offset(pages[count - 1]));
}
