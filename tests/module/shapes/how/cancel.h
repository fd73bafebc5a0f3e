/* SPDX-License-Identifier: GPL-2.0 */
/* To cancel the dirty bit is to clean as well. */
static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		folio_cancel_dirty(page_folio(pages[count]));
}
