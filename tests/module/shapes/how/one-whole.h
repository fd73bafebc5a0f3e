/* SPDX-License-Identifier: GPL-2.0 */
/* The whole folio, at once. */
static __always_inline void shape(struct btrfs_inode *inode, struct folio *folio, u64 start, u64 len)
{
	folio_clear_dirty_for_io(folio);
}
