// SPDX-License-Identifier: GPL-2.0
/* The files of the trials: make, dirty, read back, remove. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accuracy.h"

static void name_file(const struct engine *engine, struct trial *trial)
{
	const struct row *row = trial->row;
	char name[512];

	if (row->place->name_file)
		row->place->name_file(trial, name);
	else
		snprintf(name, sizeof(name), "f-%" PRIu64 "-%" PRIu64 "-%u",
			 engine->made,
			 trial->number / (row->share ? row->share : 1),
			 row->share ? 0 : trial->attempt);
	snprintf(trial->paths[0], sizeof(trial->paths[0]), "%.380s/%.255s",
		 engine->row_dir, name);
	trial->names = 1;
}

static int identify(struct trial *trial)
{
	struct btrfs_ioctl_ino_lookup_args root = {
		.objectid = BTRFS_FIRST_FREE_OBJECTID,
	};
	struct btrfs_ioctl_fs_info_args info = { 0 };
	struct stat st;
	char *to = trial->fs;

	if (fstat(trial->fd, &st) ||
	    ioctl(trial->fd, BTRFS_IOC_INO_LOOKUP, &root) ||
	    ioctl(trial->fd, BTRFS_IOC_FS_INFO, &info))
		return -errno;
	trial->inode = st.st_ino;
	trial->subvolume = root.treeid;
	for (int i = 0; i < 16; i++)
		to += sprintf(to, "%s%02x",
			      i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			      info.fsid[i]);
	return 0;
}

static int put(int fd, const void *buf, size_t len, uint64_t off)
{
	ssize_t done = pwrite(fd, buf, len, (off_t)off);

	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -ENOSPC;
}

int file_create(struct engine *engine, struct trial *trial)
{
	const struct place *place = trial->row->place;
	struct plan *plan = &trial->plan;
	bool first;
	int err = 0;

	if (trial->row->share)
		plan->start = trial->number % trial->row->share * PAGES;
	name_file(engine, trial);
	first = !trial->row->share || !plan->start;
	trial->want = calloc((size_t)2 * PAGES, PAGE);
	if (!trial->want)
		return -ENOMEM;
	trial->later_bytes = trial->want + PAGES * PAGE;
	trial->want_size = plan->size;
	trial->fd =
		open(trial->paths[0],
		     O_RDWR | O_CREAT | O_CLOEXEC | (first ? O_EXCL : 0), 0600);
	if (trial->fd < 0)
		return -errno;
	if (first && place->created)
		err = place->created(engine, trial);
	if (!err)
		err = identify(trial);
	plan_fill(plan, PROVOKE_BASE, 0, trial->want, plan->size);
	return err ? err
		   : put(trial->fd, trial->want, plan->size, plan_at(plan, 0));
}

static int store(const struct trial *trial, const struct span *pend)
{
	const struct plan *plan = &trial->plan;
	unsigned char *map =
		mmap(NULL, plan->pages * PAGE, PROT_READ | PROT_WRITE,
		     MAP_SHARED, trial->fd, (off_t)plan_at(plan, 0));

	if (map == MAP_FAILED)
		return -errno;
	memcpy(map + pend->off, trial->want + pend->off, pend->len);
	return munmap(map, plan->pages * PAGE) ? -errno : 0;
}

int file_dirty(struct trial *trial)
{
	const struct plan *plan = &trial->plan;
	int err = 0;

	for (unsigned int i = 0; i < plan->pends && !err; i++) {
		const struct span *pend = &plan->pend[i];

		plan_fill(plan, PROVOKE_PENDING, pend->off,
			  trial->want + pend->off, pend->len);
		if (trial->row->by_mmap)
			err = store(trial, pend);
		else
			err = put(trial->fd, trial->want + pend->off, pend->len,
				  plan_at(plan, pend->off));
	}
	return err;
}

void file_written(struct trial *trial)
{
	const struct plan *plan = &trial->plan;
	uint32_t done = trial->result > 0 ? (uint32_t)trial->result : 0;

	plan_fill(plan, PROVOKE_COVER, plan->pos, trial->want + plan->pos,
		  done);
	if (plan->pos + done > trial->want_size)
		trial->want_size = plan->pos + done;
}

/* What was done on purpose after the write call. */
static void apply_later(struct trial *trial)
{
	const struct span *later = &trial->later;

	memcpy(trial->want + later->off, trial->later_bytes + later->off,
	       later->len);
	if (later->len && later->off + later->len > trial->want_size)
		trial->want_size = later->off + later->len;
	if (trial->was_cut)
		trial->want_size = trial->cut_size;
}

static int compare(struct trial *trial)
{
	static unsigned char have[PAGES * PAGE];
	uint32_t size = trial->want_size;
	struct span *lost = NULL;

	memset(have, 0, sizeof(have));
	if (pread(trial->fd, have, size, (off_t)plan_at(&trial->plan, 0)) !=
	    (ssize_t)size)
		return -EIO;
	for (uint32_t at = 0; at < size; at++) {
		if (have[at] == trial->want[at])
			continue;
		if (lost && lost->off + lost->len == at) {
			lost->len++;
			continue;
		}
		if (trial->losts == sizeof(trial->lost) / sizeof(*lost))
			return -E2BIG;
		lost = &trial->lost[trial->losts++];
		*lost = (struct span){ at, 1 };
	}
	return 0;
}

static int check_size(const struct trial *trial)
{
	struct stat st;

	if (fstat(trial->fd, &st))
		return -errno;
	return trial->row->share ||
			       (uint64_t)st.st_size ==
				       plan_at(&trial->plan, trial->want_size)
		       ? 0
		       : -ERANGE;
}

int file_verify(struct engine *engine, struct trial *trial)
{
	int err;

	if (trial->deleted)
		return 0;
	if (trial->fd < 0)
		trial->fd = open(trial->paths[0], O_RDWR | O_CLOEXEC);
	if (trial->fd < 0)
		return -errno;
	apply_later(trial);
	err = pages_look(engine, trial, &trial->final);
	if (!err)
		err = pages_drop_file(trial);
	if (!err)
		err = check_size(trial);
	return err ? err : compare(trial);
}

int file_reread(struct trial *trial)
{
	int err;

	if (trial->fd < 0)
		trial->fd = open(trial->paths[0], O_RDWR | O_CLOEXEC);
	if (trial->fd < 0)
		return -errno;
	err = pages_drop_file(trial);
	return err ? err : compare(trial);
}

void file_remove(struct trial *trial)
{
	if (trial->fd >= 0)
		close(trial->fd);
	trial->fd = -1;
	for (unsigned int i = 0; i < trial->names; i++)
		unlink(trial->paths[i]);
	free(trial->want);
	trial->want = NULL;
}

/* Take all the room that there is. */
int fill_filesystem(struct engine *engine)
{
	char path[640];
	uint64_t at = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/filler", engine->row_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (uint64_t len = 64u << 20; len >= PAGE;) {
		if (!fallocate(fd, 0, (off_t)at, (off_t)len))
			at += len;
		else if (errno == ENOSPC)
			len /= len > 4 * PAGE ? 16 : 4;
		else
			break;
	}
	close(fd);
	return at ? 0 : -ENOSPC;
}

int empty_filesystem(struct engine *engine)
{
	char path[640];
	int dir;

	snprintf(path, sizeof(path), "%s/filler", engine->row_dir);
	dir = open(engine->row_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* The room comes back with the transaction only. */
	if (unlink(path) || dir < 0 || ioctl(dir, BTRFS_IOC_SYNC, NULL))
		return -errno;
	close(dir);
	/* What looks for room in the background has seen that by then. */
	usleep(200000);
	return 0;
}
