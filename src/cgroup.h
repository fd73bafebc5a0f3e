/* SPDX-License-Identifier: GPL-2.0 */
/* cgroup.h - from a cgroup's id to its path. */
#ifndef DIRTYWATCH_CGROUP_H
#define DIRTYWATCH_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#include "mounts.h"

/*
 * Writes the path of the cgroup `id` below the mount of type cgroup2, as in
 * /proc/PID/cgroup: it begins with a slash. Returns 0; -ENAMETOOLONG if it
 * does not fit, -ENOENT if the mount does not show it, or the negative errno
 * of looking it up (-ESTALE: it is gone). An empty path is left then.
 */
int cgroup_path(const struct mount *m, uint64_t id, char *path, size_t size);

#endif
