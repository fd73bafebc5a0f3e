// SPDX-License-Identifier: GPL-2.0
/*
 * The racy soak: writers rewrite parts of dirty pages from source pages that
 * another thread keeps dropping, while a third drops the whole page cache. The
 * sources are pages of a file on the same disk: they can be had again at any
 * time, so no write fails, but that takes a while. What a file must hold is
 * known byte by byte; each page is dirtied once, rewritten once and read back
 * once, so that a loss belongs to one (inode, page) and one write call. On
 * standard output: one JSON object a line.
 *
 * For test machines only: it drops every clean page of the whole machine.
 *
 *   soak [-t THREADS] [-s SECONDS] [-S SEED] DIR
 *
 * Exit code: 0 nothing lost, 1 losses seen, 2 usage, 3 could not answer.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u
#define PAGES 64u /* of a file: one round */
#define THREADS_MAX 64u
#define SOURCES 64u    /* pages of the source file for each writer */
#define COVER_MAX 100u /* bytes of a page that a write covers */
#define IDLE ULONG_MAX
#define PATH_ROOM 4200u

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
	atomic_ulong
		source; /* first of the two pages it now reads from, or IDLE */
	uint64_t state; /* of the random numbers */
	uint64_t key;	/* of this round's contents */
	uint64_t round, writes, lost;
	uint64_t inode;
	int fd;
	char path[PATH_ROOM];
	struct call calls[PAGES];
	unsigned char room[PAGES * PAGE]; /* a file's content */
};

static char dir[4096];
static struct writer writers[THREADS_MAX];
static unsigned int threads = 8, seconds = 60;

/* The source file; its contents never change. */
static unsigned char *sources;
static uint64_t source_key;
static int source_fd;

static atomic_bool stop, chaos_stop, failed;

static void fail(const char *what, int err)
{
	if (!atomic_exchange(&failed, true))
		fprintf(stderr,
			"soak: cannot %s: %s: mend that and run again\n", what,
			strerror(err));
	stop = true;
}

static void on_signal(int number)
{
	(void)number;
	stop = true;
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
	fill(writer->key, role, 0, writer->room, PAGES * PAGE);
	return put(writer->fd, writer->room, PAGES * PAGE, 0);
}

static int drop(int fd)
{
	return -posix_fadvise(fd, 0, (off_t)PAGES * PAGE, POSIX_FADV_DONTNEED);
}

/* A new file: its base on disk, and all of it dirty in the cache. */
static int begin_round(struct writer *writer)
{
	struct stat st;
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
	if (!err) {
		writer->inode = st.st_ino;
		err = drop(writer->fd);
	}
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

/* Print the loss of the bytes that differ. They are old if the base is back. */
static void report(const struct writer *writer, uint64_t page,
		   const unsigned char *want, const unsigned char *have)
{
	const struct call *call = &writer->calls[page];
	unsigned char base[PAGE];
	const char *comma = "";
	bool old = true;

	fill(writer->key, BASE, page * PAGE, base, PAGE);
	flockfile(stdout);
	printf("{\"schema\":1,\"type\":\"lost\",\"file\":\"%s\",\"inode\":"
	       "%" PRIu64 ",\"page\":%" PRIu64 ",\"lost_bytes\":[",
	       writer->path, writer->inode, page);
	for (unsigned int i = 0, len; i < PAGE; i += len) {
		for (len = 0; i + len < PAGE && want[i + len] != have[i + len];
		     len++)
			old = old && have[i + len] == base[i + len];
		if (len) {
			printf("%s[%" PRIu64 ",%u]", comma, page * PAGE + i,
			       len);
			comma = ",";
		} else {
			len = 1;
		}
	}
	printf("],\"old\":%s,\"pid\":%d,\"t0_ns\":%" PRIu64
	       ",\"t1_ns\":%" PRIu64 "}\n",
	       old ? "true" : "false", writer->tid, call->t0_ns, call->t1_ns);
	fflush(stdout);
	funlockfile(stdout);
}

static int verify_page(struct writer *writer, uint64_t page, bool *lost)
{
	const struct call *call = &writer->calls[page];
	unsigned char want[PAGE], have[PAGE];
	ssize_t got = pread(writer->fd, have, PAGE, (off_t)(page * PAGE));

	if (got != PAGE)
		return got < 0 ? -errno : -EIO;
	fill(writer->key, PENDING, page * PAGE, want, PAGE);
	fill(source_key, COVER, call->source, want + call->off, call->len);
	if (!memcmp(want, have, PAGE))
		return 0;
	report(writer, page, want, have);
	writer->lost++;
	*lost = true;
	return 0;
}

/* Have the disk's content in the cache, and see what it is. */
static int end_round(struct writer *writer)
{
	unsigned char in_core[PAGES];
	bool lost = false;
	void *map;
	int err;

	if (fdatasync(writer->fd))
		return -errno;
	map = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED, writer->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	do {
		err = drop(writer->fd);
		if (!err && mincore(map, PAGES * PAGE, in_core))
			err = -errno;
		for (unsigned int i = 1; i < PAGES; i++)
			in_core[0] |= in_core[i];
	} while (!err && in_core[0] & 1);
	munmap(map, PAGES * PAGE);
	for (uint64_t page = 0; page < PAGES && !err; page++)
		err = verify_page(writer, page, &lost);
	/* A file with a loss stays to the end: its path may be asked for. */
	if (!err && !lost && unlink(writer->path))
		err = -errno;
	return err;
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

/* A page that is mapped cannot be dropped; one that was dropped is read again.
 */
static int drop_source(unsigned long first)
{
	uint64_t off = (uint64_t)first * PAGE;

	if (madvise(sources + off, 2ul * PAGE, MADV_DONTNEED))
		return -errno;
	return -posix_fadvise(source_fd, (off_t)off, 2l * PAGE,
			      POSIX_FADV_DONTNEED);
}

static void *drop_sources(void *arg)
{
	/* It must run while a writer is between its fault and its copy. */
	setpriority(PRIO_PROCESS, (id_t)gettid(), -10);
	while (!chaos_stop && !failed)
		for (unsigned int i = 0; i < threads; i++) {
			unsigned long first = writers[i].source;
			int err = first == IDLE ? 0 : drop_source(first);

			if (err)
				fail("drop a source", -err);
		}
	return arg;
}

static void *drop_caches(void *arg)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	/* 4: from now on without a line in the kernel's log each time. */
	const char *what = "4";

	while (!chaos_stop && !failed) {
		if (pwrite(fd, what, 1, 0) != 1)
			fail("write /proc/sys/vm/drop_caches", errno);
		what = "1";
	}
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

	if (err) {
		fail("start a thread", err);
		exit(3);
	}
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

static void remove_files(void)
{
	char path[PATH_ROOM];

	for (unsigned int i = 0; i < threads; i++)
		for (uint64_t n = 0; n < writers[i].round; n++) {
			snprintf(path, sizeof(path), "%s/soak-%u-%" PRIu64, dir,
				 i, n);
			unlink(path);
		}
}

static int usage(void)
{
	fputs("usage: soak [-t THREADS 1..64] [-s SECONDS] [-S SEED] DIR\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	uint64_t seed = (uint64_t)time(NULL), lost;
	int opt, err;

	while ((opt = getopt(argc, argv, "t:s:S:")) != -1) {
		if (opt == 't')
			threads = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 's')
			seconds = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 'S')
			seed = strtoull(optarg, NULL, 0);
		else
			return usage();
	}
	if (optind != argc - 1 || !threads || threads > THREADS_MAX || !seconds)
		return usage();
	/* The path goes into JSON as it is. */
	if (!realpath(argv[optind], dir) || strpbrk(dir, "\"\\\n")) {
		fail("use the directory", errno);
		return 3;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	err = map_sources(seed);
	if (err) {
		fail("make the sources", -err);
		return 3;
	}
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
	remove_files();
	if (failed || fflush(stdout))
		return 3;
	return lost ? 1 : 0;
}
