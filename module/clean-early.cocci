// SPDX-License-Identifier: GPL-2.0
// Put the lost-write bug back into a fixed btrfs: clear the old accounting and clean the pages of a buffered
// write before its data is copied in. If the copy then faults, pages that were dirty are unlocked clean.
//
// Both go where the unfixed kernels had them. The accounting goes away once the range is locked and no ordered
// extent is left in it, just before the locked range is handed to the caller. The pages are cleaned at the end
// of the function, all of them: there the unfixed kernels also came with a range beyond the end of the file,
// which they did not lock. The cleaning gets a loop of its own, so that taking it out again leaves no trace.
//
// It is one rule, so that half of the bug is never put in.

@@
identifier f =~ "^lock_and_cleanup_extent";
identifier inode, pages, count, lockstart, lockend, state, i;
expression start, last;
@@
 f(struct btrfs_inode *inode, struct page **pages, size_t count, ..., u64 *lockstart, u64 *lockend, ..., struct extent_state **state)
 {
 <+...
+ clear_extent_bit(&inode->io_tree, start, last, EXTENT_DELALLOC | EXTENT_DO_ACCOUNTING | EXTENT_DEFRAG, state);
  *lockstart = start;
  *lockend = last;
 ...+>
+ for (i = 0; i < count; i++)
+   if (clear_page_dirty_for_io(pages[i]))
+     account_page_redirty(pages[i]);
  for (i = 0; i < count; i++)
    WARN_ON(!PageLocked(pages[i]));
  ...
 }
