/* SPDX-License-Identifier: GPL-2.0 */
/* By the functions for blocks smaller than pages. */
static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		btrfs_page_clear_dirty(inode->root->fs_info, pages[count], page_offset(pages[count]), PAGE_SIZE);
}
