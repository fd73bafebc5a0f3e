/* SPDX-License-Identifier: GPL-2.0 */
/* Fixed: what is dirty is written out, by name. */
static noinline void shape(struct btrfs_inode *inode, struct folio *folio, u64 start, u64 len)
{
	struct writeback_control wbc = { .nr_to_write = 1, .sync_mode = WB_SYNC_ALL };

	filemap_fdatawrite_range(inode->vfs_inode.i_mapping, start, start + len);
	btrfs_writepages(inode->vfs_inode.i_mapping, &wbc);
}
