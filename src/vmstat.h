/* SPDX-License-Identifier: GPL-2.0 */
/* vmstat.h - what the kernel counts anyway. */
#ifndef DIRTYWATCH_VMSTAT_H
#define DIRTYWATCH_VMSTAT_H

#include <stdint.h>

/*
 * Pages that all filesystems have written back since the boot: a guard sees no
 * writeback, and counts none. 0: not known.
 */
uint64_t vmstat_written(void);

#endif
