/* SPDX-License-Identifier: GPL-2.0 */
/* direct_openers.h - who has a file open for direct I/O. */
#ifndef DIRTYWATCH_DIRECT_OPENERS_H
#define DIRTYWATCH_DIRECT_OPENERS_H

#include <sys/stat.h>

/*
 * Descriptors of all processes that are of this file, and for direct I/O; 0:
 * none. Or -errno of reading /proc. A process that ends meanwhile has none.
 */
int direct_openers(const struct stat *file);

#endif
