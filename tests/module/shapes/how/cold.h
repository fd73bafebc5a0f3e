/* SPDX-License-Identifier: GPL-2.0 */
/* In the part of the function that the compiler puts aside, for it hardly ever runs. */
static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		if (PageDirty(pages[count])) {
			pr_warn("page %zu is dirty\n", count);
			clear_page_dirty_for_io(pages[count]);
		}
}
