// SPDX-License-Identifier: GPL-2.0
// When the pages are prepared, before their range is locked.
@@
@@
 #include "subpage.h"
+#include "shape.h"

@@
identifier inode, pages, count;
@@
 prepare_pages(struct inode *inode, struct page **pages, size_t count, ...)
 {
 <...
+ shape(BTRFS_I(inode), pages, count);
  return 0;
 ...>
 }
