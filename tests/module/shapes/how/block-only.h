/* SPDX-License-Identifier: GPL-2.0 */
/* Without asking whether blocks are smaller. */
static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		btrfs_subpage_clear_dirty(inode->root->fs_info, page_folio(pages[count]), page_offset(pages[count]), PAGE_SIZE);
}
