// SPDX-License-Identifier: GPL-2.0
/* The files of the trials: make, verify, remove. */
#include "provoke_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define DROP_TIMES 5000 /* a millisecond each, at least */

int provoke_fail(int err, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fflush(stdout);
	complain("provoke: %s", text);
	return err;
}

static int fail_file(const struct provoke_trial *trial, const char *what,
		     int err)
{
	return provoke_fail(
		err,
		"cannot %s the file of trial %" PRIu64
		": %s: make room or mend the filesystem, then run again",
		what, trial->number, strerror(-err));
}

void provoke_trial_name(const struct provoke_run *run,
			const struct provoke_trial *trial,
			char name[PROVOKE_NAME_MAX])
{
	snprintf(name, PROVOKE_NAME_MAX, "provoke-%" PRIx64 "-%" PRIu64 "-%u",
		 run->opt.seed, trial->number, trial->attempt);
}

/* The bytes of page @index that are below i_size. */
static size_t page_len(const struct provoke_plan *plan, uint64_t index)
{
	uint64_t left = plan->size - index * PROVOKE_PAGE;

	return left < PROVOKE_PAGE ? left : PROVOKE_PAGE;
}

static int write_page(int fd, const struct provoke_plan *plan,
		      enum provoke_role role, uint64_t index)
{
	unsigned char buf[PROVOKE_PAGE];
	uint64_t off = index * PROVOKE_PAGE;
	size_t len = page_len(plan, index);
	ssize_t done;

	provoke_fill(plan, role, off, buf, len);
	done = pwrite(fd, buf, len, (off_t)off);
	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -ENOSPC;
}

static int write_base(int fd, const struct provoke_plan *plan)
{
	int err = ftruncate(fd, (off_t)plan->size) ? -errno : 0;

	for (uint64_t at = plan->first; !err && at < plan->end; at++)
		err = write_page(fd, plan, PROVOKE_BASE, at);
	if (!err && fsync(fd))
		err = -errno;
	return err;
}

/* Have no page of the file in the cache. */
static int drop_file(int fd, const struct provoke_plan *plan)
{
	struct provoke_page page;
	int ret;

	ret = provoke_page_map(&page, fd, plan->page);
	if (!ret)
		ret = provoke_page_drop_file(&page, plan->size, DROP_TIMES);
	provoke_page_unmap(&page);
	if (ret < 0)
		return ret;
	return ret ? 0 : -EBUSY;
}

int provoke_file_create(const struct provoke_run *run,
			struct provoke_trial *trial)
{
	char name[PROVOKE_NAME_MAX];
	struct stat st;
	int fd, err;

	provoke_trial_name(run, trial, name);
	fd = openat(run->dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	if (fd < 0 && errno == EEXIST)
		return provoke_fail(-EEXIST,
				    "%s is there already: remove it or choose "
				    "another --seed",
				    name);
	if (fd < 0)
		return fail_file(trial, "create", -errno);
	err = write_base(fd, &trial->plan);
	if (!err)
		err = drop_file(fd, &trial->plan);
	/*
	 * The page is out of the cache and wholly rewritten: so it becomes a
	 * folio of its own, which can be dropped alone, also where files have
	 * large folios.
	 */
	if (!err)
		err = write_page(fd, &trial->plan, PROVOKE_PENDING,
				 trial->plan.page);
	if (!err && fstat(fd, &st))
		err = -errno;
	if (err) {
		close(fd);
		unlinkat(run->dirfd, name, 0);
		return fail_file(trial, "write", err);
	}
	trial->inode = st.st_ino;
	return fd;
}

static uint64_t hash(const unsigned char *buf, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325u;

	while (len--)
		sum = (sum ^ *buf++) * 0x100000001b3u;
	return sum;
}

/* Compare page @index of the file with what it must hold. */
static int compare_page(int fd, struct provoke_trial *trial, uint64_t index)
{
	unsigned char want[PROVOKE_PAGE], have[PROVOKE_PAGE];
	const struct provoke_plan *plan = &trial->plan;
	uint64_t off = index * PROVOKE_PAGE;
	size_t len = page_len(plan, index);
	ssize_t got;
	int err = 0;

	got = pread(fd, have, len, (off_t)off);
	if (got < 0)
		return -errno;
	if ((size_t)got != len)
		return -EIO;
	provoke_expect(plan, trial->result > 0, off, want, len);
	for (size_t i = 0; i < len && !err; i++)
		if (want[i] != have[i])
			err = provoke_spans_add(&trial->lost, off + i, 1);
	if (index == plan->page) {
		trial->expected = hash(want, len);
		trial->found = hash(have, len);
	}
	return err;
}

/* Again fdatasync(): a stranded page may have been healed since the trial. */
static int read_back(int fd, struct provoke_trial *trial)
{
	const struct provoke_plan *plan = &trial->plan;
	int err;

	if (fdatasync(fd))
		return -errno;
	err = drop_file(fd, plan);
	if (!err)
		err = -posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	for (uint64_t at = plan->first; !err && at < plan->end; at++)
		err = compare_page(fd, trial, at);
	return err;
}

int provoke_trial_verify(const struct provoke_run *run,
			 struct provoke_trial *trial)
{
	char name[PROVOKE_NAME_MAX];
	struct provoke_page page;
	int fd, ret;

	provoke_trial_name(run, trial, name);
	fd = openat(run->dirfd, name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail_file(trial, "open", -errno);
	ret = provoke_page_map(&page, fd, trial->plan.page);
	if (!ret)
		ret = provoke_page_present(&page);
	provoke_page_unmap(&page);
	if (ret >= 0) {
		trial->verify_drop = ret && trial->outcome == PROVOKE_STRANDED;
		ret = read_back(fd, trial);
	}
	close(fd);
	if (ret == -E2BIG)
		return provoke_fail(ret,
				    "the file of trial %" PRIu64 " is wrong in "
				    "more places than a write can lose: check "
				    "this filesystem and its disk",
				    trial->number);
	if (ret)
		return fail_file(trial, "verify", ret);
	/* On disk after all: somebody wrote it just before it was cleaned. */
	if (trial->outcome == PROVOKE_LOST && !trial->lost.n) {
		trial->outcome = PROVOKE_NONE;
		trial->bound.n = 0;
	}
	return 0;
}

int provoke_trial_remove(const struct provoke_run *run,
			 const struct provoke_trial *trial)
{
	char name[PROVOKE_NAME_MAX];

	provoke_trial_name(run, trial, name);
	if (unlinkat(run->dirfd, name, 0))
		return fail_file(trial, "remove", -errno);
	return 0;
}
