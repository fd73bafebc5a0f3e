// SPDX-License-Identifier: GPL-2.0
// In the write itself, between its steps.
@@
@@
 #include "subpage.h"
+#include "shape.h"

@@
identifier f =~ "^lock_and_cleanup_extent";
identifier w =~ "btrfs_buffered_write$";
identifier ret;
expression inode, pages, count;
@@
 w(...)
 {
 <+...
  ret = f(inode, pages, count, ...);
+ shape(inode, pages, count);
 ...+>
 }
