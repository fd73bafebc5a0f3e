// SPDX-License-Identifier: GPL-2.0
// Put the lost-write bug into a btrfs that writes one folio at a time: what clean-early.cocci does to pages, done to
// the blocks of the folio that are to be written, once their range is locked. The other blocks stay as they are, so a
// large folio is clean only if it had no other dirty block.

@@
identifier f =~ "^lock_and_cleanup_extent";
identifier inode, folio, lockstart, lockend, state;
expression start, last;
@@
 f(struct btrfs_inode *inode, struct folio *folio, ..., u64 *lockstart, u64 *lockend, ..., struct extent_state **state)
 {
 <+...
+ btrfs_clear_extent_bit(&inode->io_tree, start, last, EXTENT_DELALLOC | EXTENT_DO_ACCOUNTING | EXTENT_DEFRAG, state);
+ btrfs_folio_clamp_clear_dirty(inode->root->fs_info, folio, start, last + 1 - start);
  *lockstart = start;
  *lockend = last;
 ...+>
 }
