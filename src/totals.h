/* SPDX-License-Identifier: GPL-2.0 */
/* totals.h - what the kernel side's maps add up to. */
#ifndef DIRTYWATCH_TOTALS_H
#define DIRTYWATCH_TOTALS_H

#include <stdint.h>

#include "record.h"

/* Sum the per-CPU counters of the map `fd`. Returns 0 or -errno. */
int totals_counters(int fd, uint64_t counters[COUNT_MAX]);

/* Read the blind spans of the map `fd`. Returns 0 or -errno. */
int totals_blind(int fd, struct blind_span blind[BLIND_MAX]);

/*
 * The same as memory, for who reads them often while hooks run: no probe runs
 * on a CPU while somebody there reads a map by a system call, or is preempted
 * in the middle of one (Linux: bpf_disable_instrumentation()). NULL with errno
 * set if the map is not made for that.
 */
const struct blind_span *totals_blind_map(int fd);
void totals_blind_unmap(const struct blind_span *spans); /* NULL is fine */

/*
 * Count the windows of the map `fd` that are still stranded, and those that
 * nothing can be said of: their write call has not returned, or somebody held
 * the page when it did. Returns 0 or -errno.
 */
int totals_windows(int fd, uint64_t *stranded, uint64_t *undecided);

/* Delete from the map `fd` the losses of before `ns`. Returns 0 or -errno. */
int totals_forget(int fd, uint64_t ns);

#endif
