// SPDX-License-Identifier: GPL-2.0
// Fix the lost-write bug in a btrfs that writes one folio at a time: keep-dirty.cocci's fix for its shape. These kernels
// clear the old accounting when they dirty; if one does not, no line changes.

@clears@
identifier dirty =~ "^btrfs_dirty_";
@@
 dirty(...)
 {
 <+...
 \(btrfs_clear_extent_bit\|btrfs_reset_extent_delalloc\)(...)
 ...+>
 }

// Both halves of the bug, or neither: the accounting is cleared and the blocks are cleaned, before the copy.
@depends on clears@
identifier f =~ "^lock_and_cleanup_extent";
identifier state;
@@
 f(..., struct extent_state **state)
 {
 <+...
- btrfs_clear_extent_bit(...);
- \(btrfs_folio_clamp_clear_dirty\|btrfs_folio_clear_dirty\)(...);
 ...+>
 }
