/* SPDX-License-Identifier: GPL-2.0 */
/* The blocks that are to be written, in a function two below. */
static noinline bool settle_blocks(const struct btrfs_fs_info *fs_info, struct folio *folio, u64 start, u64 len)
{
	btrfs_folio_clamp_clear_dirty(fs_info, folio, start, len);
	return folio_test_dirty(folio);
}

static noinline void shape(struct btrfs_inode *inode, struct folio *folio, u64 start, u64 len)
{
	if (folio_test_dirty(folio) && settle_blocks(inode->root->fs_info, folio, start, len))
		folio_wait_writeback(folio);
}
