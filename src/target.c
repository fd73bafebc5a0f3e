// SPDX-License-Identifier: GPL-2.0
/* target.c - see target.h. */
#include <btrfsutil.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsdir.h"
#include "target.h"

/* Is what was opened the inode, and not another one of its name or number? */
static bool is_target(int fd, const struct finding *f)
{
	struct stat st;
	uint64_t id;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_ino == f->ino &&
	       btrfs_util_subvolume_id_fd(fd, &id) == BTRFS_UTIL_OK &&
	       id == f->subvol;
}

/* Never through a link, and never waiting: a lease is somebody's. */
static int open_name(const struct mount *m, const char *fs_path,
		     const struct finding *f, int flags)
{
	const char *name = strrchr(fs_path, '/') + 1;
	int dir = fsdir_open(m, fs_path, strlen(name), f);
	int fd, err;

	if (dir < 0)
		return -ENOENT;
	fd = openat(dir, name,
		    flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	err = fd < 0 ? -errno : 0;
	close(dir);
	if (!err && is_target(fd, f))
		return fd;
	if (!err)
		close(fd);
	return err ? err : -ENOENT;
}

/* Any directory of the filesystem, wherever that is mounted. */
static int find_filesystem(struct resolver *r, struct finding *f)
{
	const struct mount *m = NULL;

	while ((m = resolve_next_mount(r, m))) {
		int fd = fsdir_open(m, m->root, 0, f);

		if (fd < 0)
			continue;
		f->dev = m->major << 20 | m->minor;
		return fd;
	}
	return -ENODEV;
}

static int open_names(struct resolver *r, struct finding *f, int flags)
{
	struct names names = { 0 };
	const char *name;
	int fd = -ENOENT;

	resolve_names(r, f, &names);
	for (name = names_first(&names); name && fd < 0;
	     name = names_next(&names, name)) {
		const struct mount *m = resolve_mount(r, f, name);
		int got = m ? open_name(m, name, f, flags) : -ENOENT;

		/* Of a name that leads there the error counts. */
		if (got != -ENOENT)
			fd = got;
		if (fd >= 0)
			resolve_shown(r, f, name);
	}
	return fd;
}

int target_open(struct resolver *r, struct finding *f, int flags)
{
	int fs, fd;

	if (!f->subvol_known || !f->uuid[0] || !f->ino)
		return -EINVAL;
	fs = find_filesystem(r, f);
	if (fs < 0)
		return fs;
	fd = open_names(r, f, flags);
	/* The names are told as of the last commit. */
	if (fd == -ENOENT && !syncfs(fs))
		fd = open_names(r, f, flags);
	close(fs);
	return fd;
}
