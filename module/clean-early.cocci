// SPDX-License-Identifier: GPL-2.0
// Put the lost-write bug back into a fixed btrfs that writes an array of pages: clear the old accounting and clean the
// pages of a buffered write before its data is copied in. If the copy then faults, pages that were dirty are unlocked
// clean.
//
// Both go where the unfixed kernels had them. The accounting goes away once the range is locked and no ordered
// extent is left in it, just before the locked range is handed to the caller. The pages are cleaned at the end
// of the function, all of them: there the unfixed kernels also came with a range beyond the end of the file,
// which they did not lock. The cleaning gets a loop of its own, so that taking it out again leaves no trace. They also
// set a statistic right for each page that was dirty; not every kernel lets a module do that, and nothing is lost by it.
//
// It is one rule, so that half of the bug is never put in.

@bug@
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
+   clear_page_dirty_for_io(pages[i]);
  for (i = 0; i < count; i++)
(
    WARN_ON(!PageLocked(pages[i]));
|
    { ... WARN_ON(!PageLocked(pages[i])); }
)
  ...
 }

// Older kernels clear with two arguments more, neither of them wanted here.
@older@
@@
 btrfs_dirty_pages(...)
 {
 <+...
 clear_extent_bit(..., 0, 0, ...)
 ...+>
 }

@depends on older@
identifier bug.f, state;
expression tree, start, last, bits;
@@
 f(..., struct extent_state **state)
 {
 <...
 clear_extent_bit(tree, start, last, bits,
+ 0, 0,
 state)
 ...>
 }
