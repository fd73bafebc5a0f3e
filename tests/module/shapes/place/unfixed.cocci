// SPDX-License-Identifier: GPL-2.0
// Where and how the kernels before the fix did it: in a loop that does more, below a write of another name.
@@
@@
 #include "subpage.h"
+#include "shape.h"

@@
identifier f =~ "^lock_and_cleanup_extent";
identifier inode, pages, count, i;
@@
 f(struct btrfs_inode *inode, struct page **pages, size_t count, ...)
 {
 ...
  for (i = 0; i < count; i++)
+ {
+   shape(inode, &pages[i], 1);
+   set_page_extent_mapped(pages[i]);
    WARN_ON(!PageLocked(pages[i]));
+ }
 ...
 }
