/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE 1
#include <btrfsutil.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mounts.h"
#include "resolve.h"

#define MOUNTINFO "/proc/self/mountinfo"

/* What the kernel tells of an inode's names; it gives no more at once. */
union names {
	struct btrfs_data_container found;
	char bytes[4096];
};

struct resolver {
	FILE *mountinfo;
	char *prefer;
	struct mounts *now;
	struct mounts *before; /* an unmount may be what dropped the page... */
	uint64_t read_ns;      /* ...if it was seen before this */
};

static int resolver_read(struct resolver *r)
{
	struct timespec ts;
	struct mounts *now;
	int err;

	rewind(r->mountinfo);
	err = mounts_read(r->mountinfo, &now);
	if (err)
		return err;
	mounts_prefer(now, r->prefer);
	mounts_free(r->before);
	r->before = r->now;
	r->now = now;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	r->read_ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	return 0;
}

/* The kernel marks the file when something was mounted or unmounted. */
static int resolver_refresh(struct resolver *r)
{
	struct pollfd fd = { fileno(r->mountinfo), POLLPRI, 0 };

	if (poll(&fd, 1, 0) < 0)
		return errno == EINTR ? 0 : -errno;
	return fd.revents ? resolver_read(r) : 0;
}

static int resolver_prefer(struct resolver *r, const char *path)
{
	const struct mount *m = mounts_of_point(r->now, path);

	if (!m)
		return 0;
	r->prefer = strdup(m->point);
	mounts_prefer(r->now, r->prefer);
	return r->prefer ? 0 : -ENOMEM;
}

int resolver_new(const char *prefer, struct resolver **out)
{
	struct resolver *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->mountinfo = fopen(MOUNTINFO, "re");
	if (!r->mountinfo) {
		err = -errno;
		goto fail;
	}
	err = resolver_read(r);
	if (!err && prefer)
		err = resolver_prefer(r, prefer);
	if (err)
		goto fail;
	*out = r;
	return 0;
fail:
	resolver_free(r);
	return err;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	if (r->mountinfo)
		fclose(r->mountinfo);
	mounts_free(r->now);
	mounts_free(r->before);
	free(r->prefer);
	free(r);
}

static const struct mount *find_mount(const struct resolver *r,
				      const struct finding *f,
				      const char *fs_path)
{
	const struct mount *m = mounts_find(r->now, f->dev, fs_path);

	if (!m && r->before && f->ns < r->read_ns)
		m = mounts_find(r->before, f->dev, fs_path);
	return m;
}

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

/*
 * Opens the directory `fs_path`, of which the last `cut` bytes are left out,
 * as the mount shows it. Names come from other people's directories: nothing
 * but directories of this very mount is opened on the way. -1: not possible.
 */
static int open_dir(const struct mount *m, const char *fs_path, size_t cut,
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

/*
 * Takes the subvolume from the directory that holds the file, so that the
 * file itself is never opened. Only if it still is there under its name.
 */
static void find_subvol(const struct mount *m, struct finding *f)
{
	const char *name = strrchr(f->path, '/') + 1;
	uint64_t id;
	struct stat st;
	int dir;

	dir = open_dir(m, f->path, strlen(name), f);
	if (dir < 0)
		return;
	if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) &&
	    S_ISREG(st.st_mode) && st.st_ino == f->ino &&
	    btrfs_util_subvolume_id_fd(dir, &id) == BTRFS_UTIL_OK) {
		f->subvol = id;
		f->subvol_known = true;
	}
	close(dir);
}

/* Does `path` end in all that is known of the finding's? */
static bool path_fits(const struct finding *f, const char *path)
{
	size_t len = strlen(path), known = strlen(f->path);

	if (!f->path_known)
		return true;
	return len > known && path[len - known - 1] == '/' &&
	       !strcmp(path + len - known, f->path);
}

/* Where the subvolume hangs in the filesystem, to be freed, or NULL. */
static char *subvol_path(const struct mount *m, const struct finding *f)
{
	char *below = NULL;
	char *path = NULL;
	int fd;

	fd = open_dir(m, m->root, 0, f);
	if (fd < 0)
		return NULL;
	if (btrfs_util_subvolume_path_fd(fd, f->subvol, &below) ==
	    BTRFS_UTIL_OK) {
		if (asprintf(&path, "/%s", below) < 0)
			path = NULL;
		free(below);
	}
	close(fd);
	return path;
}

/* Takes the first name that fits; `at` is where the subvolume hangs, or "". */
static void take_name(const union names *names, const char *at,
		      struct finding *f)
{
	const size_t head = offsetof(struct btrfs_data_container, val);
	const size_t most = (sizeof(*names) - head) / sizeof(__u64);
	char path[FINDING_PATH_LEN];
	size_t i;

	for (i = 0; i < names->found.elem_cnt && i < most; i++) {
		uint64_t from = head + names->found.val[i];
		int len;

		if (from < head || from >= sizeof(*names))
			continue;
		len = snprintf(path, sizeof(path), "%s/%.*s", at,
			       (int)(sizeof(*names) - from),
			       names->bytes + from);
		if (len >= (int)sizeof(path) || !path_fits(f, path))
			continue;
		memcpy(f->path, path, (size_t)len + 1);
		f->path_known = true;
		f->path_truncated = false;
		return;
	}
}

/* Asks the subvolume of the directory `fd` for the inode's names. */
static void ask_names(int fd, const char *at, struct finding *f)
{
	union names names = { 0 };
	struct btrfs_ioctl_ino_path_args args = {
		.inum = f->ino,
		.size = sizeof(names),
		.fspath = (uintptr_t)&names,
	};

	if (!ioctl(fd, BTRFS_IOC_INO_PATHS, &args))
		take_name(&names, at, f);
}

/* The filesystem keeps the names of every inode that has any. */
static void find_path(const struct resolver *r, struct finding *f)
{
	const struct mount *m = find_mount(r, f, NULL);
	uint64_t id;
	char *at;
	int fd;

	if (!m)
		return;
	at = subvol_path(m, f);
	if (!at)
		return;
	m = find_mount(r, f, at);
	fd = m ? open_dir(m, at, 0, f) : -1;
	if (fd >= 0) {
		if (btrfs_util_subvolume_id_fd(fd, &id) == BTRFS_UTIL_OK &&
		    id == f->subvol)
			ask_names(fd, strcmp(at, "/") ? at : "", f);
		close(fd);
	}
	free(at);
}

/* Writes the path as it is seen through the mount. */
static void place_path(const struct mount *m, struct finding *f)
{
	const char *below = mounts_below(m->root, f->path);
	size_t len = strlen(m->point);
	char path[FINDING_PATH_LEN];
	int all;

	if (len && m->point[len - 1] == '/')
		len--;
	if (!below)
		return;
	all = snprintf(path, sizeof(path), "%.*s%s%s", (int)len, m->point,
		       *below ? "/" : "", below);
	if (all >= (int)sizeof(path))
		return;
	memcpy(f->path, path, (size_t)all + 1);
	f->path_in_fs = false;
}

int resolve_finding(struct resolver *r, struct finding *f)
{
	const struct mount *m;
	int err;

	err = resolver_refresh(r);
	if (err)
		return err;
	if (f->subvol_known && !f->unlinked &&
	    (!f->path_known || f->path_truncated))
		find_path(r, f);
	if (!f->path_known || f->path_truncated || !f->path_in_fs)
		return 0;
	m = find_mount(r, f, f->path);
	if (!m)
		return 0;
	if (!f->subvol_known && !f->unlinked)
		find_subvol(m, f);
	place_path(m, f);
	return 0;
}
