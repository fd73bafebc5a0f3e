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
 *   soak [-t THREADS] [-w PAGES] [-p PASSES] [-f DIR] [-s SECONDS] [-S SEED]
 * DIR
 *
 * With -w each write covers that many pages (1, 2, 4, ... 32): one fault opens
 * many windows at once. With -p each page is rewritten so often, always in the
 * same part; it may then be lost more than once. -f: where the sources are.
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

#include "soak_call.h"

#define PAGES 64u /* of a file: one round */
#define FILE_SIZE (PAGES * PAGE)
#define THREADS_MAX 64u
#define SOURCES UINT64_C(64) /* pages of the source file for each writer */
#define COVER_MAX 100u	     /* bytes of a page that a write covers */
#define IDLE ULONG_MAX
#define DROPS 4u /* of the sources of a wide call */

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
	uint32_t tails[PAGES]; /* what calls cover beyond whole pages */
	atomic_ulong number;   /* of the call under way */
	_Alignas(PAGE) unsigned char room[FILE_SIZE]; /* a file's content */
};

/* Of the sources of a call. */
struct dropped {
	unsigned long number; /* of the call */
	unsigned int times;
};

static char dir[4096];
static const char *source_dir; /* NULL: the same */
static struct writer writers[THREADS_MAX];
static unsigned int threads = 8, seconds = 60;
static unsigned long wide = 1, passes = 1;

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

/* Race a write over a part of a dirty page, or of each of some in a row. */
static int rewrite_pages(struct writer *writer, uint64_t page, uint64_t pass)
{
	struct call all = writer->calls[page];
	uint64_t first;
	int err;

	/* What one pass does not cover, none does: no loss is mended. */
	if (!pass) {
		all.len = 2 + next(&writer->state) % (COVER_MAX - 1);
		all.off = next(&writer->state) % (PAGE - all.len + 1);
	} else {
		all.len = writer->tails[page];
	}
	/* A part in each of two source pages: twice the chance of a fault. */
	first = writer->index * SOURCES +
		next(&writer->state) % (SOURCES - wide);
	all.source =
		(first + 1) * PAGE - 1 - next(&writer->state) % (all.len - 1);
	writer->tails[page] = all.len;
	all.len += (uint32_t)((wide - 1) * PAGE);
	all.t0_ns = now_ns();
	writer->number++;
	writer->source = first;
	err = put(writer->fd, sources + all.source, all.len,
		  page * PAGE + all.off);
	writer->source = IDLE;
	all.t1_ns = now_ns();
	for (uint64_t nth = 0; nth < wide; nth++)
		call_part(&writer->calls[page + nth], nth, &all);
	writer->writes++;
	return err;
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

		for (uint64_t i = 0; i < passes * PAGES && !err; i += wide)
			err = rewrite_pages(writer, i % PAGES, i / PAGES);
		if (!err)
			err = end_round(writer);
		if (err)
			fail("run a round", -err);
		if (writer->fd >= 0)
			close(writer->fd);
	}
	return NULL;
}

/*
 * Some drops during a wide call: one fault opens all its windows, and more of
 * them would only hold up its end, and with it the next call.
 */
static bool is_due(const struct writer *writer, struct dropped *dropped)
{
	unsigned long number = writer->number;

	if (dropped->number != number)
		*dropped = (struct dropped){ .number = number };
	return wide == 1 || dropped->times++ < DROPS;
}

static void *drop_sources(void *arg)
{
	const size_t len = (wide + 1) * PAGE;
	struct dropped dropped[THREADS_MAX] = { 0 };

	/* It must run while a writer is between its fault and its copy. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), -10);
	for (unsigned int i = 0; !chaos_stop && !failed;
	     i = (i + 1) % threads) {
		unsigned long first = writers[i].source;

		/* Unmapped first, since a mapped page cannot be dropped. */
		if (first != IDLE && is_due(&writers[i], &dropped[i]) &&
		    (madvise(sources + first * PAGE, len, MADV_DONTNEED) ||
		     posix_fadvise(source_fd, (off_t)(first * PAGE), (off_t)len,
				   POSIX_FADV_DONTNEED)))
			fail("drop a source", errno);
		/* To spin would take the time that the calls need. */
		if (wide > 1 && i == threads - 1)
			usleep(100);
	}
	return arg;
}

static void *drop_caches(void *arg)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	/* 4: from now on without a line in the kernel's log each time. */
	bool done = pwrite(fd, "4", 1, 0) == 1;

	while (done && !chaos_stop) {
		/* Wide calls are to be many, more than to be hit. */
		if (wide > 1)
			usleep(2000);
		done = pwrite(fd, "1", 1, 0) == 1;
	}
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
	source_fd = open(source_dir ? source_dir : dir,
			 O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
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

	while ((opt = getopt(argc, argv, "t:w:p:s:S:f:")) != -1) {
		if (opt == 't')
			threads = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 'w')
			wide = strtoul(optarg, NULL, 10);
		else if (opt == 'p')
			passes = strtoul(optarg, NULL, 10);
		else if (opt == 'f')
			source_dir = optarg;
		else if (opt == 's')
			seconds = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 'S')
			*seed = strtoull(optarg, NULL, 10);
		else
			return false;
	}
	return optind == argc - 1 && threads - 1 < THREADS_MAX && seconds &&
	       wide && wide < SOURCES && PAGES % wide == 0 && passes;
}

int main(int argc, char **argv)
{
	uint64_t seed = (uint64_t)time(NULL), lost;
	int err;

	if (!parse(argc, argv, &seed)) {
		fputs("usage: soak [-t 1..64] [-w 1..32] [-p PASSES] [-f DIR] [-s SECONDS] [-S SEED] DIR\n",
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
