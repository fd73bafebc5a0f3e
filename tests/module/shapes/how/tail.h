/* SPDX-License-Identifier: GPL-2.0 */
/* The clean is the last thing that a function does: a jump, not a call. */
static noinline bool settle(struct page *page)
{
	ClearPageChecked(page);
	return clear_page_dirty_for_io(page);
}

static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		settle(pages[count]);
}
