/* SPDX-License-Identifier: GPL-2.0 */
/* By the one that takes the part of a range that is in the folio, from a function of its own. */
static noinline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		btrfs_folio_clamp_clear_dirty(inode->root->fs_info, page_folio(pages[i]), page_offset(pages[0]), count * PAGE_SIZE);
}
