/* SPDX-License-Identifier: GPL-2.0 */
/* kernel_version.h - the version that the kernel was built as. */
#ifndef DIRTYWATCH_KERNEL_VERSION_H
#define DIRTYWATCH_KERNEL_VERSION_H

#include <linux/types.h>
#include <stddef.h>

/*
 * Kernels before 5.0 take a kprobe program only with their exact version, and
 * what uname says need not be that. They tell it in a note of the vDSO, as
 * major << 16 | minor << 8 | patch. 0: there is none.
 */
__u32 kernel_version(void);

/* The same from `size` bytes of an image of the vDSO. */
__u32 kernel_version_in(const void *image, size_t size);

#endif
