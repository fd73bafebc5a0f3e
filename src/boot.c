// SPDX-License-Identifier: GPL-2.0
/* boot.c - see boot.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "boot.h"

int boot_id(char *id, size_t size)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	int err = -ENOENT;

	if (f && fgets(id, (int)size, f) && strlen(id) == size - 1)
		err = 0;
	if (err)
		snprintf(id, size, "unknown");
	if (f)
		fclose(f);
	return err;
}
