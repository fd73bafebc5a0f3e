// SPDX-License-Identifier: GPL-2.0
/*
 * twice.c - let one write call lose the same page twice. Its source is in three
 * user pages, whose faults are answered here:
 *
 *   the first page is missing in the copy: the page is left clean, and dropped;
 *   of the retry's source, the second is: the copy gets as far as the first,
 *   and makes the page dirty, with old bytes around the new ones;
 *   in the next retry it is missing again: the page is left clean, and dropped
 *   with what the call had written by then.
 *
 *   twice FILE TRIALS
 *   twice FILE TRIALS COMMAND
 *
 * With a command, that is run between the two losses, and after the second one
 * the rest of the source is refused: the call does not bring the page back.
 * For test machines only. On stdout a JSON object for each trial, as of soak;
 * `drops` is how many times the page went while it held what no disk had. Exit
 * code: 0, or 3: it went otherwise.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "provoke_page.h"

#define PAGE ((size_t)PROVOKE_PAGE)
#define PARTS 3u
#define PART 20u /* bytes of each source page */
#define COVER ((ssize_t)PARTS * PART)
#define AT 1000u /* where in the file's page the write call begins */
#define HANG_MS 20000

/* Who wrote a byte. */
enum { BASE = 'b', PENDING = 'p', COVERED = 'c' };

/* What is done on each fault of the write call before it is answered. */
static const struct step {
	unsigned int part; /* whose source page is asked for */
	int take;	   /* the one that is taken away, or -1 */
	unsigned int held; /* bytes of the call in the page that is dropped */
	bool window;
} steps[] = {
	/* The first copy finds nothing. */
	{ 0, -1, 0, false },
	{ 1, -1, 0, false },
	{ 2, 0, 0, false },
	/* Left clean. The next one gets as far as the first part. */
	{ 0, 2, 0, true },
	{ 2, 1, 0, false },
	/* Dirty. This one finds nothing again. */
	{ 1, 2, 0, false },
	{ 2, 1, 0, false },
	/* Left clean once more. The last one gets all. */
	{ 1, -1, PART, true },
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

struct trial {
	int fd, uffd;
	struct provoke_page page;
	struct provoke_flags flags;
	unsigned char *source; /* PARTS pages, never two parts in one */
	unsigned int drops;
	const char *command; /* or NULL */
	pthread_t writer;
	pid_t tid;
	ssize_t result;
	uint64_t t0_ns, t1_ns;
};

static void die(const char *what)
{
	fprintf(stderr, "twice: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void check(int err, const char *what)
{
	if (err) {
		errno = err < 0 ? -err : ENODATA;
		die(what);
	}
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void write_page(const struct trial *t, int byte)
{
	unsigned char buf[PAGE];

	memset(buf, byte, PAGE);
	if (pwrite(t->fd, buf, PAGE, (off_t)t->page.off) != (ssize_t)PAGE)
		die("write");
}

/* The trial's page: its base on disk, and other bytes in the cache. */
static void make_page(struct trial *t, uint64_t index)
{
	check(provoke_page_map(&t->page, t->fd, index), "map the file");
	write_page(t, BASE);
	if (fsync(t->fd))
		die("fsync");
	write_page(t, PENDING);
}

static void make_source(struct trial *t)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	t->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (t->uffd < 0 || ioctl(t->uffd, UFFDIO_API, &api))
		die("userfaultfd");
	t->source = mmap(NULL, PARTS * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t->source == MAP_FAILED)
		die("mmap");
	reg.range.start = (uintptr_t)t->source;
	reg.range.len = PARTS * PAGE;
	if (ioctl(t->uffd, UFFDIO_REGISTER, &reg))
		die("register the source");
}

static void *write_call(void *arg)
{
	struct trial *t = arg;
	struct iovec parts[PARTS];

	for (unsigned int i = 0; i < PARTS; i++)
		parts[i] = (struct iovec){ t->source + i * PAGE, PART };
	t->tid = (pid_t)syscall(SYS_gettid);
	t->t0_ns = now_ns();
	t->result = pwritev(t->fd, parts, PARTS, (off_t)t->page.off + AT);
	t->t1_ns = now_ns();
	return NULL;
}

/* The number of the source page that the write call waits for. */
static unsigned int next_fault(const struct trial *t)
{
	struct pollfd fd = { .fd = t->uffd, .events = POLLIN };
	struct uffd_msg msg;

	errno = ETIMEDOUT;
	if (poll(&fd, 1, HANG_MS) != 1 ||
	    read(t->uffd, &msg, sizeof(msg)) != sizeof(msg) ||
	    msg.event != UFFD_EVENT_PAGEFAULT)
		die("wait for a fault");
	return (unsigned int)((msg.arg.pagefault.address -
			       (uintptr_t)t->source) /
			      PAGE);
}

static void answer(const struct trial *t, unsigned int part)
{
	static _Alignas(PROVOKE_PAGE) unsigned char bytes[PROVOKE_PAGE];
	struct uffdio_copy copy = {
		.dst = (uintptr_t)t->source + part * PAGE,
		.src = (uintptr_t)bytes,
		.len = PAGE,
	};

	memset(bytes, COVERED, PAGE);
	if (ioctl(t->uffd, UFFDIO_COPY, &copy))
		die("answer a fault");
}

/* The cache must have @done bytes of the call, and the @rest as it was. */
static void must_hold(const struct trial *t, unsigned int done, int rest)
{
	unsigned char want[PAGE], have[PAGE];

	memset(want, rest, PAGE);
	memset(want + AT, COVERED, done);
	if (pread(t->fd, have, PAGE, (off_t)t->page.off) != (ssize_t)PAGE)
		die("read");
	errno = EILSEQ;
	if (memcmp(want, have, PAGE) != 0)
		die("find in the cache what must be there");
}

/* Its page is clean and in the cache, with bytes that no disk has: drop it. */
static void lose_page(struct trial *t, const struct step *step)
{
	struct provoke_state state;

	check(provoke_page_state(&t->page, &t->flags, &state), "see the page");
	errno = EBUSY;
	if (!state.present || state.dirty || state.writeback)
		die("find the page clean in the cache");
	must_hold(t, step->held, t->drops ? BASE : PENDING);
	/* So soon after its use it may wait in a list, and stay. */
	if (provoke_page_drop(&t->page, PROVOKE_FADVISE, 50) != 1)
		die("drop the page");
	t->drops++;
}

/* The call gets no more of its source. */
static void refuse(const struct trial *t)
{
	struct uffdio_range range = {
		.start = (uintptr_t)t->source,
		.len = PARTS * PAGE,
	};

	/* In this order: unregistering wakes the writer, who then looks. */
	if (mprotect(t->source, PARTS * PAGE, PROT_NONE) ||
	    ioctl(t->uffd, UFFDIO_UNREGISTER, &range))
		die("refuse the source");
}

static void take_steps(struct trial *t)
{
	for (unsigned int i = 0; i < STEPS; i++) {
		const struct step *step = &steps[i];

		errno = EPROTO;
		if (next_fault(t) != step->part)
			die("see the faults in their order");
		if (step->window && step->held && t->command &&
		    system(t->command))
			die(t->command);
		if (step->window)
			lose_page(t, step);
		if (step->take >= 0 &&
		    madvise(t->source + (size_t)step->take * PAGE, PAGE,
			    MADV_DONTNEED))
			die("take a source page");
		if (step->held && t->command)
			refuse(t);
		else
			answer(t, step->part);
	}
}

/* Past the cache. The base's bytes are where others should be. */
static void print_truth(const struct trial *t, const char *path)
{
	static _Alignas(PROVOKE_PAGE) unsigned char have[PROVOKE_PAGE];
	const char *comma = "";
	struct stat st;

	if (fstat(t->fd, &st) || fdatasync(t->fd) ||
	    fcntl(t->fd, F_SETFL, O_DIRECT) ||
	    pread(t->fd, have, PAGE, (off_t)t->page.off) != (ssize_t)PAGE ||
	    fcntl(t->fd, F_SETFL, 0))
		die("read the disk");
	printf("{\"schema\":1,\"type\":\"lost\",\"file\":\"%s\",\"inode\":%ju,"
	       "\"page\":%" PRIu64 ",\"lost_bytes\":[",
	       path, (uintmax_t)st.st_ino, t->page.off / PAGE);
	for (unsigned int at = 0; at < PAGE; at++) {
		unsigned int from = at;

		while (at < PAGE && have[at] == BASE)
			at++;
		if (at > from)
			printf("%s[%" PRIu64 ",%u]", comma, t->page.off + from,
			       at - from);
		comma = at > from ? "," : comma;
	}
	printf("],\"drops\":%u,\"result\":%zd,\"pid\":%d,\"t0_ns\":%" PRIu64
	       ",\"t1_ns\":%" PRIu64 "}\n",
	       t->drops, t->result, t->tid, t->t0_ns, t->t1_ns);
}

static void run_trial(int fd, uint64_t index, char **argv)
{
	struct trial t = { .fd = fd, .command = argv[3] };

	check(provoke_flags_open(&t.flags), "see the flags of pages");
	make_page(&t, index);
	make_source(&t);
	check(pthread_create(&t.writer, NULL, write_call, &t), "start");
	take_steps(&t);
	pthread_join(t.writer, NULL);
	errno = EIO;
	if (t.result != (t.command ? (ssize_t)PART : COVER))
		die("write what could be had");
	print_truth(&t, argv[1]);
	close(t.uffd);
	munmap(t.source, PARTS * PAGE);
	provoke_page_unmap(&t.page);
	provoke_flags_close(&t.flags);
}

int main(int argc, char **argv)
{
	unsigned long trials;
	int fd;

	if (argc != 3 && argc != 4) {
		fputs("usage: twice FILE TRIALS [COMMAND]\n", stderr);
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		die(argv[1]);
	trials = strtoul(argv[2], NULL, 10);
	for (uint64_t i = 0; i < trials; i++)
		run_trial(fd, i, argv);
	return fflush(stdout) ? 3 : 0;
}
