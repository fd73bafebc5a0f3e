/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ratelimit.h - which findings are said, when more come than anybody reads.
 *
 * Pure: its only clock are the times in the findings, so that the same ones in
 * the same order are always said and left out alike, live or from a recording.
 * Each kind has a budget of its own for a second: no flood of near misses can
 * hide a loss.
 */
#ifndef DIRTYWATCH_RATELIMIT_H
#define DIRTYWATCH_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"

#define RATELIMIT_DEFAULT 1000
#define RATELIMIT_MAX 1000000UL
/* The limit that a recording tells; of anything else, the default. */
#define RATELIMIT_AS_TOLD UINT32_MAX
#define RATELIMIT_NS 1000000000ULL

/* A class of findings each, and writers' own retries apart from stale reads. */
#define LEFT_OWN_RETRY FINDING_CLASS_MAX
#define LEFT_KINDS (FINDING_CLASS_MAX + 1)

/* Findings that were left out, and when they were observed. */
struct left_out {
	uint64_t total; /* 0: none, and the rest is zero too */
	uint64_t count[LEFT_KINDS];
	uint64_t first_ns;
	uint64_t last_ns;
};

/* Zero it to begin: no limit. */
struct ratelimit {
	uint32_t max; /* findings of a kind in a second, 0: all */
	bool running;
	uint64_t from_ns; /* where the second began */
	uint32_t said[LEFT_KINDS];
	struct left_out left;
};

/* Below LEFT_KINDS. */
unsigned int ratelimit_kind(const struct finding *f);

/* "lost", "near-miss", ..., "own-retry"; never NULL. */
const char *ratelimit_word(unsigned int kind);

/*
 * How many of a kind may be said in a second: what tells of data that is gone
 * or in danger gets all of `max`, the rest a quarter, and each at least one.
 */
uint32_t ratelimit_budget(uint32_t max, unsigned int kind);

/* Is a second over at time `ns`? What it left out should be said then. */
bool ratelimit_over(const struct ratelimit *l, uint64_t ns);

/* Would the finding be left out? */
bool ratelimit_full(const struct ratelimit *l, const struct finding *f);

/* Counts the finding. Returns whether it is to be said. */
bool ratelimit_take(struct ratelimit *l, const struct finding *f);

/* The same of anything of that kind, at a time of its own. */
bool ratelimit_take_at(struct ratelimit *l, unsigned int kind, uint64_t ns);

/* Gives what was left out since the last such call. */
struct left_out ratelimit_left(struct ratelimit *l);

#endif
