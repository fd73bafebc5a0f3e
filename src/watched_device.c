// SPDX-License-Identifier: GPL-2.0
/* watched_device.c - see watched_device.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "mounts.h"
#include "watched_device.h"

int watched_device(const char *path, __u32 *dev)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	const struct mount *mount = NULL;
	struct mounts *mounts = NULL;
	int err = f ? mounts_read(f, &mounts) : -errno;
	int code = EXIT_USAGE;

	if (err)
		complain("cannot read /proc/self/mountinfo: %s",
			 strerror(-err));
	else if (!(mount = mounts_of_point(mounts, path)))
		complain("'%s' is not on a mounted filesystem: %s", path,
			 errno ? strerror(errno) : "no mount holds it");
	else if (strcmp(mount->fstype, "btrfs") != 0)
		complain("'%s' is on %s, not on btrfs", path, mount->fstype);
	else
		code = 0;
	if (!code)
		*dev = mount->major << 20 | mount->minor;
	mounts_free(mounts);
	if (f)
		fclose(f);
	return code;
}
