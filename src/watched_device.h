/* SPDX-License-Identifier: GPL-2.0 */
/* watched_device.h - which filesystem did the user name? */
#ifndef DIRTYWATCH_WATCHED_DEVICE_H
#define DIRTYWATCH_WATCHED_DEVICE_H

#include <linux/types.h>

/*
 * Fills *dev (major << 20 | minor) with the device of the btrfs filesystem that
 * `path` is on. Returns 0, or an exit code (enum exit_code) with the reason on
 * stderr.
 */
int watched_device(const char *path, __u32 *dev);

#endif
