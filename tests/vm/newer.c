// SPDX-License-Identifier: GPL-2.0
/*
 * newer.c MODE SECONDS SEED - write newer bytes into files while somebody
 * restores them, for so long or until SIGTERM, and see in the end that all of
 * these are there, on the disk. From stdin
 * "FILE OFFSET LENGTH", a line each. MODE: write, store (through a mapping), or
 * direct. Prints how many bytes were newer. Exit status: 1, one of them is not
 * there any more; 2, usage; 3, no answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define FILES 4096
#define NEWER 0xc0 /* no byte of `provoke` has both of the top bits */

struct target {
	char path[512];
	uint64_t off;
	unsigned int len;
	unsigned char *map; /* of its page, for stores */
	bool newer[PAGE];   /* by offset in the page */
};

static struct target targets[FILES];
static unsigned int count;

static unsigned char byte_at(uint64_t off)
{
	return NEWER | (off * 7 & 0x3f);
}

static unsigned int in_page(const struct target *t)
{
	return (unsigned int)(t->off % PAGE);
}

static int by_write(struct target *t, unsigned int at, unsigned int len)
{
	unsigned char bytes[PAGE];
	int fd = open(t->path, O_WRONLY | O_CLOEXEC);
	ssize_t done;

	for (unsigned int i = 0; i < len; i++)
		bytes[i] = byte_at(t->off + at + i);
	done = fd < 0 ? -1 : pwrite(fd, bytes, len, (off_t)(t->off + at));
	if (fd >= 0)
		close(fd);
	for (unsigned int i = 0; done > 0 && i < (unsigned int)done; i++)
		t->newer[in_page(t) + at + i] = true;
	return done < 0 ? -1 : 0;
}

/* Byte by byte: no store may be undone by one beside it. */
static int by_store(struct target *t, unsigned int at, unsigned int len)
{
	volatile unsigned char *to = t->map + in_page(t) + at;

	for (unsigned int i = 0; i < len; i++) {
		to[i] = byte_at(t->off + at + i);
		t->newer[in_page(t) + at + i] = true;
	}
	return 0;
}

/* All of the page that the file has of it in whole: that is what it can. */
static int by_direct(struct target *t, unsigned int at, unsigned int len)
{
	static unsigned char bytes[PAGE] __attribute__((aligned(PAGE)));
	uint64_t from = t->off - in_page(t);
	int fd = open(t->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	bool done = false;

	(void)at;
	(void)len;
	for (unsigned int i = 0; i < PAGE; i++)
		bytes[i] = byte_at(from + i);
	if (end >= (off_t)(from + PAGE))
		done = pwrite(fd, bytes, PAGE, (off_t)from) == PAGE;
	if (fd >= 0)
		close(fd);
	for (unsigned int i = 0; done && i < PAGE; i++)
		t->newer[i] = true;
	return fd < 0 && errno != EWOULDBLOCK ? -1 : 0;
}

static const struct mode {
	const char *name;
	int (*act)(struct target *t, unsigned int at, unsigned int len);
} modes[] = {
	{ "write", by_write },
	{ "store", by_store },
	{ "direct", by_direct },
};

static int map_target(struct target *t)
{
	int fd = open(t->path, O_RDWR | O_CLOEXEC);
	void *map = fd < 0 ? MAP_FAILED
			   : mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				  MAP_SHARED, fd, (off_t)(t->off - in_page(t)));

	if (fd >= 0)
		close(fd);
	t->map = map == MAP_FAILED ? NULL : map;
	return t->map ? 0 : -1;
}

static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	(void)sig;
	ended = 1;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int read_targets(bool map)
{
	struct target *t = targets;

	while (count < FILES &&
	       scanf("%511s %lu %u", t->path, &t->off, &t->len) == 3) {
		if (map && map_target(t))
			return -1;
		count++;
		t++;
	}
	return count ? 0 : -1;
}

/* A part of one range, again and again. */
static int disturb(const struct mode *mode, double length)
{
	double end = seconds() + length;

	while (seconds() < end && !ended) {
		struct target *t = &targets[(unsigned int)random() % count];
		unsigned int at = (unsigned int)random() % t->len;
		unsigned int len = 1 + (unsigned int)random() % 24;

		if (mode->act(t, at, len < t->len - at ? len : t->len - at))
			return -1;
		usleep((useconds_t)random() % 4000);
	}
	return 0;
}

/* What is in memory is to be on the disk, and to come from there. */
static int empty_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	int err = -1;

	for (struct target *t = targets; t < targets + count; t++)
		if (t->map)
			munmap(t->map, PAGE);
	sync();
	if (fd >= 0 && write(fd, "3", 1) == 1)
		err = 0;
	if (fd >= 0)
		close(fd);
	return err;
}

/* Returns how many newer bytes are gone, or -1. */
static long gone(unsigned long *newer)
{
	unsigned char bytes[PAGE];
	long n = 0;

	for (struct target *t = targets; t < targets + count; t++) {
		int fd = open(t->path, O_RDONLY | O_CLOEXEC);
		uint64_t from = t->off - in_page(t);

		memset(bytes, 0, sizeof(bytes));
		if (fd < 0 || pread(fd, bytes, PAGE, (off_t)from) < 0)
			return -1;
		close(fd);
		for (unsigned int i = 0; i < PAGE; i++) {
			*newer += t->newer[i];
			if (!t->newer[i] || bytes[i] == byte_at(from + i))
				continue;
			printf("%s: byte %lu is not the newer one\n", t->path,
			       from + i);
			n++;
		}
	}
	return n;
}

int main(int argc, char **argv)
{
	const struct mode *mode = NULL;
	unsigned long newer = 0;
	long n;

	for (size_t i = 0; argc == 4 && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(modes[i].name, argv[1]))
			mode = &modes[i];
	if (!mode) {
		fprintf(stderr, "usage: newer MODE SECONDS SEED <TARGETS\n");
		return 2;
	}
	signal(SIGTERM, on_end);
	srandom((unsigned int)strtoul(argv[3], NULL, 10));
	if (read_targets(mode->act == by_store) ||
	    disturb(mode, strtod(argv[2], NULL)) || empty_caches()) {
		fprintf(stderr, "newer: %s\n", strerror(errno));
		return 3;
	}
	n = gone(&newer);
	printf("%lu newer bytes, %ld gone\n", newer, n);
	return n < 0 ? 3 : n > 0;
}
