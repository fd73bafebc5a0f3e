/* SPDX-License-Identifier: GPL-2.0 */
/* Through a pointer in memory. */
extern bool (*btrfs_settle)(struct page *page);
bool (*btrfs_settle)(struct page *page) = clear_page_dirty_for_io;

static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	while (count--)
		btrfs_settle(pages[count]);
}
