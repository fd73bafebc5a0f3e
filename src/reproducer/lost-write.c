// SPDX-License-Identifier: GPL-2.0
/*
 * lost-write.c - does this kernel lose what a btrfs buffered write finds dirty?
 *
 *	cc -O2 -pthread lost-write.c -o lost-write && ./lost-write DIR
 *
 * DIR is a directory on btrfs; blocks of 4 KiB. Needs root, or the sysctl
 * vm.unprivileged_userfaultfd=1. Exit status: 0 nothing was lost, 1 data was
 * lost, 3 the question could not be answered.
 *
 * Each trial dirties one page of a file that is on disk, and then writes a few
 * bytes into that page from a buffer that lies across two user pages. btrfs
 * faults the buffer in before it locks the page of the file. We answer those
 * faults ourselves: while the second page is being fetched, the first is taken
 * away again. The copy then fails under the page lock, btrfs unlocks the page
 * and starts over, and its next fault tells us that we are between the two
 * attempts. A kernel that had cleaned the page before the copy has by now a
 * clean, unlocked page with data that is on no disk.
 *
 * What is done in that moment is the OUTCOME:
 *	LOST        drop the page (as reclaim might), let the write go on
 *	SUPERSEDED  the same, but the write covers the whole page
 *	STRANDED    let the write fail with EFAULT; drop the page afterwards
 *	NEAR_MISS   nothing, let the write go on
 *	NONE        no fault at all
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096
#define NONE 0
#define NEAR_MISS 1
#define STRANDED 2
#define LOST 3
#define SUPERSEDED 4

struct trial {
	unsigned long size; /* of the file, bytes */
	unsigned long page; /* that is dirty: index in the file */
	unsigned int valid; /* bytes of that page in the file */
	unsigned int off;   /* of the write in the page */
	unsigned int len;   /* of the write */
	unsigned int head;  /* bytes of the source in its first user page */
};

/*TRIALS: what follows is replaced by the trials that were asked for. */
#define OUTCOME LOST
static const struct trial trials[] = {
	{ 65536, 3, 4096, 0, 100, 50 },
	{ 65536, 15, 4096, 3996, 100, 1 },
};
/*END OF TRIALS*/

#define TRIALS (sizeof(trials) / sizeof(trials[0]))

struct write_call {
	pthread_t thread;
	const struct trial *t;
	const char *source;
	int fd;
	int done; /* write end of a pipe: closed when the call has returned */
	ssize_t result;
	int error;
};

static void die(const char *what)
{
	fprintf(stderr, "lost-write: %s: %s\n", what, strerror(errno));
	exit(3);
}

/* No byte of one role ever equals the same byte of another: the top bits. */
static char content(unsigned long trial, int role, unsigned long at)
{
	unsigned long x = (trial * 1000003 + at) * 2654435761u;

	return (char)(role << 6 | (x >> 16 & 0x3f));
}

enum role { BASE, PENDING, COVER };

static char *filled(unsigned long trial, enum role role, unsigned long at,
		    size_t len)
{
	char *buf = malloc(len);

	if (!buf)
		die("malloc");
	for (size_t i = 0; i < len; i++)
		buf[i] = content(trial, role, at + i);
	return buf;
}

static void put(int fd, unsigned long trial, enum role role, unsigned long at,
		size_t len)
{
	char *buf = filled(trial, role, at, len);

	if (pwrite(fd, buf, len, (off_t)at) != (ssize_t)len)
		die("write");
	free(buf);
}

/* Drop the page; one that is in a per-CPU list takes some patience. */
static int drop(int fd, unsigned long at)
{
	unsigned char cached = 1;
	void *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)at);

	if (map == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < 200 && cached & 1; i++) {
		if (posix_fadvise(fd, (off_t)at, PAGE, POSIX_FADV_DONTNEED) ||
		    mincore(map, PAGE, &cached))
			die("drop");
		if (cached & 1)
			usleep(1000);
	}
	munmap(map, PAGE);
	return !(cached & 1);
}

static void *do_write(void *arg)
{
	struct write_call *w = arg;

	w->result = pwrite(w->fd, w->source, w->t->len,
			   (off_t)(w->t->page * PAGE + w->t->off));
	w->error = errno;
	close(w->done);
	return NULL;
}

static void give(int uffd, char *page, const char *data)
{
	struct uffdio_copy copy = {
		.dst = (unsigned long)page,
		.src = (unsigned long)data,
		.len = PAGE,
	};
	struct uffdio_range range = { .start = copy.dst, .len = PAGE };

	if (!ioctl(uffd, UFFDIO_COPY, &copy))
		return;
	if (errno != EEXIST || ioctl(uffd, UFFDIO_WAKE, &range))
		die("UFFDIO_COPY");
}

/* Between the two attempts of the write call. */
static void in_the_window(int uffd, int fd, char *area, const char *data,
			  const struct trial *t)
{
	struct uffdio_range range = { .start = (unsigned long)area,
				      .len = 2 * PAGE };

	if (OUTCOME == LOST || OUTCOME == SUPERSEDED)
		drop(fd, t->page * PAGE);
	if (OUTCOME != STRANDED) {
		give(uffd, area, data);
		return;
	}
	/* In this order: unregistering wakes the writer, who then looks. */
	if (mprotect(area, PAGE, PROT_NONE) ||
	    ioctl(uffd, UFFDIO_UNREGISTER, &range))
		die("cannot refuse the source");
}

/* Answer the faults of the write call until it returns. */
static void serve(int uffd, int done, int fd, char *area, const char *data,
		  const struct trial *t)
{
	struct pollfd fds[] = { { .fd = uffd, .events = POLLIN },
				{ .fd = done, .events = POLLIN } };
	int cued = 0, windowed = 0;
	struct uffd_msg msg;

	while (poll(fds, 2, 60000) > 0 && !fds[1].revents) {
		char *at;

		if (read(uffd, &msg, sizeof(msg)) != sizeof(msg))
			continue;
		at = (char *)(unsigned long)msg.arg.pagefault.address;
		if (at >= area + PAGE) {
			if (!cued && madvise(area, PAGE, MADV_DONTNEED))
				die("madvise");
			cued = 1;
			give(uffd, area + PAGE, data + PAGE);
		} else if (cued && !windowed) {
			windowed = 1;
			in_the_window(uffd, fd, area, data, t);
		} else {
			give(uffd, area, data);
		}
	}
	if (!fds[1].revents) {
		errno = ETIMEDOUT;
		die("the write call did not return");
	}
}

/* The write call of trial @n; returns whether its bytes were accepted. */
static int write_over(int fd, unsigned long n, const struct trial *t)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	char *area = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static char data[2 * PAGE];
	struct write_call w = { .t = t, .fd = fd };
	char *bytes = filled(n, COVER, t->page * PAGE + t->off, t->len);
	int ends[2];

	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		die("userfaultfd");
	if (area == MAP_FAILED || pipe2(ends, O_CLOEXEC))
		die("mmap, pipe");
	memcpy(data + PAGE - t->head, bytes, t->len);
	reg.range.start = (unsigned long)area;
	reg.range.len = 2 * PAGE;
	if (OUTCOME == NONE)
		memcpy(area, data, sizeof(data));
	else if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		die("UFFDIO_REGISTER");
	w.source = area + PAGE - t->head;
	w.done = ends[1];
	if (pthread_create(&w.thread, NULL, do_write, &w))
		die("pthread_create");
	serve(uffd, ends[0], fd, area, data, t);
	pthread_join(w.thread, NULL);
	close(uffd);
	close(ends[0]);
	munmap(area, 2 * PAGE);
	free(bytes);
	if (w.result < 0 && !(w.error == EFAULT && OUTCOME == STRANDED)) {
		errno = w.error;
		die("the write call");
	}
	if (w.result >= 0 && w.result != t->len) {
		errno = EIO;
		die("a short write");
	}
	return w.result > 0;
}

/* Compare the page with what was promised. Returns bytes that are gone. */
static unsigned int compare(int fd, unsigned long n, const struct trial *t,
			    int written)
{
	unsigned long start = t->page * PAGE;
	unsigned int gone = 0;
	char found[PAGE];

	if (fsync(fd))
		die("fsync");
	if (!drop(fd, start)) {
		errno = EBUSY;
		die("the page cannot be dropped");
	}
	if (pread(fd, found, t->valid, (off_t)start) != t->valid)
		die("read");
	for (unsigned int i = 0; i < t->valid; i++) {
		int covered = written && i >= t->off && i < t->off + t->len;

		if (found[i] !=
		    content(n, covered ? COVER : PENDING, start + i))
			gone++;
	}
	return gone;
}

static unsigned int run(const char *dir, unsigned long n)
{
	const struct trial *t = &trials[n];
	unsigned int gone;
	char name[4096];
	int fd, written;

	snprintf(name, sizeof(name), "%s/lost-write-%d-%lu", dir, (int)getpid(),
		 n + 1);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		die(name);
	put(fd, n, BASE, 0, t->size);
	if (fsync(fd))
		die("fsync");
	put(fd, n, PENDING, t->page * PAGE, t->valid);
	written = write_over(fd, n, t);
	gone = compare(fd, n, t, written);
	if (gone)
		printf("trial %lu: %u of %u bytes of page %lu are gone, the write of %u returned %s\n",
		       n + 1, gone, t->valid, t->page, t->len,
		       written ? "all" : "EFAULT");
	close(fd);
	unlink(name);
	return gone;
}

int main(int argc, char **argv)
{
	unsigned long lost = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR (on btrfs)\n", argv[0]);
		return 3;
	}
	for (unsigned long n = 0; n < TRIALS; n++)
		lost += run(argv[1], n) > 0;
	printf("lost-write: %lu of %lu trials lost data: %s\n", lost,
	       (unsigned long)TRIALS,
	       lost ? "this kernel has the bug" : "none");
	return lost ? 1 : 0;
}
