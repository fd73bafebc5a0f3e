// SPDX-License-Identifier: GPL-2.0
#include "overwrite.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ways.h"

int socket_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ? -errno
									: 0;
}

/* It comes over what the write call wrote, for which it may have waited. */
static void promise(struct trial *trial, uint32_t off, const void *bytes,
		    uint32_t len)
{
	if (bytes)
		memcpy(trial->later_bytes + off, bytes, len);
	else
		memset(trial->later_bytes + off, 0, len);
	trial->later = (struct span){ off, len };
}

static int cut(struct trial *trial, uint32_t size)
{
	if (ftruncate(trial->fd, (off_t)plan_at(&trial->plan, size)))
		return -errno;
	trial->was_cut = true;
	trial->cut_size = size;
	return 0;
}

OVER(truncate)
{
	(void)engine;
	return cut(trial, 0);
}

OVER(truncate_into)
{
	(void)engine;
	return cut(trial, 1 + trial->plan.key % (trial->plan.size - 1));
}

static int fall(struct trial *trial, int mode, uint32_t off, uint32_t len)
{
	if (fallocate(trial->fd, mode, (off_t)plan_at(&trial->plan, off), len))
		return -errno;
	promise(trial, off, NULL, len);
	return 0;
}

OVER(punch)
{
	(void)engine;
	return fall(trial, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
		    trial->plan.size);
}

OVER(punch_into)
{
	uint32_t off = 1 + trial->plan.key % (PAGE - 200);

	(void)engine;
	return fall(trial, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off, 99);
}

OVER(zero_range)
{
	(void)engine;
	return fall(trial, FALLOC_FL_ZERO_RANGE, 0, trial->plan.size);
}

/* A file with whole pages of new bytes on disk. */
static int other_file(const struct engine *engine, const void *bytes,
		      uint32_t len)
{
	int fd = open(engine->row_dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (pwrite(fd, bytes, len, 0) == (ssize_t)len && !fsync(fd))
		return fd;
	close(fd);
	return -EIO;
}

static void later_bytes(const struct trial *trial, void *buf, uint32_t len)
{
	plan_fill(&trial->plan, ROLE_LATER, 0, buf, len);
}

/* Before it may wait for the write call: making it takes a transaction. */
OVER(clone)
{
	unsigned char buf[PAGES * PAGE];
	struct file_clone_range range = {
		.src_length = trial->plan.pages * PAGE,
		.dest_offset = plan_at(&trial->plan, 0),
	};
	uint32_t len = trial->plan.pages * PAGE;
	int fd, err = 0;

	later_bytes(trial, buf, len);
	fd = other_file(engine, buf, len);
	if (fd < 0)
		return fd;
	range.src_fd = fd;
	if (ioctl(trial->fd, FICLONERANGE, &range))
		err = -errno;
	close(fd);
	if (!err)
		promise(trial, 0, buf, len);
	return err;
}

OVER(dedupe)
{
	struct {
		struct file_dedupe_range range;
		struct file_dedupe_range_info info;
	} arg = {
		.range = { .src_length = PAGE, .dest_count = 1 },
		.info = { .dest_fd = trial->fd,
			  .dest_offset = (__s64)plan_at(&trial->plan, 0) },
	};
	int fd, err = 0;

	for (uint32_t off = 0; off < trial->plan.size && !err; off += PAGE) {
		fd = other_file(engine, trial->want + off, PAGE);
		if (fd < 0)
			return fd;
		arg.info.dest_offset = (__s64)plan_at(&trial->plan, off);
		if (ioctl(fd, FIDEDUPERANGE, &arg))
			err = -errno;
		else if (arg.info.status)
			err = -EUCLEAN;
		close(fd);
	}
	return err ? err : drop_by_fadvise(engine, trial);
}

OVER(unlink)
{
	(void)engine;
	if (unlink(trial->paths[0]) || close(trial->fd))
		return -errno;
	trial->fd = -1;
	trial->deleted = true;
	trial->unlinked = true;
	return 0;
}

OVER(unlink_open)
{
	if (unlink(trial->paths[0]))
		return -errno;
	trial->unlinked = true;
	return drop_by_fadvise(engine, trial);
}

OVER(rename)
{
	if (snprintf(trial->paths[1], sizeof(trial->paths[1]), "%.600s-renamed",
		     trial->paths[0]) < 0 ||
	    rename(trial->paths[0], trial->paths[1]))
		return -errno;
	/* Both are right: of the write call, and of the drop. */
	trial->names = 2;
	trial->renamed = true;
	return drop_by_fadvise(engine, trial);
}

OVER(snapshot)
{
	struct btrfs_ioctl_vol_args_v2 args = { 0 };
	int dir = open(engine->row_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (dir < 0)
		return -errno;
	args.fd = dir;
	snprintf(args.name, sizeof(args.name), "snap");
	if (ioctl(dir, BTRFS_IOC_SNAP_CREATE_V2, &args))
		err = -errno;
	if (!err && ioctl(dir, BTRFS_IOC_SNAP_DESTROY_V2, &args))
		err = -errno;
	close(dir);
	return err ? err : drop_by_fadvise(engine, trial);
}

OVER(fsync)
{
	if (fsync(trial->fd))
		return -errno;
	return drop_by_fadvise(engine, trial);
}

/* A buffer that the disk takes directly, or one that cannot be read. */
static void *direct_buffer(int prot)
{
	return mmap(NULL, PAGES * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
}

static int open_direct(const struct trial *trial)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", trial->fd);
	return open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
}

/* Over the first page only. */
static int direct(struct trial *trial, bool writes, int prot)
{
	unsigned char *buf = direct_buffer(prot);
	off_t at = (off_t)plan_at(&trial->plan, 0);
	int fd = open_direct(trial);
	ssize_t done;

	if (fd < 0 || buf == MAP_FAILED)
		return -errno;
	if (writes && prot != PROT_NONE)
		later_bytes(trial, buf, PAGE);
	done = writes ? pwrite(fd, buf, PAGE, at) : pread(fd, buf, PAGE, at);
	if (writes && done == (ssize_t)PAGE)
		promise(trial, 0, buf, PAGE);
	munmap(buf, PAGES * PAGE);
	close(fd);
	return done == (prot == PROT_NONE ? -1 : (ssize_t)PAGE) ? 0 : -EIO;
}

OVER(direct)
{
	(void)engine;
	return direct(trial, true, PROT_READ | PROT_WRITE);
}

OVER(direct_fail)
{
	(void)engine;
	return direct(trial, true, PROT_NONE);
}

OVER(direct_read)
{
	(void)engine;
	return direct(trial, false, PROT_READ | PROT_WRITE);
}

OVER(rewrite)
{
	unsigned char buf[64];
	uint32_t off = trial->plan.key % (PAGE - 100);

	(void)engine;
	plan_fill(&trial->plan, ROLE_LATER, off, buf, sizeof(buf));
	if (pwrite(trial->fd, buf, sizeof(buf),
		   (off_t)plan_at(&trial->plan, off)) != sizeof(buf))
		return -EIO;
	promise(trial, off, buf, sizeof(buf));
	return 0;
}

OVER(store)
{
	uint32_t off = trial->plan.key % (PAGE - 100);
	unsigned char buf[64], *map;

	(void)engine;
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, trial->fd,
		   (off_t)plan_at(&trial->plan, 0));
	if (map == MAP_FAILED)
		return -errno;
	plan_fill(&trial->plan, ROLE_LATER, off, buf, sizeof(buf));
	memcpy(map + off, buf, sizeof(buf));
	munmap(map, PAGE);
	promise(trial, off, buf, sizeof(buf));
	return 0;
}
