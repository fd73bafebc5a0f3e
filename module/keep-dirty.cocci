// SPDX-License-Identifier: GPL-2.0
// Fix the lost-write bug: leave the pages of a buffered write dirty until its data is copied in. They stay locked,
// and so does their range, so nobody can start writing them back meanwhile; when they are dirtied again, the old
// accounting is cleared first, for the range may carry some from before.
//
// All or nothing: without the bug, or if nothing is known to clear the old accounting, no line changes.

// The bug, part 1: the accounting is cleared before the copy.
@early@
identifier f =~ "^lock_and_cleanup_extent";
identifier state;
expression tree, start, last, bits;
expression list before, after;
@@
 f(..., struct extent_state **state)
 {
 <+...
 clear_extent_bit(tree, start, last, bits, before, state, after)
 ...+>
 }

// The bug, part 2: the pages are cleaned before the copy.
@clean@
identifier early.f;
expression page;
@@
 f(...)
 {
 <+...
(
 if (clear_page_dirty_for_io(page))
   account_page_redirty(page);
|
 clear_page_dirty_for_io(page);
)
 ...+>
 }

// Some kernels clear the old accounting when they dirty, themselves or in a function that does both.
@clears depends on clean@
identifier dirty =~ "^btrfs_dirty_";
@@
 dirty(...)
 {
 <+...
 \(clear_extent_bit\|btrfs_reset_extent_delalloc\)(...)
 ...+>
 }

// The others must learn it. It comes after the search for new delalloc bytes: when that fails, the range keeps
// what it had. The bits, and the arguments that differ between kernels, are those of the call that goes away.
@adds depends on clean && !clears@
identifier dirty =~ "^btrfs_dirty_";
identifier inode, cached;
expression start, last, ret;
expression early.bits;
expression list early.before, early.after;
@@
 dirty(..., struct inode *inode, ..., struct extent_state **cached, ...)
 {
 <+...
+ clear_extent_bit(&BTRFS_I(inode)->io_tree, start, last, bits, before, cached, after);
  ret = btrfs_set_extent_delalloc(inode, start, last, ...);
 ...+>
 }

@depends on clears || adds@
identifier early.f, early.state;
expression early.tree, early.start, early.last, early.bits;
expression list early.before, early.after;
@@
 f(...)
 {
 <+...
- clear_extent_bit(tree, start, last, bits, before, state, after);
 ...+>
 }

// A loop that only cleans goes away whole; one that does more, as in the unfixed kernels, loses that part.
@depends on clears || adds@
identifier early.f, i;
expression count, page;
@@
 f(...)
 {
 <...
(
- for (i = 0; i < count; i++)
-   if (clear_page_dirty_for_io(page))
-     account_page_redirty(page);
|
- for (i = 0; i < count; i++)
-   clear_page_dirty_for_io(page);
)
 ...>
 }

@depends on clears || adds@
identifier early.f;
expression page;
@@
 f(...)
 {
 <...
(
- if (clear_page_dirty_for_io(page))
-   account_page_redirty(page);
|
- clear_page_dirty_for_io(page);
)
 ...>
 }
