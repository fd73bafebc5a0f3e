/* SPDX-License-Identifier: GPL-2.0 */
/* vmlinux_legacy.h - what kernels before folios have, and vmlinux.h has not. */
#ifndef __VMLINUX_LEGACY_H__
#define __VMLINUX_LEGACY_H__

#include "vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct pagevec {
	unsigned char nr;
	struct page *pages[15];
};

#pragma clang attribute pop

#endif
