// SPDX-License-Identifier: GPL-2.0
/* Where the files of a row live, and what is special about them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "accuracy.h"

#define ENTER(name) static int enter_##name(struct engine *engine, char *dir)
#define TRIAL(name) static int name(struct engine *engine, struct trial *trial)
#define DIR_LEN 512
#define BIND "/tmp/accuracy-bind"

static int make_dir(const char *dir)
{
	return mkdir(dir, 0700) && errno != EEXIST ? -errno : 0;
}

ENTER(plain)
{
	snprintf(dir, DIR_LEN, "%s/plain", engine->dir);
	return make_dir(dir);
}

/* A subvolume @name below @in. */
static int make_subvolume(const char *in, const char *name)
{
	struct btrfs_ioctl_vol_args args = { 0 };
	int fd = open(in, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	snprintf(args.name, sizeof(args.name), "%s", name);
	if (ioctl(fd, BTRFS_IOC_SUBVOL_CREATE, &args) && errno != EEXIST)
		err = -errno;
	close(fd);
	return err;
}

ENTER(nested)
{
	char outer[DIR_LEN - 8];
	int err = make_subvolume(engine->dir, "outer");

	snprintf(outer, sizeof(outer), "%s/outer", engine->dir);
	if (!err)
		err = make_subvolume(outer, "inner");
	snprintf(dir, DIR_LEN, "%s/inner", outer);
	return err;
}

static int quota_control(const char *dir, uint64_t cmd)
{
	struct btrfs_ioctl_quota_ctl_args args = { .cmd = cmd };
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, BTRFS_IOC_QUOTA_CTL, &args) ||
	    (cmd == BTRFS_QUOTA_CTL_ENABLE &&
	     ioctl(fd, BTRFS_IOC_QUOTA_RESCAN_WAIT)))
		err = -errno;
	close(fd);
	return err;
}

ENTER(quota)
{
	int err = make_subvolume(engine->dir, "quota");

	snprintf(dir, DIR_LEN, "%s/quota", engine->dir);
	return err ? err : quota_control(engine->dir, BTRFS_QUOTA_CTL_ENABLE);
}

static void leave_quota(struct engine *engine)
{
	quota_control(engine->dir, BTRFS_QUOTA_CTL_DISABLE);
}

int set_quota(struct engine *engine, uint64_t subvolume, uint64_t limit)
{
	struct btrfs_ioctl_qgroup_limit_args args = {
		.qgroupid = subvolume,
		.lim = { .flags = BTRFS_QGROUP_LIMIT_MAX_RFER,
			 .max_rfer = limit ? limit : UINT64_MAX },
	};
	/* Not of that subvolume: asking takes room there. */
	int fd = open(engine->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, BTRFS_IOC_QGROUP_LIMIT, &args))
		err = -errno;
	close(fd);
	return err;
}

ENTER(bind)
{
	char real[DIR_LEN];
	int err = enter_plain(engine, real);

	if (!err)
		err = make_dir(BIND);
	snprintf(dir, DIR_LEN, BIND);
	if (!err && mount(real, BIND, NULL, MS_BIND, NULL))
		err = -errno;
	return err;
}

static void leave_bind(struct engine *engine)
{
	(void)engine;
	umount2(BIND, MNT_DETACH);
}

/* The filesystem on a loop device, prepared by the scenario. */
ENTER(loop)
{
	if (!engine->loop[0])
		return -ENODEV;
	snprintf(dir, DIR_LEN, "%s", engine->loop);
	return 0;
}

static int set_flag(const struct trial *trial, int flag)
{
	int flags = 0;

	if (ioctl(trial->fd, FS_IOC_GETFLAGS, &flags))
		return -errno;
	flags |= flag;
	return ioctl(trial->fd, FS_IOC_SETFLAGS, &flags) ? -errno : 0;
}

TRIAL(no_cow)
{
	(void)engine;
	return set_flag(trial, FS_NOCOW_FL);
}

TRIAL(compressed)
{
	(void)engine;
	return fsetxattr(trial->fd, "btrfs.compression", "zstd", 4, 0) ? -errno
								       : 0;
}

/* The file's extents are shared from now on. */
TRIAL(snapshot)
{
	struct btrfs_ioctl_vol_args_v2 args = { 0 };
	int to = open(engine->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (trial != engine->batch) /* one of them will do */
		return close(to) ? -errno : 0;
	args.fd = open(engine->row_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(args.name, sizeof(args.name), "snapshot-%" PRIu64,
		 engine->made);
	if (to < 0 || args.fd < 0 || ioctl(to, BTRFS_IOC_SNAP_CREATE_V2, &args))
		err = -errno;
	close((int)args.fd);
	close(to);
	return err;
}

TRIAL(linked)
{
	(void)engine;
	for (trial->names = 1; trial->names < NAMES; trial->names++) {
		snprintf(trial->paths[trial->names], sizeof(trial->paths[0]),
			 "%.600s-link%u", trial->paths[0], trial->names);
		if (link(trial->paths[0], trial->paths[trial->names]))
			return -errno;
	}
	return 0;
}

TRIAL(unlinked)
{
	(void)engine;
	trial->unlinked = true;
	return unlink(trial->paths[0]) ? -errno : 0;
}

/* The same file by the name that the other mount gives it. */
TRIAL(seen_twice)
{
	const char *name = strrchr(trial->paths[0], '/');

	snprintf(trial->paths[1], sizeof(trial->paths[1]), "%s/plain%s",
		 engine->dir, name);
	trial->names = 2;
	return 0;
}

/* 255 bytes, with one of each kind that hurts. */
static void name_hostile(const struct trial *trial, char *name)
{
	static const char *const bad[] = { "\n",   "\033[31m", "\xff\xfe",
					   "\"\\", "\t\r",     "\xc3\xa9",
					   "%s%n", "'; $(" };
	size_t len = (size_t)sprintf(name, "%s-%" PRIu64 "-%u-",
				     bad[trial->number % 8], trial->number,
				     trial->attempt);

	while (len < (trial->number % 3 ? 60 : 255)) {
		const char *next = bad[(trial->plan.key + len) % 8];

		if (len + strlen(next) > 255)
			next = "x";
		len += (size_t)sprintf(name + len, "%s", next);
	}
}

const struct place places[] = {
	{ "default", enter_plain, NULL, NULL, NULL, NULL },
	{ "nodatacow", enter_plain, NULL, no_cow, NULL, NULL },
	{ "compress=zstd", enter_plain, NULL, compressed, NULL, NULL },
	{ "nested subvolume", enter_nested, NULL, NULL, NULL, NULL },
	{ "snapshot source", enter_nested, NULL, NULL, snapshot, NULL },
	{ "bind mount", enter_bind, NULL, NULL, seen_twice, leave_bind },
	{ "hard links", enter_plain, NULL, NULL, linked, NULL },
	{ "unlinked, open", enter_plain, NULL, NULL, unlinked, NULL },
	{ "hostile names", enter_plain, name_hostile, NULL, NULL, NULL },
	{ "loop", enter_loop, NULL, NULL, NULL, NULL },
	{ "quota", enter_quota, NULL, NULL, NULL, leave_quota },
	{ 0 },
};
