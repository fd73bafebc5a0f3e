// SPDX-License-Identifier: GPL-2.0
/*
 * promised DIR: do rescued pages have the bytes that were promised? From stdin
 * "FILE OFFSET LENGTH SUM", a line for each span that is missing on the disk;
 * the page is the end of the file, the offset one in the page. FILE may be `-`:
 * no finding names one, or `broken`: its memory was. Prints what is wrong, the
 * first ones, and in the end "rescued: N of M spans". Exit status 1: not all.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../sum.h"

#define PAGE 4096
#define SHOWN 10

struct missing {
	char file[256];
	unsigned int off, len;
	uint64_t sum;
};

/* Reads the span, from the page at the end of the file. Returns 0 or -1. */
static int read_span(int dir, const struct missing *m, unsigned char *bytes)
{
	int fd = openat(dir, m->file, O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	ssize_t got = -1;

	if (end >= PAGE && m->off + m->len <= PAGE)
		got = pread(fd, bytes, m->len, end - PAGE + (off_t)m->off);
	if (fd >= 0)
		close(fd);
	return got == (ssize_t)m->len ? 0 : -1;
}

static int right(int dir, const struct missing *m)
{
	unsigned char bytes[PAGE];

	return !read_span(dir, m, bytes) && sum64(bytes, m->len) == m->sum;
}

int main(int argc, char **argv)
{
	int dir = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
			    : -1;
	unsigned int all = 0, good = 0, broken = 0;
	struct missing m;

	if (dir < 0) {
		fprintf(stderr, "usage: promised DIR <SPANS\n");
		return 2;
	}
	while (scanf("%255s %u %u %" SCNx64, m.file, &m.off, &m.len, &m.sum) ==
	       4) {
		const char *slash = strrchr(m.file, '/');

		if (!strcmp(slash ? slash + 1 : m.file, "broken")) {
			broken++;
			continue;
		}
		if (right(dir, &m))
			good++;
		else if (all - good < SHOWN)
			printf("wrong: %s at %u+%u\n", m.file, m.off, m.len);
		all++;
	}
	printf("rescued: %u of %u spans, and %u in broken memory\n", good, all,
	       broken);
	close(dir);
	return all && good == all ? 0 : 1;
}
