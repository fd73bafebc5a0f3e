// SPDX-License-Identifier: GPL-2.0
// When the pages are locked and so is their range, where the unfixed kernels cleaned.
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
+ shape(inode, pages, count);
  for (i = 0; i < count; i++)
    WARN_ON(!PageLocked(pages[i]));
 ...
 }
