// SPDX-License-Identifier: GPL-2.0
/*
 * force.c - takes one legal path through the page cache that no plain command
 * takes. It prints what it did; status 0: done, 2: wrong use, 3: not done.
 *
 *   force COMMAND ARG...
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "force.h"

#define MPOL_MF_MOVE_ALL 4
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif
#define PAGES_MAX 4096L

_Noreturn void die(const char *what)
{
	fprintf(stderr, "force: %s: %s\n", what, strerror(errno));
	exit(3);
}

int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || end == text || n < 0) {
		fprintf(stderr, "force: '%s' is no number\n", text);
		exit(2);
	}
	return n;
}

/* The whole file, mapped shared; its size in pages goes to *pages. */
static char *map_file(const char *path, long *pages)
{
	int fd = open_file(path);
	struct stat st;
	char *at;

	if (fstat(fd, &st))
		die(path);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		  fd, 0);
	if (at == MAP_FAILED)
		die("mmap");
	close(fd);
	*pages = (st.st_size + PAGE - 1) / PAGE;
	return at;
}

/* store FILE OFFSET: one byte, by a mapping. */
static int cmd_store(char **argv)
{
	long pages;
	char *at = map_file(argv[0], &pages);

	((volatile char *)at)[number(argv[1])] = 'm';
	puts("1 stores");
	return 0;
}

/* Moves the cached pages of a mapped file to the other node: how many. */
static long move_pages_of(char *at, long pages)
{
	static void *addresses[PAGES_MAX];
	static int nodes[PAGES_MAX], status[PAGES_MAX];
	static unsigned char there[PAGES_MAX];
	long count = 0, moved = 0;

	if (pages > PAGES_MAX || mincore(at, (size_t)(pages * PAGE), there))
		die("mincore");
	for (long i = 0; i < pages; i++) {
		if (!(there[i] & 1))
			continue;
		(void)*(volatile char *)(at + i * PAGE);
		addresses[count++] = at + i * PAGE;
	}
	if (syscall(SYS_move_pages, 0, count, addresses, NULL, status, 0))
		die("move_pages");
	for (long i = 0; i < count; i++)
		nodes[i] = status[i] == 0;
	if (syscall(SYS_move_pages, 0, count, addresses, nodes, status,
		    MPOL_MF_MOVE_ALL) < 0)
		die("move_pages");
	for (long i = 0; i < count; i++)
		moved += status[i] == nodes[i];
	return moved;
}

/* move FILE: its cached pages go to the other NUMA node. */
static int cmd_move(char **argv)
{
	long pages, moved;
	char *at = map_file(argv[0], &pages);

	moved = move_pages_of(at, pages);
	printf("%ld pages moved\n", moved);
	return moved ? 0 : 3;
}

struct mover {
	pthread_t thread;
	char *at;
	long pages, moved;
};

static void *move_on(void *arg)
{
	struct mover *m = arg;

	for (;;)
		m->moved += move_pages_of(m->at, m->pages);
	return NULL;
}

/* advise FILE OFFSET ADVICE: on the one mapped page. */
static int advise(char **argv, int advice)
{
	long pages;
	char *at = map_file(argv[0], &pages) + number(argv[1]);

	(void)*(volatile char *)at;
	if (madvise(at, PAGE, advice))
		die("madvise");
	puts("1 pages");
	return 0;
}

/* poison FILE OFFSET: as if the page's memory had failed. */
static int cmd_poison(char **argv)
{
	return advise(argv, MADV_HWPOISON);
}

/* offline FILE OFFSET: as if the page's memory might soon fail. */
static int cmd_offline(char **argv)
{
	return advise(argv, MADV_SOFT_OFFLINE);
}

static void flush_file(int fd)
{
	if (sync_file_range(fd, 0, 0,
			    SYNC_FILE_RANGE_WAIT_BEFORE |
				    SYNC_FILE_RANGE_WRITE |
				    SYNC_FILE_RANGE_WAIT_AFTER))
		die("sync_file_range");
}

/* flush FILE: write its pages back, without a lock of its inode. */
static int cmd_flush(char **argv)
{
	flush_file(open_file(argv[0]));
	return 0;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Who writes a file back, again and again; each time on a word, if `go`. */
struct flusher {
	int fd;
	sem_t *go;
};

static void *flush_on(void *arg)
{
	const struct flusher *f = arg;

	prctl(PR_SET_NAME, "flusher");
	for (;;) {
		while (f->go && sem_wait(f->go))
			;
		flush_file(f->fd);
	}
	return NULL;
}

/* It runs on until the process ends, and so outlives its caller. */
static void start_flusher(int fd, sem_t *go)
{
	static struct flusher f;
	pthread_t thread;

	f.fd = fd;
	f.go = go;
	if (pthread_create(&thread, NULL, flush_on, &f))
		die("pthread_create");
}

/* A race with a flusher that begins when all of the file is dirty. */
static int open_raced(const char *path, sem_t *go)
{
	int fd = open_file(path);

	if (sem_init(go, 0, 0))
		die("sem_init");
	start_flusher(fd, go);
	return fd;
}

#define RACE_PAGES 2048L

/* All pages are dirty when the flusher begins, `pause` before this returns. */
static void fill(int fd, sem_t *go, useconds_t pause)
{
	static char bytes[RACE_PAGES * PAGE];

	memset(bytes, 'f', sizeof(bytes));
	if (pwrite(fd, bytes, sizeof(bytes), 0) != sizeof(bytes))
		die("pwrite");
	sem_post(go);
	usleep(pause);
}

/*
 * scatter FILE SECONDS: a file is rewritten whole, and its last pages once
 * more while it is being written back, a little later each time.
 */
static int cmd_scatter(char **argv)
{
	double end = seconds() + (double)number(argv[1]);
	static sem_t go;
	int fd = open_raced(argv[0], &go);
	char bytes[100];

	memset(bytes, 'r', sizeof(bytes));
	for (useconds_t pause = 0; seconds() < end; pause += 17000) {
		fill(fd, &go, pause % 200000);
		for (long page = RACE_PAGES; page-- > RACE_PAGES - 100;)
			if (pwrite(fd, bytes, sizeof(bytes), page * PAGE) !=
			    sizeof(bytes))
				die("pwrite");
	}
	return 0;
}

/* cut FILE SECONDS: a file is cut while it is being written back. */
static int cmd_cut(char **argv)
{
	double end = seconds() + (double)number(argv[1]);
	static sem_t go;
	int fd = open_raced(argv[0], &go);

	for (useconds_t pause = 0; seconds() < end; pause += 17000) {
		fill(fd, &go, pause % 200000);
		if (ftruncate(fd, 5000))
			die("ftruncate");
	}
	return 0;
}

/* shuffle FILE SECONDS: its pages are rewritten while they move. */
static int cmd_shuffle(char **argv)
{
	double end = seconds() + (double)number(argv[1]);
	double latest = end + 30;
	int fd = open_file(argv[0]);
	static struct mover m; /* the thread outlives this function */
	char bytes[100];

	memset(bytes, 'r', sizeof(bytes));
	m.at = map_file(argv[0], &m.pages);
	if (pthread_create(&m.thread, NULL, move_on, &m))
		die("pthread_create");
	for (long i = 0; seconds() < end; i++) {
		if (pwrite(fd, bytes, sizeof(bytes), i % m.pages * PAGE) !=
		    sizeof(bytes))
			die("pwrite");
		/* A busy machine may need longer to move the first. */
		if (!__atomic_load_n(&m.moved, __ATOMIC_RELAXED) &&
		    end < latest)
			end = seconds() + 1;
	}
	printf("%ld pages moved\n", m.moved);
	return m.moved ? 0 : 3;
}

/*
 * outside FILE SOURCE SECONDS: direct reads of SOURCE into a mapping of FILE,
 * while FILE is written back: pages become dirty behind the filesystem's back.
 */
static int cmd_outside(char **argv)
{
	double end = seconds() + (double)number(argv[2]);
	int source = open(argv[1], O_RDONLY | O_DIRECT | O_CLOEXEC);
	int fd = open_file(argv[0]);
	long pages;
	char *at = map_file(argv[0], &pages);

	if (source < 0)
		die(argv[1]);
	start_flusher(fd, NULL);
	while (seconds() < end)
		if (pread(source, at, (size_t)(pages * PAGE), 0) !=
		    pages * PAGE)
			die("pread");
	return 0;
}

/* clone FROM TO OFFSET LENGTH: the same range of both files. */
static int cmd_clone(char **argv)
{
	struct file_clone_range range = {
		.src_fd = open_file(argv[0]),
		.src_offset = (__u64)number(argv[2]),
		.src_length = (__u64)number(argv[3]),
		.dest_offset = (__u64)number(argv[2]),
	};

	if (ioctl(open_file(argv[1]), FICLONERANGE, &range))
		die("FICLONERANGE");
	return 0;
}

/* dedupe FROM TO LENGTH: from the beginning; the bytes must be the same. */
static int cmd_dedupe(char **argv)
{
	struct file_dedupe_range *range =
		calloc(1, sizeof(*range) + sizeof(range->info[0]));

	if (!range)
		die("calloc");
	range->src_length = (__u64)number(argv[2]);
	range->dest_count = 1;
	range->info[0].dest_fd = open_file(argv[1]);
	if (ioctl(open_file(argv[0]), FIDEDUPERANGE, range) ||
	    range->info[0].status != FILE_DEDUPE_RANGE_SAME)
		die("FIDEDUPERANGE");
	printf("%llu bytes\n", range->info[0].bytes_deduped);
	free(range);
	return 0;
}

static const struct command {
	const char *name;
	int args;
	int (*run)(char **argv);
} commands[] = {
	{ "strand", 2, cmd_strand },   { "shorts", 3, cmd_shorts },
	{ "halfway", 3, cmd_halfway }, { "store", 2, cmd_store },
	{ "move", 1, cmd_move },       { "poison", 2, cmd_poison },
	{ "offline", 2, cmd_offline }, { "flush", 1, cmd_flush },
	{ "scatter", 2, cmd_scatter }, { "cut", 2, cmd_cut },
	{ "outside", 3, cmd_outside }, { "shuffle", 2, cmd_shuffle },
	{ "clone", 4, cmd_clone },     { "dedupe", 3, cmd_dedupe },
};

int main(int argc, char **argv)
{
	/* A kernel that waits for us for ever is a failed case. */
	alarm(60);
	/* What is counted can be counted apart for each command. */
	if (argc > 1)
		prctl(PR_SET_NAME, argv[1]);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 1 && !strcmp(argv[1], commands[i].name) &&
		    argc == commands[i].args + 2)
			return commands[i].run(argv + 2);
	fprintf(stderr, "force: no such command, or not its arguments\n");
	return 2;
}
