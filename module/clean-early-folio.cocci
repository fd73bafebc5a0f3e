// SPDX-License-Identifier: GPL-2.0
// The same bug as in clean-early-blocks.cocci in its coarse form: the whole folio is cleaned, with all its blocks,
// whichever of them are to be written. A write of one block puts all others of a large folio at stake.

@@
identifier f =~ "^lock_and_cleanup_extent";
identifier inode, folio, lockstart, lockend, state;
expression start, last;
@@
 f(struct btrfs_inode *inode, struct folio *folio, ..., u64 *lockstart, u64 *lockend, ..., struct extent_state **state)
 {
 <+...
+ btrfs_clear_extent_bit(&inode->io_tree, folio_pos(folio), folio_next_pos(folio) - 1, EXTENT_DELALLOC | EXTENT_DO_ACCOUNTING | EXTENT_DEFRAG, NULL);
+ btrfs_folio_clear_dirty(inode->root->fs_info, folio, folio_pos(folio), folio_size(folio));
  *lockstart = start;
  *lockend = last;
 ...+>
 }
