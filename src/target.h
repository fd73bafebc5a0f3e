/* SPDX-License-Identifier: GPL-2.0 */
/* target.h - the file of a finding, found again by what does not change. */
#ifndef DIRTYWATCH_TARGET_H
#define DIRTYWATCH_TARGET_H

#include "finding.h"
#include "resolve.h"

/*
 * Opens the inode of the finding by any name that it has now, wherever its
 * filesystem is mounted now, with the flags of open(); sets the finding's dev
 * and, if it is known, its path. Returns a descriptor, or: -ENODEV, the
 * filesystem is not mounted; -ENOENT, no name leads to the inode; -EINVAL, the
 * finding does not say which; or the negative errno of opening it.
 */
int target_open(struct resolver *r, struct finding *f, int flags);

#endif
