// SPDX-License-Identifier: GPL-2.0
/*
 * blocks.c - a write call over some bytes of a folio of several blocks, all of
 * them dirty. Prints what became of each file, one JSON object a line.
 *
 * blocks FOLDER MODE COUNT; MODE is one of
 *   stranded   the call fails; the other blocks are written, then all dropped
 *   wide       the same, over the boundary of two blocks
 *   split      stranded, and the folio is split before it is dropped
 *   near-miss  the call comes back and ends well
 *   race       all that is dirty is written, and the folio dropped, before the
 *              call comes back
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kernel-page-flags.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "provoke_fault.h"

#define PAGE PROVOKE_PAGE
#define BLOCKS 8
#define SIZE ((size_t)BLOCKS * PAGE)
#define OFFSET 64 /* of the call's first byte in its block */
#define HEAD 40	  /* source bytes in the first of its two user pages */

enum { BASE = 0x10, PENDING = 0x20, COVER = 0x30 };

struct mode {
	const char *name;
	bool fails;
	bool races;
	bool splits;
	uint32_t len;
};

static const struct mode modes[] = {
	{ .name = "stranded", .fails = true, .len = 100 },
	{ .name = "wide", .fails = true, .len = PAGE },
	{ .name = "split", .fails = true, .splits = true, .len = 100 },
	{ .name = "near-miss", .len = 100 },
	{ .name = "race", .races = true, .len = 100 },
};

struct trial {
	const struct mode *mode;
	struct provoke_fault fault;
	int fd;
	off_t pos;
	pthread_t thread;
	ssize_t result;
	_Atomic int done;
	bool large; /* the page that is written to was part of a larger folio */
};

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static void check(bool ok, const char *what)
{
	if (!ok)
		die(what);
}

static unsigned char byte_of(int role, size_t at)
{
	return (unsigned char)(role | (at / 7 & 0xf));
}

static void put(int fd, int role)
{
	unsigned char bytes[SIZE];

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = byte_of(role, i);
	check(pwrite(fd, bytes, SIZE, 0) == (ssize_t)SIZE, "pwrite");
}

static void write_back(int fd)
{
	check(!sync_file_range(fd, 0, 0,
			       SYNC_FILE_RANGE_WAIT_BEFORE |
				       SYNC_FILE_RANGE_WRITE |
				       SYNC_FILE_RANGE_WAIT_AFTER),
	      "sync_file_range");
}

/* Written and out of the cache, if nobody holds it. */
static void drop(int fd)
{
	write_back(fd);
	for (int i = 0; i < 5; i++) {
		check(!posix_fadvise(fd, 0, (off_t)SIZE, POSIX_FADV_DONTNEED),
		      "fadvise");
		usleep(1000);
	}
}

static uint64_t word_of(const char *path, uint64_t index)
{
	uint64_t word = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	check(fd >= 0 && pread(fd, &word, 8, (off_t)(index * 8)) == 8, path);
	close(fd);
	return word;
}

static bool is_large(int fd, off_t pos)
{
	volatile unsigned char *map =
		mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	uint64_t entry, flags;

	check(map != MAP_FAILED, "mmap");
	(void)map[pos];
	entry = word_of("/proc/self/pagemap", (uintptr_t)(map + pos) / PAGE);
	flags = word_of("/proc/kpageflags", entry & ((1ULL << 55) - 1));
	munmap((void *)map, SIZE);
	return flags & (1ULL << KPF_COMPOUND_HEAD | 1ULL << KPF_COMPOUND_TAIL);
}

/* The folios of the file become pages: that is a thing of debugfs. */
static void split(int fd, off_t pos, const char *path)
{
	const char *knob = "/sys/kernel/debug/split_huge_pages";
	char order[300];
	int len = snprintf(order, sizeof(order), "%s,0x0,0x%x,0", path, BLOCKS);
	int file = open(knob, O_WRONLY | O_CLOEXEC);

	write_back(fd);
	check(file >= 0 && write(file, order, (size_t)len) == len, knob);
	close(file);
	if (is_large(fd, pos)) {
		fprintf(stderr, "%s was not split\n", path);
		exit(3);
	}
}

static void *write_over(void *arg)
{
	struct trial *t = arg;

	t->result = pwrite(t->fd, provoke_fault_source(&t->fault, HEAD),
			   t->mode->len, t->pos);
	if (t->result < 0)
		t->result = -errno;
	t->done = 1;
	return NULL;
}

static void in_window(struct trial *t)
{
	int err;

	if (t->mode->races)
		drop(t->fd);
	err = t->mode->fails ? provoke_fault_refuse(&t->fault)
			     : provoke_fault_resolve(&t->fault);
	check(!err, "window");
}

static void write_call(struct trial *t)
{
	unsigned char cover[2 * PAGE];
	struct pollfd fault = { .fd = t->fault.uffd, .events = POLLIN };

	for (size_t i = 0; i < t->mode->len; i++)
		cover[i] = byte_of(COVER, (size_t)t->pos + i);
	check(!provoke_fault_arm(&t->fault, cover, HEAD, t->mode->len, true),
	      "arm");
	check(!pthread_create(&t->thread, NULL, write_over, t), "thread");
	while (!t->done) {
		if (poll(&fault, 1, 10) <= 0)
			continue;
		if (provoke_fault_serve(&t->fault) == PROVOKE_WINDOW)
			in_window(t);
	}
	pthread_join(t->thread, NULL);
	provoke_fault_disarm(&t->fault);
}

static bool is_lost(const struct trial *t, const unsigned char *found, size_t i)
{
	bool covered = t->result > 0 && i >= (size_t)t->pos &&
		       i < (size_t)t->pos + (size_t)t->result;

	if (found[i] == byte_of(covered ? COVER : PENDING, i))
		return false;
	if (found[i] != byte_of(BASE, i)) {
		fprintf(stderr, "byte %zu is 0x%x\n", i, found[i]);
		exit(3);
	}
	return true;
}

/* The bytes that are as they were on disk before, page by page. */
static void print_lost(const struct trial *t)
{
	unsigned char found[SIZE];
	const char *comma = "";
	size_t i = 0, from;

	check(pread(t->fd, found, SIZE, 0) == (ssize_t)SIZE, "pread");
	while (i < SIZE) {
		from = i;
		while (i < SIZE && is_lost(t, found, i))
			if (!(++i % PAGE))
				break;
		if (i > from) {
			printf("%s[%zu,%zu]", comma, from, i - from);
			comma = ",";
		} else {
			i++;
		}
	}
}

static void run(struct trial *t, const char *folder, int number)
{
	struct stat st;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s-%d", folder, t->mode->name, number);
	t->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	check(t->fd >= 0 && !fstat(t->fd, &st), path);
	put(t->fd, BASE);
	check(!fsync(t->fd), "fsync");
	drop(t->fd);
	put(t->fd, PENDING);
	/* Of two blocks, none is the last one. */
	t->pos = (off_t)(number % (BLOCKS - 1)) * PAGE + OFFSET;
	t->done = 0;
	t->large = is_large(t->fd, t->pos);
	write_call(t);
	if (t->mode->splits)
		split(t->fd, t->pos, path);
	drop(t->fd);
	printf("{\"inode\":%ju,\"large\":%s,\"result\":%zd,\"lost\":[",
	       (uintmax_t)st.st_ino, t->large ? "true" : "false", t->result);
	print_lost(t);
	puts("]}");
	close(t->fd);
}

int main(int argc, char **argv)
{
	struct trial t = { 0 };

	for (size_t i = 0; argc == 4 && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argv[2], modes[i].name))
			t.mode = &modes[i];
	if (!t.mode) {
		fprintf(stderr, "usage: blocks FOLDER MODE COUNT\n");
		return 2;
	}
	check(!provoke_fault_open(&t.fault), "userfaultfd");
	for (int number = 1; number <= atoi(argv[3]); number++)
		run(&t, argv[1], number);
	provoke_fault_close(&t.fault);
	return 0;
}
