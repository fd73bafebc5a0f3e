/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vmlinux_legacy.h - what kernels before folios have, and vmlinux.h has not.
 * Names that end in ___ and more are other forms of the type before it.
 */
#ifndef __VMLINUX_LEGACY_H__
#define __VMLINUX_LEGACY_H__

#include "vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct page {
	unsigned long flags;
	struct address_space *mapping;
	unsigned long index;
};

struct pagevec {
	unsigned char nr;
	struct page *pages[15];
};

/* Before 4.13 it was a plain array. */
struct super_block___array {
	u8 s_uuid[16];
};

/* Before 4.12 or so btrfs left that empty. */
struct btrfs_fs_info___fsid {
	u8 fsid[16];
};


#pragma clang attribute pop

#endif
