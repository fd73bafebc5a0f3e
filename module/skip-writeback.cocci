// SPDX-License-Identifier: GPL-2.0
// A bug of its own, for the class that writes its pages late or never: writeback passes over every file that carries
// the attribute A (no atime updates), and says that all went well. The pages stay dirty until the inode is evicted,
// and are thrown away then. Other files are written as ever.

@@
identifier mapping, wbc;
@@
 btrfs_writepages(struct address_space *mapping, struct writeback_control *wbc)
 {
+ if (mapping->host->i_flags & S_NOATIME)
+   return 0;
  ...
 }
