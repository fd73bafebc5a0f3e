/* SPDX-License-Identifier: GPL-2.0 */
/* The function that cleans is handed to one that calls it for each page. */
static noinline bool settle_not(struct page *page)
{
	return PageChecked(page);
}

static noinline bool settle(struct page *page)
{
	return !settle_not(page) && clear_page_dirty_for_io(page);
}

static noinline __attribute__((noipa)) void each_page(struct page **pages, size_t count, bool (*fn)(struct page *page))
{
	while (count--)
		fn(pages[count]);
}

static noinline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	each_page(pages, count, PageDirty(pages[0]) ? settle : settle_not);
}
