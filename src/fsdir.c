/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fsdir.h"

/* libc 2.36 has no wrapper. Kernels before 5.6 say ENOSYS: nothing is known. */
static int open_how(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_DIRECTORY | O_CLOEXEC,
		.resolve = resolve | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* Is this directory of the finding's filesystem, whatever is mounted now? */
static bool same_filesystem(int fd, const struct finding *f)
{
	struct btrfs_ioctl_fs_info_args info = { 0 };
	char uuid[FINDING_UUID_LEN];

	if (ioctl(fd, BTRFS_IOC_FS_INFO, &info) < 0)
		return false;
	finding_uuid(info.fsid, uuid);
	return !strcmp(uuid, f->uuid);
}

int fsdir_open(const struct mount *m, const char *fs_path, size_t cut,
	       const struct finding *f)
{
	const char *below = mounts_below(m->root, fs_path);
	char path[FINDING_PATH_LEN];
	int top, fd = -1;

	if (!below || strlen(below) < cut)
		return -1;
	snprintf(path, sizeof(path), "./%.*s", (int)(strlen(below) - cut),
		 below);
	top = open_how(AT_FDCWD, m->point, O_PATH, 0);
	if (top < 0)
		return -1;
	fd = open_how(top, path, O_RDONLY, RESOLVE_BENEATH | RESOLVE_NO_XDEV);
	close(top);
	if (fd >= 0 && !same_filesystem(fd, f)) {
		close(fd);
		fd = -1;
	}
	return fd;
}
