/* SPDX-License-Identifier: GPL-2.0 */
/* boot.h - which boot of the machine this is: ids of findings begin anew. */
#ifndef DIRTYWATCH_BOOT_H
#define DIRTYWATCH_BOOT_H

#include <stddef.h>

#define BOOT_ID_LEN 37 /* all of it, with its NUL */

/*
 * Writes the kernel's id of this boot, or as much of its head as fits into
 * `size` bytes with the NUL. Returns 0, or -errno with "unknown" written.
 */
int boot_id(char *id, size_t size);

#endif
