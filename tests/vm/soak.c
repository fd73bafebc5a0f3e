// SPDX-License-Identifier: GPL-2.0
/*
 * The racy soak: writers rewrite parts of dirty pages from source pages that
 * another thread keeps dropping, while a third drops the whole page cache. The
 * sources are pages of a file on the same disk: they can be had again at any
 * time, so no write fails, but that takes a while. What a file must hold is
 * known byte by byte; each page is dirtied once, rewritten once and read back
 * once, so that what is missing belongs to one (inode, page) and one write
 * call. That call may have lost the page more than once: soak.jq knows.
 *
 *   soak [-t THREADS] [-s SECONDS] [-S SEED] DIR
 *
 * For test machines only: it drops every clean page of the whole machine.
 * On stdout: one JSON object a line. Exit code: 0 nothing lost, 1 losses seen,
 * 2 usage, 3 could not answer.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE UINT64_C(4096)
#define PAGES 64u /* of a file: one round */
#define FILE_SIZE (PAGES * PAGE)
#define THREADS_MAX 64u
#define SOURCES UINT64_C(64) /* pages of the source file for each writer */
#define COVER_MAX 100u	     /* bytes of a page that a write covers */
#define IDLE ULONG_MAX

/* The two top bits of a byte tell who wrote it: generations always differ. */
enum role { BASE, PENDING, COVER };

struct call {
	uint32_t off, len; /* within its page */
	uint64_t source;   /* where the bytes come from, in the source file */
	uint64_t t0_ns, t1_ns;
};

struct writer {
	pthread_t thread;
	unsigned int index;
	pid_t tid;
	atomic_ulong source; /* first of the two pages in use now, or IDLE */
	uint64_t state;	     /* of the random numbers */
	uint64_t key;	     /* of this round's contents */
	uint64_t round, writes, lost;
	uint64_t inode;
	int fd;
	char path[4200];
	struct call calls[PAGES];
	_Alignas(PAGE) unsigned char room[FILE_SIZE]; /* a file's content */
};

static char dir[4096];
static struct writer writers[THREADS_MAX];
static unsigned int threads = 8, seconds = 60;

/* The source file; its contents never change. */
static unsigned char *sources;
static uint64_t source_key;
static int source_fd;
static atomic_bool stop, chaos_stop, failed;

/* Say it once, and end the soak. Returns the exit code. */
static int fail(const char *what, int err)
{
	if (!atomic_exchange(&failed, true))
		fprintf(stderr,
			"soak: cannot %s: %s: mend that and run again\n", what,
			strerror(err));
	stop = true;
	return 3;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t next(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15u;
	return mix(*state);
}

static void fill(uint64_t key, enum role role, uint64_t off, void *buf,
		 size_t len)
{
	unsigned char *byte = buf;
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++, off++) {
		if (!i || off % 8 == 0)
			word = mix(key + off / 8 * 4 + role);
		byte[i] = role << 6 | (word >> off % 8 * 8 & 0x3f);
	}
}

/* Write all of it, or fail: short writes must not happen here. */
static int put(int fd, const void *buf, size_t len, uint64_t off)
{
	ssize_t done = pwrite(fd, buf, len, (off_t)off);

	if (done == (ssize_t)len)
		return 0;
	return done < 0 ? -errno : -EIO;
}

static int put_all(struct writer *writer, enum role role)
{
	fill(writer->key, role, 0, writer->room, FILE_SIZE);
	return put(writer->fd, writer->room, FILE_SIZE, 0);
}

/* A new file: its base on disk, and all of it dirty in the cache. */
static int begin_round(struct writer *writer)
{
	struct stat st = { 0 };
	int err;

	writer->key = next(&writer->state);
	snprintf(writer->path, sizeof(writer->path), "%s/soak-%u-%" PRIu64, dir,
		 writer->index, writer->round++);
	writer->fd =
		open(writer->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (writer->fd < 0)
		return -errno;
	err = put_all(writer, BASE);
	if (!err && (fsync(writer->fd) || fstat(writer->fd, &st)))
		err = -errno;
	writer->inode = st.st_ino;
	posix_fadvise(writer->fd, 0, FILE_SIZE, POSIX_FADV_DONTNEED);
	return err ? err : put_all(writer, PENDING);
}

/* Race a write over a part of a dirty page. */
static int rewrite_page(struct writer *writer, uint64_t page)
{
	struct call *call = &writer->calls[page];
	uint64_t first;
	int err;

	call->len = 2 + next(&writer->state) % (COVER_MAX - 1);
	call->off = next(&writer->state) % (PAGE - call->len + 1);
	/* A part in each of two source pages: twice the chance of a fault. */
	first = writer->index * SOURCES + next(&writer->state) % (SOURCES - 1);
	call->source =
		(first + 1) * PAGE - 1 - next(&writer->state) % (call->len - 1);
	call->t0_ns = now_ns();
	writer->source = first;
	err = put(writer->fd, sources + call->source, call->len,
		  page * PAGE + call->off);
	writer->source = IDLE;
	call->t1_ns = now_ns();
	writer->writes++;
	return err;
}

/* Print the ranges of @page that differ. */
static void print_lost_bytes(uint64_t page, const unsigned char *want,
			     const unsigned char *have)
{
	const char *comma = "";

	for (unsigned int at = 0; at < PAGE; at++) {
		unsigned int from = at;

		while (at < PAGE && want[at] != have[at])
			at++;
		if (at == from)
			continue;
		printf("%s[%" PRIu64 ",%u]", comma, page * PAGE + from,
		       at - from);
		comma = ",";
	}
}

/* Returns whether @have, what the disk holds of @page, is what it must be. */
static bool verify_page(struct writer *writer, uint64_t page,
			const unsigned char *have)
{
	const struct call *call = &writer->calls[page];
	unsigned char want[PAGE];

	fill(writer->key, PENDING, page * PAGE, want, PAGE);
	fill(source_key, COVER, call->source, want + call->off, call->len);
	if (!memcmp(want, have, PAGE))
		return true;
	flockfile(stdout);
	printf("{\"schema\":1,\"type\":\"lost\",\"file\":\"%s\",\"inode\":"
	       "%" PRIu64 ",\"page\":%" PRIu64 ",\"lost_bytes\":[",
	       writer->path, writer->inode, page);
	print_lost_bytes(page, want, have);
	printf("],\"pid\":%d,\"t0_ns\":%" PRIu64 ",\"t1_ns\":%" PRIu64 "}\n",
	       writer->tid, call->t0_ns, call->t1_ns);
	fflush(stdout);
	funlockfile(stdout);
	writer->lost++;
	return false;
}

/* See what the disk holds, past the cache. */
static int end_round(struct writer *writer)
{
	bool intact = true;

	if (fdatasync(writer->fd) || fcntl(writer->fd, F_SETFL, O_DIRECT))
		return -errno;
	if (pread(writer->fd, writer->room, FILE_SIZE, 0) != FILE_SIZE)
		return -EIO;
	for (uint64_t page = 0; page < PAGES; page++)
		intact &= verify_page(writer, page, writer->room + page * PAGE);
	/* A file with a loss stays: its path may be asked for. */
	return intact && unlink(writer->path) ? -errno : 0;
}

static void *write_rounds(void *arg)
{
	struct writer *writer = arg;

	writer->tid = gettid();
	while (!stop) {
		int err = begin_round(writer);

		for (uint64_t page = 0; page < PAGES && !err; page++)
			err = rewrite_page(writer, page);
		if (!err)
			err = end_round(writer);
		if (err)
			fail("run a round", -err);
		if (writer->fd >= 0)
			close(writer->fd);
	}
	return NULL;
}

static void *drop_sources(void *arg)
{
	/* It must run while a writer is between its fault and its copy. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), -10);
	for (unsigned int i = 0; !chaos_stop && !failed;
	     i = (i + 1) % threads) {
		unsigned long first = writers[i].source;

		/* Unmapped first, since a mapped page cannot be dropped. */
		if (first != IDLE &&
		    (madvise(sources + first * PAGE, 2 * PAGE, MADV_DONTNEED) ||
		     posix_fadvise(source_fd, (off_t)(first * PAGE), 2 * PAGE,
				   POSIX_FADV_DONTNEED)))
			fail("drop a source", errno);
	}
	return arg;
}

static void *drop_caches(void *arg)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	/* 4: from now on without a line in the kernel's log each time. */
	bool done = pwrite(fd, "4", 1, 0) == 1;

	while (done && !chaos_stop)
		done = pwrite(fd, "1", 1, 0) == 1;
	if (!done)
		fail("write /proc/sys/vm/drop_caches", errno);
	close(fd);
	return arg;
}

/* Make the source file, which needs no name. */
static int map_sources(uint64_t seed)
{
	size_t len = (size_t)threads * SOURCES * PAGE;
	unsigned char buf[PAGE];
	int err = 0;

	source_key = mix(seed);
	source_fd = open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (source_fd < 0)
		return -errno;
	for (uint64_t off = 0; off < len && !err; off += PAGE) {
		fill(source_key, COVER, off, buf, PAGE);
		err = put(source_fd, buf, PAGE, off);
	}
	if (!err && fsync(source_fd))
		err = -errno;
	sources = mmap(NULL, len, PROT_READ, MAP_SHARED, source_fd, 0);
	if (!err &&
	    (sources == MAP_FAILED || madvise(sources, len, MADV_RANDOM)))
		err = -errno;
	return err;
}

static void start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	int err = pthread_create(thread, NULL, run, arg);

	if (err)
		exit(fail("start a thread", err));
}

/* Returns the number of losses. */
static uint64_t soak(void)
{
	uint64_t begin = now_ns(), writes = 0, lost = 0;
	pthread_t chaos, dropper;

	start(&chaos, drop_sources, NULL);
	start(&dropper, drop_caches, NULL);
	for (unsigned int i = 0; i < threads; i++)
		start(&writers[i].thread, write_rounds, &writers[i]);
	while (!stop && now_ns() - begin < seconds * 1000000000ull)
		usleep(50000);
	stop = true;
	for (unsigned int i = 0; i < threads; i++) {
		pthread_join(writers[i].thread, NULL);
		writes += writers[i].writes;
		lost += writers[i].lost;
	}
	chaos_stop = true;
	pthread_join(chaos, NULL);
	pthread_join(dropper, NULL);
	printf("{\"schema\":1,\"type\":\"soak-end\",\"seconds\":%.3f,"
	       "\"writes\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"complete\":%s}\n",
	       (double)(now_ns() - begin) / 1e9, writes, lost,
	       failed ? "false" : "true");
	return lost;
}

static bool parse(int argc, char **argv, uint64_t *seed)
{
	int opt;

	while ((opt = getopt(argc, argv, "t:s:S:")) != -1) {
		if (opt == 't')
			threads = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 's')
			seconds = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 'S')
			*seed = strtoull(optarg, NULL, 10);
		else
			return false;
	}
	return optind == argc - 1 && threads - 1 < THREADS_MAX && seconds;
}

int main(int argc, char **argv)
{
	uint64_t seed = (uint64_t)time(NULL), lost;
	int err;

	if (!parse(argc, argv, &seed)) {
		fputs("usage: soak [-t 1..64] [-s SECONDS] [-S SEED] DIR\n",
		      stderr);
		return 2;
	}
	/* The path goes into JSON as it is. */
	err = realpath(argv[optind], dir) ? 0 : -errno;
	if (!err && strpbrk(dir, "\"\\\n"))
		err = -EINVAL;
	if (!err)
		err = map_sources(seed);
	if (err)
		return fail("begin", -err);
	printf("{\"schema\":1,\"type\":\"soak-start\",\"seed\":%" PRIu64
	       ",\"threads\":%u,\"pid\":%d}\n",
	       seed, threads, getpid());
	fflush(stdout);
	for (unsigned int i = 0; i < threads; i++) {
		writers[i].index = i;
		writers[i].state = mix(seed + i + 1);
		writers[i].source = IDLE;
	}
	lost = soak();
	if (failed || fflush(stdout))
		return 3;
	return lost ? 1 : 0;
}
