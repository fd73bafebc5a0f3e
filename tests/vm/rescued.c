// SPDX-License-Identifier: GPL-2.0
/*
 * rescued.c SEED OUTCOME: does a rescued page hold what its trial had pending?
 * From stdin "TRIAL TRIES RESULT FILE", a line each: the trial of `provoke`, by
 * whose plan the bytes are known, and the file that `watch --rescue` wrote.
 * Prints how many are right, and which are not. Exit 1: some are not.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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
	while (scanf("%" SCNu64 " %u %ld %511s", &t.trial, &t.tries, &t.result,
		     t.file) == 4) {
		all++;
		right += !judge(&t, strtoull(argv[1], NULL, 10),
				(enum provoke_outcome)outcome);
	}
	printf("%u of %u right\n", right, all);
	return all && right == all ? 0 : 1;
}
