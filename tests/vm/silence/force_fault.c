// SPDX-License-Identifier: GPL-2.0
/*
 * force_fault.c - write calls whose source goes away at a chosen moment. The
 * kernel faults the whole source in before it locks a page, and copies under
 * the lock without faulting: a source page that is taken away in between makes
 * the copy stop short.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "force.h"

#define SEGMENTS_MAX 64

/* Source pages whose faults we answer, one at a time. */
struct source {
	char *base;
	long pages;
	int uffd;
	/* Page `n` was asked for. Returns whether to hand it out. */
	int (*asked)(struct source *s, long n);
	long fails; /* page that the next copy is to miss, or copies so far */
	const char *command;
};

static void take_away(const struct source *s, long n)
{
	if (madvise(s->base + n * PAGE, PAGE, MADV_DONTNEED))
		die("madvise");
}

static void hand_out(const struct source *s, long n)
{
	static char bytes[PAGE];
	struct uffdio_copy copy = {
		.dst = (unsigned long)(s->base + n * PAGE),
		.src = (unsigned long)bytes,
		.len = PAGE,
	};

	memset(bytes, 'h', sizeof(bytes));
	while (ioctl(s->uffd, UFFDIO_COPY, &copy))
		if (errno != EAGAIN)
			die("UFFDIO_COPY");
}

static void *answer(void *arg)
{
	struct source *s = arg;
	struct uffd_msg msg;

	while (read(s->uffd, &msg, sizeof(msg)) == sizeof(msg)) {
		long n = ((char *)msg.arg.pagefault.address - s->base) / PAGE;

		if (s->asked(s, n))
			hand_out(s, n);
	}
	return NULL;
}

static struct uffdio_range range_of(const struct source *s)
{
	return (struct uffdio_range){
		.start = (unsigned long)s->base,
		.len = (unsigned long)(s->pages * PAGE),
	};
}

/* All pages are there; from now on missing ones are asked for. */
static void source_open(struct source *s)
{
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	size_t size = (size_t)(s->pages * PAGE);
	pthread_t thread;
	sigset_t child;

	/* The end of a command would wake who waits for its page. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	s->base = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->base == MAP_FAILED)
		die("mmap");
	memset(s->base, 's', size);
	s->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	reg.range.start = (unsigned long)s->base;
	reg.range.len = size;
	if (s->uffd < 0 || ioctl(s->uffd, UFFDIO_API, &api) ||
	    ioctl(s->uffd, UFFDIO_REGISTER, &reg))
		die("userfaultfd");
	if (pthread_create(&thread, NULL, answer, s))
		die("pthread_create");
}

/* The second page of two is asked for first, then the first: never again. */
static int refuse_first(struct source *s, long n)
{
	struct uffdio_range range = range_of(s);

	if (n == 1) {
		take_away(s, 0);
		return 1;
	}
	if (mprotect(s->base, PAGE, PROT_NONE) ||
	    ioctl(s->uffd, UFFDIO_UNREGISTER, &range))
		die("refusing a page");
	return 0;
}

/* strand FILE OFFSET: a write call of 100 bytes that fails in its retry. */
int cmd_strand(char **argv)
{
	struct source s = { .pages = 2, .asked = refuse_first };
	int fd = open_file(argv[0]);

	source_open(&s);
	take_away(&s, 1);
	if (pwrite(fd, s.base + PAGE - 50, 100, number(argv[1])) != -1 ||
	    errno != EFAULT)
		die("the write call did not fail with EFAULT, but");
	puts("1 write calls failed in their retry");
	return 0;
}

/* The last page's fault comes last before a copy: spoil that copy. */
static int miss_next(struct source *s, long n)
{
	if (n == s->pages - 1) {
		if (s->fails < n)
			take_away(s, s->fails);
		return 1;
	}
	s->fails = n + 1;
	take_away(s, s->pages - 1);
	return 1;
}

/* shorts FILE OFFSET N: one write call of N bytes whose copy stops N-2 times */
int cmd_shorts(char **argv)
{
	struct source s = { .asked = miss_next, .fails = 1 };
	struct iovec segments[SEGMENTS_MAX];
	int fd = open_file(argv[0]);

	s.pages = number(argv[2]);
	if (s.pages < 3 || s.pages > SEGMENTS_MAX)
		die("N");
	source_open(&s);
	for (long i = 0; i < s.pages; i++)
		segments[i] = (struct iovec){ s.base + i * PAGE, 1 };
	take_away(&s, s.pages - 1);
	if (pwritev(fd, segments, (int)s.pages, number(argv[1])) != s.pages)
		die("the write call was not whole");
	printf("%ld short copies\n", s.fails - 1);
	return 0;
}

static int run_command(struct source *s, long n)
{
	(void)n;
	if (system(s->command)) // NOLINT: a test's own command
		die(s->command);
	return 1;
}

/*
 * halfway FILE PAGES COMMAND: one write call from the file's beginning, with
 * COMMAND run when half of it is written. No lock of the file's is free then
 * that its inode holds: COMMAND must not write or truncate.
 */
int cmd_halfway(char **argv)
{
	struct source s = { .asked = run_command, .command = argv[2] };
	int fd = open_file(argv[0]);

	s.pages = number(argv[1]);
	source_open(&s);
	take_away(&s, s.pages / 2);
	if (pwrite(fd, s.base, (size_t)(s.pages * PAGE), 0) != s.pages * PAGE)
		die("the write call was not whole");
	return 0;
}
