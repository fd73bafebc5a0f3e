// SPDX-License-Identifier: GPL-2.0
/*
 * rescued.c SEED OUTCOME: does a rescued page hold what its trial had pending?
 * From stdin "TRIAL TRIES RESULT FILE SUM", a line each: the trial of
 * `provoke`, by whose plan the bytes are known, the file that `watch --rescue`
 * wrote, and the CRC-32C of what it says the disk held, or `hole`. Prints how
 * many are right, and which are not. Exit 1: some are not.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "provoke_plan.h"

struct trial {
	uint64_t trial;
	unsigned int tries;
	long result; /* of its write call */
	char file[512];
	char sum[16];
};

/* The page is the end of the file. Returns 0 or -1. */
static int read_page(const char *name, unsigned char page[PROVOKE_PAGE])
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	ssize_t got = end < (off_t)PROVOKE_PAGE
			      ? -1
			      : pread(fd, page, PROVOKE_PAGE,
				      end - (off_t)PROVOKE_PAGE);

	if (fd >= 0)
		close(fd);
	return got == (ssize_t)PROVOKE_PAGE ? 0 : -1;
}

/* The first byte of the bound that is not as it must be; -1: none. */
static long first_wrong(const struct provoke_plan *plan, int written,
			const unsigned char *page)
{
	uint64_t from = plan->page * PROVOKE_PAGE;
	unsigned char want[PROVOKE_PAGE];
	struct provoke_spans bound;

	provoke_bound(plan, written, &bound);
	provoke_expect(plan, written, from, want, sizeof(want));
	for (unsigned int i = 0; i < bound.n; i++)
		for (uint64_t at = bound.v[i].off;
		     at < bound.v[i].off + bound.v[i].len; at++)
			if (page[at - from] != want[at - from])
				return (long)(at - from);
	return -1;
}

static uint32_t crc32c(const unsigned char *bytes, size_t len)
{
	uint32_t crc = ~0U;

	while (len--) {
		crc ^= *bytes++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78U : 0);
	}
	return ~crc;
}

/* The disk held the page's base, with or without what the call then wrote. */
static int sum_right(const struct provoke_plan *plan, const struct trial *t)
{
	uint64_t from = plan->page * PROVOKE_PAGE;
	bool hole = plan->page < plan->first || plan->page >= plan->end;
	unsigned char page[PROVOKE_PAGE] = { 0 };
	char text[2][16];

	for (int written = 0; written < 2; written++) {
		uint32_t crc;

		if (!hole)
			provoke_fill(plan, PROVOKE_BASE, from, page,
				     plan->valid);
		if (written)
			provoke_fill(plan, PROVOKE_COVER, from + plan->off,
				     page + plan->off, plan->len);
		crc = __builtin_bswap32(crc32c(page, sizeof(page)));
		snprintf(text[written], sizeof(text[written]), "%08x", crc);
	}
	if (hole)
		snprintf(text[0], sizeof(text[0]), "hole");
	return !strcmp(t->sum, text[0]) || !strcmp(t->sum, text[1]);
}

static int judge(const struct trial *t, uint64_t seed,
		 enum provoke_outcome outcome)
{
	unsigned char page[PROVOKE_PAGE];
	struct provoke_plan plan;
	long wrong;

	provoke_plan_make(&plan, seed, t->trial, t->tries, outcome);
	if (read_page(t->file, page)) {
		printf("trial %" PRIu64 ": no page in %s\n", t->trial, t->file);
		return -1;
	}
	if (!sum_right(&plan, t)) {
		printf("trial %" PRIu64
		       ": the disk did not hold what has sum %s\n",
		       t->trial, t->sum);
		return -1;
	}
	wrong = first_wrong(&plan, t->result > 0, page);
	if (wrong >= 0)
		printf("trial %" PRIu64 ": byte %ld of %s is wrong\n", t->trial,
		       wrong, t->file);
	return wrong < 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	int outcome = argc == 3 ? provoke_outcome_parse(argv[2]) : -EINVAL;
	unsigned int right = 0, all = 0;
	struct trial t;

	if (outcome < 0) {
		fprintf(stderr, "usage: rescued SEED OUTCOME <TRIALS\n");
		return 2;
	}
	while (scanf("%" SCNu64 " %u %ld %511s %15s", &t.trial, &t.tries,
		     &t.result, t.file, t.sum) == 5) {
		all++;
		right += !judge(&t, strtoull(argv[1], NULL, 10),
				(enum provoke_outcome)outcome);
	}
	printf("%u of %u right\n", right, all);
	return all && right == all ? 0 : 1;
}
