/* SPDX-License-Identifier: GPL-2.0 */
/* In a branch that is patched in at run time: before that, no instruction leads there. */
static DEFINE_STATIC_KEY_FALSE(settle_key);

static __always_inline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	if (static_branch_unlikely(&settle_key))
		while (count--) {
			pr_warn("page %zu is settled\n", count);
			clear_page_dirty_for_io(pages[count]);
		}
}
