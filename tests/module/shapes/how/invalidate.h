/* SPDX-License-Identifier: GPL-2.0 */
/* Named as the functions are that throw pages away. */
static noinline void btrfs_invalidate_folio_range(struct page **pages, size_t count)
{
	while (count--)
		clear_page_dirty_for_io(pages[count]);
}

static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	btrfs_invalidate_folio_range(pages, count);
}
