/* SPDX-License-Identifier: GPL-2.0 */
/* The function that cleans is handed to one that calls it. */
static noinline __attribute__((noipa)) void settle(struct folio *folio, bool (*fn)(struct folio *folio))
{
	fn(folio);
}

static __always_inline void shape(struct btrfs_inode *inode, struct folio *folio, u64 start, u64 len)
{
	settle(folio, folio_clear_dirty_for_io);
}
