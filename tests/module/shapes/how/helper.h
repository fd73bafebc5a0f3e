/* SPDX-License-Identifier: GPL-2.0 */
/* A function of its own. */
static noinline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		clear_page_dirty_for_io(pages[count]);
}
