// SPDX-License-Identifier: GPL-2.0
/*
 * hammer.c DIR TRIALS SEED PROC: others write to a page while it is healed.
 *
 * Threads store to words of their own in the page, through a mapping and by
 * write calls from sources that are locked in memory. Each looks, before its
 * next store, if the last one is still there, whole. In between the page is
 * written back, dropped from the mappings, and healed: TRIALS times, by the
 * tool's own code, whose store goes to the very words that others write to: of
 * each, one byte stays the same, and that is what is at stake. PROC is a /proc
 * without processes: to look through them is not what is tried here.
 *
 * Prints "TRIALS healed, STORES stores, WRITES writes, LOST lost, TORN torn".
 * In the end the file must hold the last of each; `hammer DIR check` looks if
 * it still does. Exit 0: nothing lost or torn, 1: something, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "heal_page.h"

#define PAGE 2
#define PAGES 4
#define AT (PAGE * 4096L)
#define MAPPED 2  /* threads that store through a mapping */
#define WRITING 2 /* threads that write */
#define THREADS (MAPPED + WRITING)
#define SPAN 64	   /* bytes that a write call writes: eight words */
#define STAKE 1024 /* the bytes at stake lie before this offset */
#define OWN(i) (2048 + (i)*256) /* where thread `i` writes in the page */

#define LAST_BYTE 0xa5	  /* of each word: it never changes */
#define NUMBER 0xfffffffU /* 28 bits */

/* A number, and its complement: a torn one fits itself no more. */
static uint64_t whole(uint32_t n)
{
	return (uint64_t)LAST_BYTE << 56 | (uint64_t)(~n & NUMBER) << 28 |
	       (n & NUMBER);
}

static bool is_whole(uint64_t word)
{
	return word == whole((uint32_t)word & NUMBER);
}

struct hammer;

struct thread {
	struct hammer *h;
	pthread_t id;
	unsigned int number;
	uint32_t last; /* what it stored last */
};

struct hammer {
	int fd;
	volatile unsigned char *map;
	atomic_bool over;
	atomic_uint_fast64_t stores, writes, lost, torn;
	struct thread threads[THREADS];
	unsigned char stake[STAKE];
};

static volatile uint64_t *own_word(const struct hammer *h, unsigned int i)
{
	return (volatile uint64_t *)(h->map + OWN(i));
}

/* Does the word hold what was stored last? */
static void look(struct hammer *h, uint64_t word, uint32_t last)
{
	if (!is_whole(word))
		h->torn++;
	else if (word != whole(last))
		h->lost++;
}

static void *store(void *arg)
{
	struct thread *t = arg;
	volatile uint64_t *word = own_word(t->h, t->number);

	while (!t->h->over) {
		look(t->h, *word, t->last);
		*word = whole(++t->last);
		t->h->stores++;
		if (t->last % 256 == 0)
			sched_yield();
	}
	return NULL;
}

/* Every word of the span holds the same number. */
static void look_span(struct hammer *h, const uint64_t span[SPAN / 8],
		      uint32_t last)
{
	for (unsigned int i = 0; i < SPAN / 8; i++)
		look(h, span[i], last);
}

static void *write_on(void *arg)
{
	struct thread *t = arg;
	uint64_t span[SPAN / 8] = { 0 }, back[SPAN / 8];

	mlock(span, sizeof(span));
	while (!t->h->over) {
		if (pread(t->h->fd, back, SPAN, AT + OWN(t->number)) != SPAN)
			break;
		look_span(t->h, back, t->last);
		t->last++;
		for (unsigned int i = 0; i < SPAN / 8; i++)
			span[i] = whole(t->last);
		if (pwrite(t->h->fd, span, SPAN, AT + OWN(t->number)) != SPAN)
			break;
		t->h->writes++;
	}
	return NULL;
}

static int open_file(struct hammer *h, const char *dir, uint64_t seed)
{
	unsigned char page[4096] = { 0 };
	char path[512];
	uint64_t none = whole(0);

	snprintf(path, sizeof(path), "%s/hammered", dir);
	h->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (h->fd < 0)
		return -errno;
	for (unsigned int i = 0; i < STAKE; i++)
		page[i] = (unsigned char)(seed * 31 + i * 7UL + i / 251);
	memcpy(h->stake, page, STAKE);
	for (unsigned int i = 0; i < THREADS; i++)
		for (unsigned int at = 0; at < SPAN; at += 8)
			memcpy(page + OWN(i) + at, &none, 8);
	for (int i = 0; i < PAGES; i++)
		if (write(h->fd, page, sizeof(page)) != sizeof(page))
			return -EIO;
	h->map =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, h->fd, AT);
	return h->map == MAP_FAILED || fsync(h->fd) ? -errno : 0;
}

static void ask_of(const struct hammer *h, struct heal_request *q)
{
	struct stat st;

	fstat(h->fd, &st);
	q->ino = st.st_ino;
	q->page = PAGE;
	q->sb_dev = major(st.st_dev) << 20 | minor(st.st_dev);
	strcpy(q->name, "hammered");
	memcpy(q->bytes, h->stake, STAKE);
	for (unsigned int i = 0; i < THREADS; i++)
		q->bytes[OWN(i) + 7] = LAST_BYTE;
}

/* What is at stake: the byte of a thread's word, or bytes of nobody. */
static void aim(struct heal_request *q, uint64_t trial)
{
	unsigned int at = trial % (THREADS + 1);

	q->bound[0].from = AT + (at < THREADS ? OWN(at) + 7 : 0);
	q->bound[0].to = q->bound[0].from + (at < THREADS ? 1 : STAKE);
}

/*
 * The page is made clean, and now and then taken out of all mappings, so that
 * each of the next stores, ours or another's, has to ask the filesystem.
 */
static int heal_once(struct hammer *h, int proc, int dir,
		     const struct heal_request *q, uint64_t trial)
{
	enum heal heal;

	if (trial % 4 == 0)
		sync_file_range(h->fd, AT, 4096,
				SYNC_FILE_RANGE_WRITE |
					SYNC_FILE_RANGE_WAIT_AFTER);
	if (trial % 16 == 0)
		madvise((void *)h->map, 4096, MADV_DONTNEED);
	if (trial % 64 == 0)
		posix_fadvise(h->fd, 0, 0, POSIX_FADV_DONTNEED);
	heal = heal_page(proc, dir, q);
	/* Who drops it just then is no reason to stop. */
	if (heal == HEAL_healed || heal == HEAL_dropped)
		return heal == HEAL_healed;
	fprintf(stderr, "hammer: trial %" PRIu64 ": not healed: %d\n", trial,
		heal);
	return -EPROTO;
}

static int heal_often(struct hammer *h, char **argv, uint64_t trials,
		      uint64_t *healed)
{
	int dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int proc = open(argv[4], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct heal_request q = { 0 };
	int ret = 0;

	ask_of(h, &q);
	heal_page_init();
	while (ret >= 0 && *healed < trials) {
		aim(&q, *healed);
		ret = heal_once(h, proc, dir, &q, *healed);
		*healed += ret > 0;
	}
	close(proc);
	close(dir);
	return ret < 0 ? ret : 0;
}

/* What is in the file in the end, by a read, and for a later look. */
static void finish(struct hammer *h, const char *dir)
{
	char path[512];
	FILE *last;

	for (unsigned int i = 0; i < MAPPED; i++)
		look(h, *own_word(h, i), h->threads[i].last);
	snprintf(path, sizeof(path), "%s/last", dir);
	last = fopen(path, "we");
	for (unsigned int i = 0; last && i < THREADS; i++)
		fprintf(last, "%u\n", h->threads[i].last);
	if (!last || fclose(last))
		h->lost++;
}

static int check(const char *dir)
{
	unsigned char page[4096];
	unsigned int wrong = 0;
	char path[512];
	FILE *last;
	int fd;

	snprintf(path, sizeof(path), "%s/hammered", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/last", dir);
	last = fopen(path, "re");
	if (fd < 0 || !last || pread(fd, page, sizeof(page), AT) != 4096)
		return -EIO;
	for (unsigned int i = 0; i < THREADS; i++) {
		unsigned int n = 0;
		uint64_t word;

		memcpy(&word, page + OWN(i), 8);
		if (fscanf(last, "%u", &n) != 1 || word != whole(n))
			wrong++;
	}
	fclose(last);
	close(fd);
	printf("%u of %d wrong\n", wrong, THREADS);
	return wrong ? -EILSEQ : 0;
}

static int run(struct hammer *h, char **argv)
{
	uint64_t trials = strtoull(argv[2], NULL, 10), healed = 0;
	const struct sched_param first = { .sched_priority = 1 };
	int err = open_file(h, argv[1], strtoull(argv[3], NULL, 10));

	if (err)
		return err;
	for (unsigned int i = 0; i < THREADS; i++) {
		struct thread *t = &h->threads[i];

		t->h = h;
		t->number = i;
		pthread_create(&t->id, NULL, i < MAPPED ? store : write_on, t);
	}
	/* Who heals goes first, else it waits for the others most of the time.
	 */
	sched_setscheduler(0, SCHED_RR, &first);
	err = heal_often(h, argv, trials, &healed);
	h->over = true;
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(h->threads[i].id, NULL);
	finish(h, argv[1]);
	printf("%" PRIu64 " healed, %" PRIuFAST64 " stores, %" PRIuFAST64
	       " writes, %" PRIuFAST64 " lost, %" PRIuFAST64 " torn\n",
	       healed, h->stores, h->writes, h->lost, h->torn);
	return err ? err : h->lost || h->torn ? -EILSEQ : 0;
}

int main(int argc, char **argv)
{
	static struct hammer h;
	int err;

	if (argc != 5 && (argc != 3 || strcmp(argv[2], "check") != 0)) {
		fprintf(stderr,
			"usage: hammer DIR TRIALS SEED PROC | DIR check\n");
		return 2;
	}
	err = argc == 3 ? check(argv[1]) : run(&h, argv);
	if (err)
		fprintf(stderr, "hammer: %s\n", strerror(-err));
	return err ? 1 : 0;
}
