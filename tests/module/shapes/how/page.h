/* SPDX-License-Identifier: GPL-2.0 */
/* The page's function, called where the pages are. */
static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		clear_page_dirty_for_io(pages[count]);
}
