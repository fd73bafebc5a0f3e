// SPDX-License-Identifier: GPL-2.0
// In the function that writes one folio's part, before the copy. It is mostly inlined into the write.
@@
@@
 #include "subpage.h"
+#include "shape.h"

@@
identifier inode, folio, copied;
expression start, bytes;
@@
 copy_one_range(struct btrfs_inode *inode, ...)
 {
 <+...
+ shape(inode, folio, start, bytes);
  copied = copy_folio_from_iter_atomic(folio, offset_in_folio(folio, start), bytes, ...);
 ...+>
 }
