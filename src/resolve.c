/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE 1
#include <btrfsutil.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "fsdir.h"
#include "mounts.h"
#include "names.h"
#include "now.h"
#include "resolve.h"

#define MOUNTINFO "/proc/self/mountinfo"

struct resolver {
	FILE *mountinfo;
	char *prefer;
	struct mounts *now;
	struct mounts *before; /* an unmount may be what dropped the page... */
	uint64_t read_ns;      /* ...if it was seen before this */
};

/* Whose names are asked for. */
struct asking {
	const struct resolver *resolver;
	const struct finding *finding;
};

static int resolver_read(struct resolver *r)
{
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
	r->read_ns = now_ns();
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

const struct mount *resolve_mount(const struct resolver *r,
				  const struct finding *f, const char *fs_path)
{
	const struct mount *m = mounts_find(r->now, f->dev, fs_path);

	if (!m && r->before && f->ns < r->read_ns)
		m = mounts_find(r->before, f->dev, fs_path);
	return m;
}

/*
 * Takes the subvolume from the directory that holds the file, so that the
 * file itself is never opened. Only if it still is there under its name.
 */
static void find_subvol(const struct mount *m, struct finding *f)
{
	const char *name = strrchr(f->path, '/') + 1;
	uint64_t id;
	int dir;

	if (names_check(m, f->path, f) != NAME_THERE)
		return;
	dir = fsdir_open(m, f->path, strlen(name), f);
	if (dir < 0)
		return;
	if (btrfs_util_subvolume_id_fd(dir, &id) == BTRFS_UTIL_OK) {
		f->subvol = id;
		f->subvol_known = true;
	}
	close(dir);
}

/* Writes `fs_path` as it is seen through the mount. False: it is not. */
static bool mounted_path(const struct mount *m, const char *fs_path,
			 char out[FINDING_PATH_LEN])
{
	const char *below = m ? mounts_below(m->root, fs_path) : NULL;
	char path[FINDING_PATH_LEN];
	size_t len;
	int all;

	if (!below)
		return false;
	len = strlen(m->point);
	if (len && m->point[len - 1] == '/')
		len--;
	all = snprintf(path, sizeof(path), "%.*s%s%s", (int)len, m->point,
		       *below ? "/" : "", below);
	if (all >= (int)sizeof(path))
		return false;
	memcpy(out, path, (size_t)all + 1);
	return true;
}

/* Where the subvolume hangs in the filesystem, to be freed, or NULL. */
static char *subvol_path(const struct mount *m, const struct finding *f)
{
	char *below = NULL;
	char *path = NULL;
	int fd;

	fd = fsdir_open(m, m->root, 0, f);
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

/* Is the name that the filesystem gave still the inode's? */
static bool is_name(void *arg, const char *fs_path)
{
	const struct asking *a = arg;
	const struct mount *m = resolve_mount(a->resolver, a->finding, fs_path);

	return !m || names_check(m, fs_path, a->finding) != NAME_GONE;
}

/*
 * The filesystem keeps the names of every inode that has any, but as of its
 * last commit: one that was taken since is not used.
 */
void resolve_names(const struct resolver *r, const struct finding *f,
		   struct names *names)
{
	const struct mount *m = resolve_mount(r, f, NULL);
	struct asking asking = { r, f };
	uint64_t id;
	char *at;
	int fd;

	if (!m)
		return;
	at = subvol_path(m, f);
	if (!at)
		return;
	m = resolve_mount(r, f, at);
	fd = m ? fsdir_open(m, at, 0, f) : -1;
	if (fd >= 0) {
		if (btrfs_util_subvolume_id_fd(fd, &id) == BTRFS_UTIL_OK &&
		    id == f->subvol)
			names_ask(fd, strcmp(at, "/") ? at : "", f->ino,
				  is_name, &asking, names);
		close(fd);
	}
	free(at);
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

/* Takes the first name that fits. */
static void take_path(const struct names *names, struct finding *f)
{
	const char *name;

	for (name = names_first(names); name; name = names_next(names, name)) {
		if (strlen(name) >= sizeof(f->path) || !path_fits(f, name))
			continue;
		memcpy(f->path, name, strlen(name) + 1);
		f->path_known = true;
		f->path_truncated = false;
		return;
	}
}

/* As many of the names as fit, as they are seen through a mount. */
static void take_links(const struct resolver *r, const struct names *names,
		       struct finding *f)
{
	const char *name;
	char path[FINDING_PATH_LEN];

	for (name = names_first(names); name; name = names_next(names, name)) {
		size_t room = sizeof(f->links) - f->links_len;
		size_t len;

		if (!mounted_path(resolve_mount(r, f, name), name, path))
			snprintf(path, sizeof(path), "%s", name);
		len = strlen(path) + 1;
		if (len > room)
			return;
		memcpy(f->links + f->links_len, path, len);
		f->links_len += (uint32_t)len;
	}
}

/* The name that the finding has already is one of them, and the first. */
static void find_links(const struct resolver *r, struct finding *f)
{
	struct names names = { 0 };

	if (f->path_known && !f->path_truncated)
		names_add(&names, f->path);
	if (f->subvol_known &&
	    (f->link_count > 1 || !f->path_known || f->path_truncated))
		resolve_names(r, f, &names);
	if (!f->path_known || f->path_truncated)
		take_path(&names, f);
	if (resolve_mount(r, f, NULL))
		take_links(r, &names, f);
}

static void find_cgroup(const struct resolver *r, struct finding_task *task)
{
	const struct mount *m = mounts_of_type(r->now, "cgroup2");

	if (m && task->cgroup)
		cgroup_path(m, task->cgroup, task->cgroup_path,
			    sizeof(task->cgroup_path));
}

const struct mount *resolve_next_mount(const struct resolver *r,
				       const struct mount *m)
{
	return mounts_next_of_type(r->now, "btrfs", m);
}

void resolve_shown(const struct resolver *r, struct finding *f,
		   const char *fs_path)
{
	f->path_known = strlen(fs_path) < sizeof(f->path);
	if (!f->path_known)
		return;
	memcpy(f->path, fs_path, strlen(fs_path) + 1);
	f->path_in_fs =
		!mounted_path(resolve_mount(r, f, fs_path), fs_path, f->path);
}

int resolve_finding(struct resolver *r, struct finding *f)
{
	const struct mount *m = NULL;
	int err;

	err = resolver_refresh(r);
	if (err)
		return err;
	find_cgroup(r, &f->task);
	find_cgroup(r, &f->dropper);
	if (f->path_known && !f->path_truncated)
		m = resolve_mount(r, f, f->path);
	if (m && !f->subvol_known && !f->unlinked)
		find_subvol(m, f);
	if (!f->unlinked)
		find_links(r, f);
	if (!f->path_known || f->path_truncated || !f->path_in_fs)
		return 0;
	m = resolve_mount(r, f, f->path);
	if (mounted_path(m, f->path, f->path))
		f->path_in_fs = false;
	return 0;
}

/* The path of a file as its filesystem sees it: the reverse of mounted_path().
 */
static bool fs_path_of(const struct mount *m, const char *path,
		       char out[FINDING_PATH_LEN])
{
	const char *below = m ? mounts_below(m->point, path) : NULL;
	size_t len = m ? strlen(m->root) : 0;

	if (!below || !*below)
		return false;
	if (m->root[len - 1] == '/')
		len--;
	return snprintf(out, FINDING_PATH_LEN, "%.*s/%s", (int)len, m->root,
			below) < FINDING_PATH_LEN;
}

int resolve_dir(struct resolver *r, const struct finding *f, char *name,
		size_t size)
{
	char fs_path[FINDING_PATH_LEN];
	const struct mount *m;
	const char *last;
	uint64_t id;
	int dir;

	if (resolver_refresh(r))
		return -1;
	m = mounts_holding(r->now, f->dev, f->path);
	if (!fs_path_of(m, f->path, fs_path))
		return -1;
	last = strrchr(fs_path, '/') + 1;
	if (!*last || strlen(last) >= size)
		return -1;
	dir = fsdir_open(m, fs_path, strlen(last), f);
	if (dir < 0)
		return -1;
	if (btrfs_util_subvolume_id_fd(dir, &id) != BTRFS_UTIL_OK ||
	    id != f->subvol) {
		close(dir);
		return -1;
	}
	memcpy(name, last, strlen(last) + 1);
	return dir;
}
