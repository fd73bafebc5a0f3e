/* SPDX-License-Identifier: GPL-2.0 */
/*
 * covered.h - what was watched of an interval, host by host, when it was blind,
 * and when nobody looked. Pure but for memory.
 */
#ifndef DIRTYWATCH_COVERED_H
#define DIRTYWATCH_COVERED_H

#include "spans.h"
#include "stored.h"

/* Strings here and below are those of the stores. */
struct covered_host {
	const char *name;
	struct spans watched;	/* without what is blind */
	struct spans blind;	/* evidence went missing, or it was killed */
	struct spans unwatched; /* the rest of the interval */
};

/* One kind of blindness on one host, all of its intervals together. */
struct covered_kind {
	const char *host;
	const char *kind;
	uint64_t count;
	int64_t from_ns;
	int64_t to_ns;
};

/* A watch that was ended by force, and when the next one of its boot began. */
struct covered_gap {
	const char *host;
	int64_t from_ns;
	int64_t to_ns;
};

struct covered {
	struct covered_host *hosts;
	size_t host_count;
	struct covered_kind *kinds;
	size_t kind_count;
	struct covered_gap *gaps;
	size_t gap_count;
	int64_t from_ns; /* the interval, or if it is open: what there is */
	int64_t to_ns;
	int64_t watched_ns; /* of all hosts together, as are these */
	int64_t blind_ns;
	int64_t unwatched_ns;
	uint64_t runs;
	uint64_t unended;  /* did not end in order, or go on */
	uint64_t written;  /* pages written back, as far as is known */
	bool written_most; /* a part of them was outside of the interval */
	bool written_known;
};

/*
 * Fills *c, which is to be freed by covered_free() in any case, for times from
 * `since_ns` (0: open) up to `until_ns` (INT64_MAX: open). Returns 0 or
 * -ENOMEM.
 */
int covered_of(struct covered *c, const struct stored *stores, size_t count,
	       int64_t since_ns, int64_t until_ns, int64_t now_ns);

/* Is evidence missing? */
bool covered_is_blind(const struct covered *c);

/* Losses that runs inside of the interval counted, and no row shows. */
uint64_t covered_forgotten(const struct stored *stores, size_t count,
			   int64_t since_ns, int64_t until_ns);

void covered_free(struct covered *c);

#endif
