/* SPDX-License-Identifier: GPL-2.0 */
/*
 * self_test.h - do the hooks still see anything? A file of the tool's own is
 * written, synced and dropped from the page cache, by a process that may hang;
 * the hooks that must have seen that must have run. Nobody else's pages are
 * dropped.
 */
#ifndef DIRTYWATCH_SELF_TEST_H
#define DIRTYWATCH_SELF_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tracer.h"
#include "tracer_cost.h"

/* A filesystem that is frozen makes it wait for ever. */
#define SELF_TEST_LIMIT_NS 30000000000ULL

enum self_test_result {
	SELF_TEST_NONE, /* not yet, or never */
	SELF_TEST_PASSED,
	SELF_TEST_FAILED,
	SELF_TEST_IMPOSSIBLE, /* the file is not on btrfs, or cannot be */
	SELF_TEST_RESULT_MAX,
};

struct self_test {
	enum self_test_result result;
	char why[160];	    /* if it did not pass */
	uint64_t ended_ns;  /* the last one; CLOCK_MONOTONIC, as all here */
	uint64_t passed_ns; /* the last that passed; 0: none */
	uint64_t due_ns;    /* the next */
	/* One that goes on: */
	pid_t pid; /* 0: none */
	uint64_t began_ns;
	uint64_t written; /* pages, before */
	struct tracer_cost before;
};

/* "none", "passed", "failed", "impossible". */
const char *self_test_word(enum self_test_result result);

/*
 * Begins, goes on with or ends a test, if it is time. `every_ns`: from one to
 * the next, 0: never. Returns true if one has ended.
 */
bool self_test_tick(struct self_test *t, const char *file, uint64_t every_ns,
		    struct tracer *tracer, uint64_t now);

/* When it wants to be called at the latest; 0: no wish. */
uint64_t self_test_due(const struct self_test *t);

/* Ends what goes on, without a result. */
void self_test_stop(struct self_test *t);

/* What the process does. Returns 0 or -errno; -ENOTSUP: not on btrfs. */
int self_test_file(const char *file);

#endif
