/* SPDX-License-Identifier: GPL-2.0 */
/* Four functions down. The compiler changes their arguments, and so their names. */
static noinline int settle_one(struct page *page, int force, int *cleaned)
{
	if (!force && PageChecked(page))
		return 0;
	*cleaned += clear_page_dirty_for_io(page);
	return *cleaned;
}

static noinline int settle_some(struct page **pages, size_t count, int force)
{
	int cleaned = 0;

	while (count--)
		settle_one(pages[count], force, &cleaned);
	return cleaned;
}

static noinline int settle_half(struct page **pages, size_t count, int force)
{
	return settle_some(pages, count / 2, force) + PageChecked(pages[0]);
}

static noinline int shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	return settle_half(pages, count, 1) + settle_half(pages + count / 2, count - count / 2, 1);
}
