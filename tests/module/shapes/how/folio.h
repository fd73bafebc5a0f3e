/* SPDX-License-Identifier: GPL-2.0 */
/* The folio's function. */
static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		folio_clear_dirty_for_io(page_folio(pages[count]));
}
