/* SPDX-License-Identifier: GPL-2.0 */
/* module_running.h - the btrfs of the kernel that runs here. */
#ifndef DIRTYWATCH_MODULE_RUNNING_H
#define DIRTYWATCH_MODULE_RUNNING_H

#include "module_elf.h"

#define MODULE_RUNNING_PATH 4096

/*
 * The file that modprobe would load, by /lib/modules/RELEASE/modules.dep.
 * Returns 0, -ENOENT if it names none, or another negative errno.
 */
int module_running_path(char path[MODULE_RUNNING_PATH]);

/* Is `image` what is loaded, or is none loaded? By their build-ids. */
bool module_is_loaded_one(const struct module_image *image);

#endif
