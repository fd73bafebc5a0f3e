/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"

#define FILEID_KERNFS 0xfe /* the handle of a cgroup's directory is its id */

/* Opens the directory by its id; there is no other way than to ask for it. */
static int open_by_id(const struct mount *m, uint64_t id)
{
	char space[sizeof(struct file_handle) + sizeof(id)] = { 0 };
	struct file_handle *handle = (struct file_handle *)space;
	int top, fd;

	handle->handle_bytes = sizeof(id);
	handle->handle_type = FILEID_KERNFS;
	memcpy(handle->f_handle, &id, sizeof(id));
	top = open(m->point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return -errno;
	fd = open_by_handle_at(top, handle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(top);
	return fd;
}

int cgroup_path(const struct mount *m, uint64_t id, char *path, size_t size)
{
	char link[64], full[PATH_MAX];
	const char *below;
	ssize_t len;
	int fd = open_by_id(m, id);

	path[0] = '\0';
	if (fd < 0)
		return fd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, full, sizeof(full) - 1);
	close(fd);
	if (len < 0)
		return -errno;
	full[len] = '\0';
	below = mounts_below(m->point, full);
	if (!below)
		return -ENOENT;
	len = snprintf(path, size, "%s%s%s",
		       strcmp(m->root, "/") ? m->root : "",
		       *below || !strcmp(m->root, "/") ? "/" : "", below);
	if ((size_t)len < size)
		return 0;
	path[0] = '\0';
	return -ENAMETOOLONG;
}
