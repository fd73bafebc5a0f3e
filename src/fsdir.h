/* SPDX-License-Identifier: GPL-2.0 */
/* fsdir.h - directories of a finding's filesystem, opened with care. */
#ifndef DIRTYWATCH_FSDIR_H
#define DIRTYWATCH_FSDIR_H

#include "finding.h"
#include "mounts.h"

/*
 * Opens the directory `fs_path`, of which the last `cut` bytes are left out,
 * as the mount shows it. Names come from other people's directories: nothing
 * but directories of this very mount is opened on the way. Returns a
 * descriptor, or -1 if that is not possible.
 */
int fsdir_open(const struct mount *m, const char *fs_path, size_t cut,
	       const struct finding *f);

#endif
