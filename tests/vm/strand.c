// SPDX-License-Identifier: GPL-2.0
/*
 * strand.c: pages that a write call leaves clean behind it, and what one can
 * do with their files meanwhile. Exit 0 done, 1 not as it must be, 2 usage.
 *
 * - strand make DIR COUNT SEED: files 1 to COUNT, one page of each stranded
 * - strand check DIR COUNT SEED: are they as if they had been written?
 * - strand list DIR COUNT SEED: the same, "INODE right" or "INODE wrong"
 * - strand page FILE PAGE SEED: a page of a file that is there
 * - strand checkpage FILE PAGE SEED: is that as if it had been written?
 * - strand direct|lease|freeze|verity FILE: open it for direct I/O, take a read
 *   lease, freeze its filesystem, seal it; says "ready"; the first three end
 *   with standard input
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "provoke_fault.h"

#define PAGES 4
#define COVER 100 /* bytes of the write call that fails */

struct write_call {
	int fd;
	const void *source;
	off_t at;
	int result;
};

/* What the page has on the disk (role 0), or shall have (1). */
static void fill(unsigned char page[PROVOKE_PAGE], uint64_t seed, uint64_t file,
		 unsigned int role)
{
	uint64_t x =
		seed * 0x9e3779b97f4a7c15ULL + file * 0xbf58476d1ce4e5b9ULL;

	for (unsigned int i = 0; i < PROVOKE_PAGE; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		page[i] = (unsigned char)((x & 0x7f) | role << 7);
	}
}

static void *write_it(void *arg)
{
	struct write_call *call = arg;

	call->result =
		pwrite(call->fd, call->source, COVER, call->at) < 0 ? errno : 0;
	return NULL;
}

/* Answer the writer's faults until its copy has failed under the page lock. */
static int attend(struct provoke_fault *fault)
{
	struct pollfd fd = { .fd = fault->uffd, .events = POLLIN };

	for (;;) {
		int ret;

		if (poll(&fd, 1, 10000) <= 0)
			return -ETIMEDOUT;
		ret = provoke_fault_serve(fault);
		if (ret == PROVOKE_WINDOW)
			return provoke_fault_refuse(fault);
		if (ret < 0)
			return ret;
	}
}

/* The page at `at` is dirty: a write into it fails, and leaves it clean. */
static int fail_write(struct provoke_fault *fault, int fd, off_t at)
{
	struct write_call call = { .fd = fd, .at = at };
	unsigned char cover[COVER] = { 0 };
	pthread_t writer;
	int err;

	err = provoke_fault_arm(fault, cover, COVER / 2, COVER, true);
	if (err)
		return err;
	call.source = provoke_fault_source(fault, COVER / 2);
	if (pthread_create(&writer, NULL, write_it, &call))
		return -EAGAIN;
	err = attend(fault);
	if (!err)
		pthread_join(writer, NULL);
	provoke_fault_disarm(fault);
	if (err)
		return err;
	return call.result == EFAULT ? 0 : -EPROTO;
}

static int strand_page(struct provoke_fault *fault, int fd, uint64_t page,
		       uint64_t seed, uint64_t file)
{
	off_t at = (off_t)(page * PROVOKE_PAGE);
	unsigned char bytes[PROVOKE_PAGE];

	fill(bytes, seed, file, 1);
	if (pwrite(fd, bytes, sizeof(bytes), at) != sizeof(bytes))
		return -errno;
	return fail_write(fault, fd, at + 512);
}

static void name_of(char path[512], const char *dir, unsigned long file)
{
	snprintf(path, 512, "%s/%lu", dir, file);
}

static int make_one(struct provoke_fault *fault, const char *dir,
		    unsigned long file, uint64_t seed)
{
	unsigned char bytes[PROVOKE_PAGE];
	char path[512];
	int fd, err = 0;

	name_of(path, dir, file);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	fill(bytes, seed, file, 0);
	for (int i = 0; !err && i < PAGES; i++)
		if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes))
			err = -errno;
	if (!err && fsync(fd))
		err = -errno;
	if (!err)
		err = strand_page(fault, fd, file % PAGES, seed, file);
	close(fd);
	return err;
}

static int make(struct provoke_fault *fault, char **argv)
{
	unsigned long count = strtoul(argv[1], NULL, 10);
	uint64_t seed = strtoull(argv[2], NULL, 10);
	int err = 0;

	for (unsigned long i = 1; !err && i <= count; i++)
		err = make_one(fault, argv[0], i, seed);
	return err;
}

static bool page_is(int fd, uint64_t page, uint64_t seed, uint64_t file,
		    unsigned int role)
{
	unsigned char want[PROVOKE_PAGE], got[PROVOKE_PAGE];

	fill(want, seed, file, role);
	return pread(fd, got, sizeof(got), (off_t)(page * PROVOKE_PAGE)) ==
		       sizeof(got) &&
	       !memcmp(want, got, sizeof(got));
}

/* Is the file as if its page had been written? *ino is its number, or 0. */
static bool file_is_right(const char *dir, unsigned long file, uint64_t seed,
			  uint64_t *ino)
{
	struct stat st = { 0 };
	bool right = true;
	char path[512];
	int fd;

	name_of(path, dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	fstat(fd, &st);
	*ino = st.st_ino;
	for (uint64_t page = 0; page < PAGES; page++)
		right &= page_is(fd, page, seed, file, page == file % PAGES);
	close(fd);
	return right;
}

static int check(char **argv, bool list)
{
	unsigned long count = strtoul(argv[1], NULL, 10), right = 0;
	uint64_t seed = strtoull(argv[2], NULL, 10);

	for (unsigned long i = 1; i <= count; i++) {
		uint64_t ino = 0;
		bool good = file_is_right(argv[0], i, seed, &ino);

		right += good;
		if (list)
			printf("%" PRIu64 " %s\n", ino,
			       good ? "right" : "wrong");
	}
	if (!list)
		printf("%lu of %lu right\n", right, count);
	return right == count ? 0 : -EILSEQ;
}

static int one_page(struct provoke_fault *fault, char **argv, bool make_it)
{
	uint64_t page = strtoull(argv[1], NULL, 10);
	uint64_t seed = strtoull(argv[2], NULL, 10);
	int fd = open(argv[0], (make_it ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	if (make_it)
		err = strand_page(fault, fd, page, seed, 0);
	else
		err = page_is(fd, page, seed, 0, 1) ? 0 : -EILSEQ;
	close(fd);
	return err;
}

static int wait_for_end(void)
{
	char byte;

	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

static int hold(const char *what, const char *path)
{
	struct fsverity_enable_arg verity = {
		.version = 1,
		.hash_algorithm = FS_VERITY_HASH_ALG_SHA256,
		.block_size = PROVOKE_PAGE,
	};
	bool direct = !strcmp(what, "direct"), err = false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));

	if (fd < 0)
		return -errno;
	signal(SIGIO, SIG_IGN);
	if (!strcmp(what, "lease"))
		err = fcntl(fd, F_SETLEASE, F_RDLCK);
	else if (!strcmp(what, "verity"))
		return ioctl(fd, FS_IOC_ENABLE_VERITY, &verity) ? -errno : 0;
	else if (!strcmp(what, "freeze"))
		err = ioctl(fd, FIFREEZE, 0);
	else if (!direct)
		return -EINVAL;
	if (err)
		return -errno;
	wait_for_end();
	if (!strcmp(what, "freeze") && ioctl(fd, FITHAW, 0))
		return -errno;
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	struct provoke_fault fault;
	int err = -EINVAL;

	if (argc == 3) {
		err = hold(what, argv[2]);
	} else if (argc == 5 &&
		   (!strcmp(what, "check") || !strcmp(what, "list"))) {
		err = check(argv + 2, *what == 'l');
	} else if (argc == 5 && !strcmp(what, "checkpage")) {
		err = one_page(NULL, argv + 2, false);
	} else if (argc == 5) {
		err = provoke_fault_open(&fault);
		if (!err && !strcmp(what, "make"))
			err = make(&fault, argv + 2);
		else if (!err && !strcmp(what, "page"))
			err = one_page(&fault, argv + 2, true);
		provoke_fault_close(&fault);
	}
	if (err)
		fprintf(stderr, "strand %s: %s\n", what, strerror(-err));
	if (err == -EINVAL)
		return 2;
	return err ? 1 : 0;
}
