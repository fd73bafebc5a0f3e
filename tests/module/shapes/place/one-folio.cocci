// SPDX-License-Identifier: GPL-2.0
// When the one folio is prepared, before its range is locked.
@@
@@
 #include "subpage.h"
+#include "shape.h"

@@
identifier inode, result, pos, bytes, folio;
@@
 prepare_one_folio(struct inode *inode, struct folio **result, loff_t pos, size_t bytes, ...)
 {
 <+...
+ shape(BTRFS_I(inode), folio, pos, bytes);
  *result = folio;
 ...+>
 }
