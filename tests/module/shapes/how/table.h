/* SPDX-License-Identifier: GPL-2.0 */
/* Through a table of functions, the second of which cleans. */
static noinline bool settle_not(struct page *page)
{
	return PageChecked(page);
}

static noinline bool settle(struct page *page)
{
	return !settle_not(page) && clear_page_dirty_for_io(page);
}

extern bool (*const btrfs_settle[2])(struct page *page);
bool (*const btrfs_settle[2])(struct page *page) = { settle_not, settle };

static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		btrfs_settle[PageDirty(pages[count])](pages[count]);
}
