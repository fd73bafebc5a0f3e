// SPDX-License-Identifier: GPL-2.0
/*
 * rows.c - what a machine that counts instructions does to one file, and how
 * many it took. See docs/cost.md. On one processor under QEMU's -icount
 * shift=0 the time stamp counter counts instructions, the kernel threads' among
 * them. This program runs when nobody else wants to, so that what a step starts
 * in another thread is done, and counted, before the step is over.
 *
 *   rows FOLDER PAGES STEP...   a line each: STEP CALLS PAGES INSTRUCTIONS
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#define PAGE 4096L
#define CALL_MAX (1L << 20)

/* What the file is like. A step begins with one and leaves another. */
enum state { EMPTY, DIRTY, CACHED, DROPPED };

struct step {
	const char *name;
	long call; /* bytes of one call; 0: one call for all pages */
	enum state from, to;
	void (*run)(int fd, long pages, long call);
};

static char buffer[CALL_MAX];

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "rows: %s: %s\n", what, strerror(errno));
	exit(3);
}

/* ---- what is counted -------------------------------------------------- */

static void write_all(int fd, long pages, long call)
{
	for (long at = 0; at < pages * PAGE; at += call)
		if (pwrite(fd, buffer, (size_t)call, at) != call)
			die("pwrite");
}

static void flush(int fd, long pages, long call)
{
	(void)pages;
	(void)call;
	if (fsync(fd))
		die("fsync");
}

static void drop(int fd, long pages, long call)
{
	(void)call;
	errno = posix_fadvise(fd, 0, pages * PAGE, POSIX_FADV_DONTNEED);
	if (errno)
		die("posix_fadvise");
}

static void cut(int fd, long pages, long call)
{
	(void)pages;
	(void)call;
	if (ftruncate(fd, 0))
		die("ftruncate");
}

static void read_all(int fd, long pages, long call)
{
	for (long at = 0; at < pages * PAGE; at += call)
		if (pread(fd, buffer, (size_t)call, at) != call)
			die("pread");
}

static char *map(int fd, long pages)
{
	char *at = mmap(NULL, (size_t)(pages * PAGE), PROT_READ | PROT_WRITE,
			MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static void store(int fd, long pages, long call)
{
	char *at = map(fd, pages);

	(void)call;
	for (long i = 0; i < pages; i++)
		((volatile char *)at)[i * PAGE] = 's';
	munmap(at, (size_t)(pages * PAGE));
}

/* A file of tmpfs is written back by having its pages swapped out. */
static void swap_out(int fd, long pages, long call)
{
	char *at = map(fd, pages);

	(void)call;
	for (long i = 0; i < pages; i++)
		(void)((volatile char *)at)[i * PAGE];
	if (madvise(at, (size_t)(pages * PAGE), MADV_PAGEOUT))
		die("madvise");
	munmap(at, (size_t)(pages * PAGE));
}

/* clang-format off */
static const struct step steps[] = {
	{ "write-4k",	4096,	  EMPTY,   DIRTY,   write_all },
	{ "write-64k",	65536,	  EMPTY,   DIRTY,   write_all },
	{ "write-1m",	CALL_MAX, EMPTY,   DIRTY,   write_all },
	{ "rewrite-4k",	4096,	  DIRTY,   DIRTY,   write_all },
	{ "flush",	0,	  DIRTY,   CACHED,  flush },
	{ "drop",	0,	  CACHED,  DROPPED, drop },
	{ "cut",	0,	  DIRTY,   EMPTY,   cut },
	{ "read-cold",	65536,	  DROPPED, CACHED,  read_all },
	{ "read-warm",	4096,	  CACHED,  CACHED,  read_all },
	{ "store",	0,	  CACHED,  DIRTY,   store },
	{ "swap-out",	0,	  DIRTY,   DROPPED, swap_out },
};
/* clang-format on */

/* ---- counting --------------------------------------------------------- */

static const struct step *find(const char *name)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!strcmp(steps[i].name, name))
			return &steps[i];
	fprintf(stderr, "rows: no step '%s'\n", name);
	exit(2);
}

/* What the steps before did not leave so is made so, and not counted. */
static void bring_to(enum state want, enum state have, int fd, long pages)
{
	if (want != have) {
		cut(fd, 0, 0);
		if (want != EMPTY)
			write_all(fd, pages, CALL_MAX);
		if (want != DIRTY)
			flush(fd, 0, 0);
		if (want == DROPPED)
			drop(fd, pages, 0);
	}
	/* What kernel threads have left to do, they do here. */
	if (want != DIRTY)
		sync();
	usleep(50000);
}

/* The timer's interrupts come after the same number of instructions each. */
static void wait_for_tick(void)
{
	uint64_t last = __rdtsc(), now;

	for (;;) {
		/* Looking at the counter is slow in the emulator. */
		for (int i = 0; i < 100; i++)
			__asm__ volatile("");
		now = __rdtsc();
		if (now - last > 1000)
			return;
		last = now;
	}
}

/* A step that leaves half of its work undone is not to be compared. */
static void check_gone(const struct step *step, int fd, long pages)
{
	unsigned char *in = malloc((size_t)pages);
	char *at = map(fd, pages);
	long left = 0;

	if (!in || mincore(at, (size_t)(pages * PAGE), in))
		die("mincore");
	for (long i = 0; i < pages; i++)
		left += in[i] & 1;
	munmap(at, (size_t)(pages * PAGE));
	free(in);
	if (!left)
		return;
	fprintf(stderr, "rows: %s: %ld of %ld pages stayed\n", step->name, left,
		pages);
	exit(4);
}

static void measure(const struct step *step, int fd, long pages)
{
	uint64_t before, took;

	wait_for_tick();
	before = __rdtsc();
	step->run(fd, pages, step->call);
	sched_yield();
	took = __rdtsc() - before;
	if (step->to == DROPPED)
		check_gone(step, fd, pages);
	printf("%s %ld %ld %llu\n", step->name,
	       step->call ? pages * PAGE / step->call : 1, pages,
	       (unsigned long long)took);
}

int main(int argc, char **argv)
{
	const struct sched_param last = { 0 };
	long pages = argc > 2 ? atol(argv[2]) : 0;
	enum state state = EMPTY;
	char path[4096];
	int fd;

	if (argc < 4 || pages < 1 || pages * PAGE % CALL_MAX) {
		fprintf(stderr, "usage: rows FOLDER PAGES STEP...\n");
		return 2;
	}
	if (sched_setscheduler(0, SCHED_IDLE, &last))
		die("sched_setscheduler");
	snprintf(path, sizeof(path), "%s/rows", argv[1]);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, 0))
		die(path);
	memset(buffer, 'b', sizeof(buffer));
	flush(fd, 0, 0);
	for (int i = 3; i < argc; i++) {
		const struct step *step = find(argv[i]);

		bring_to(step->from, state, fd, pages);
		measure(step, fd, pages);
		state = step->to;
	}
	close(fd);
	unlink(path);
	return 0;
}
