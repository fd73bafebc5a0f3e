// SPDX-License-Identifier: GPL-2.0
/*
 * meant.c SEED OUTCOME: do files hold what their writer meant? From stdin
 * "TRIAL TRIES RESULT FILE", a line each: the trial of `provoke`, by whose plan
 * the bytes are known. Prints how many do, and which do not. Exit 1: some do
 * not.
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
};

/* The first byte of the file that is not as it must be; -1: none. */
static long first_wrong(int fd, const struct provoke_plan *plan, bool written)
{
	unsigned char want[PROVOKE_PAGE], got[PROVOKE_PAGE];
	uint64_t at;

	for (at = 0; at < plan->size; at += sizeof(want)) {
		uint64_t rest = plan->size - at;
		uint64_t page = at / PROVOKE_PAGE;
		size_t len = rest < sizeof(want) ? rest : sizeof(want);

		if (plan->page == page ||
		    (page >= plan->first && page < plan->end))
			provoke_expect(plan, written, at, want, len);
		else
			memset(want, 0, len);
		if (pread(fd, got, len, (off_t)at) != (ssize_t)len)
			return (long)at;
		for (size_t i = 0; i < len; i++)
			if (got[i] != want[i])
				return (long)(at + i);
	}
	return pread(fd, got, 1, (off_t)at) ? (long)at : -1;
}

static int judge(const struct trial *t, uint64_t seed,
		 enum provoke_outcome outcome)
{
	int fd = open(t->file, O_RDONLY | O_CLOEXEC);
	struct provoke_plan plan;
	long wrong;

	provoke_plan_make(&plan, seed, t->trial, t->tries, outcome);
	wrong = fd < 0 ? 0 : first_wrong(fd, &plan, t->result > 0);
	if (fd >= 0)
		close(fd);
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
		fprintf(stderr, "usage: meant SEED OUTCOME <TRIALS\n");
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
