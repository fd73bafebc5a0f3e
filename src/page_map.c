// SPDX-License-Identifier: GPL-2.0
/* page_map.c - see page_map.h. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "page_map.h"

#define WORD sizeof(uint64_t)

/* Where a fault of this thread goes on: a signal handler has nothing else. */
static __thread sigjmp_buf fault;

static void on_fault(int signal)
{
	siglongjmp(fault, signal);
}

/* Calls fn(arg). Returns what it returns, or -EFAULT if a store or a load was
 * answered by SIGBUS. */
static int guarded(int (*fn)(void *arg), void *arg)
{
	struct sigaction action = { .sa_handler = on_fault }, before;
	int err = -EFAULT;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGBUS, &action, &before))
		return -errno;
	if (!sigsetjmp(fault, 1))
		err = fn(arg);
	sigaction(SIGBUS, &before, NULL);
	return err;
}

int page_map_open(struct page_map *m, int fd, uint64_t page, bool change,
		  bool *cold)
{
	void *at = mmap(NULL, PAGE_MAP_LEN,
			change ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
			fd, (off_t)(page << WINDOW_PAGE_SHIFT));
	unsigned char cached = 1;

	m->words = at == MAP_FAILED ? NULL : at;
	if (!m->words)
		return -errno;
	*cold = !mincore(at, PAGE_MAP_LEN, &cached) && !(cached & 1);
	return 0;
}

void page_map_close(struct page_map *m)
{
	if (m->words)
		munmap((void *)m->words, PAGE_MAP_LEN);
	m->words = NULL;
}

struct reading {
	const struct page_map *map;
	unsigned char *bytes;
};

static int read_words(void *arg)
{
	const struct reading *r = arg;

	for (unsigned int i = 0; i < PAGE_MAP_LEN / WORD; i++) {
		uint64_t word = r->map->words[i];

		memcpy(r->bytes + i * WORD, &word, WORD);
	}
	return 0;
}

int page_map_read(const struct page_map *m, unsigned char bytes[PAGE_MAP_LEN])
{
	struct reading r = { m, bytes };

	return guarded(read_words, &r);
}

struct swapping {
	const struct page_map *map;
	const unsigned char *was;
	const unsigned char *want;
	unsigned int from;
	unsigned int to;
};

/* The bytes of word `i` that are asked for, as ones. */
static uint64_t word_mask(const struct swapping *s, unsigned int i)
{
	unsigned char mask[WORD];
	uint64_t word;

	for (unsigned int k = 0; k < WORD; k++)
		mask[k] = i * WORD + k >= s->from && i * WORD + k < s->to ? 0xff
									  : 0;
	memcpy(&word, mask, WORD);
	return word;
}

static uint64_t word_of(const unsigned char *bytes, unsigned int i)
{
	uint64_t word;

	memcpy(&word, bytes + i * WORD, WORD);
	return word;
}

/* Returns false if somebody else has changed what was to be changed. */
static bool swap_word(const struct swapping *s, unsigned int i, uint64_t mask)
{
	uint64_t was = word_of(s->was, i), want = word_of(s->want, i);
	uint64_t now = s->map->words[i], next;

	do {
		if ((now ^ was) & mask)
			return false;
		next = (now & ~mask) | (want & mask);
	} while (!__atomic_compare_exchange_n(&s->map->words[i], &now, next,
					      false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return true;
}

static int swap_words(void *arg)
{
	const struct swapping *s = arg;
	int left = 0;

	for (unsigned int i = s->from / WORD; i * WORD < s->to; i++) {
		uint64_t mask = word_mask(s, i);

		if (!swap_word(s, i, mask))
			left += __builtin_popcountll(mask) / 8;
	}
	return left;
}

int page_map_swap(const struct page_map *m, const unsigned char *was,
		  const unsigned char *want, unsigned int from, unsigned int to)
{
	struct swapping s = { m, was, want, from, to };

	return guarded(swap_words, &s);
}
