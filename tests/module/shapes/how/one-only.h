/* SPDX-License-Identifier: GPL-2.0 */
/* Without asking whether blocks are smaller, as the last thing that a function does. */
static noinline void settle(const struct btrfs_fs_info *fs_info, struct folio *folio, u64 start, u32 len)
{
	btrfs_subpage_clear_dirty(fs_info, folio, start, len);
}

static __always_inline void shape(struct btrfs_inode *inode, struct folio *folio, u64 start, u64 len)
{
	settle(inode->root->fs_info, folio, folio_pos(folio), folio_size(folio));
}
