/* SPDX-License-Identifier: GPL-2.0 */
/* tally.h - all findings that were asked for, added up in one pass. */
#ifndef DIRTYWATCH_TALLY_H
#define DIRTYWATCH_TALLY_H

#include "groups.h"
#include "stored.h"

#define TALLY_BINS 96 /* of time, in the chart */

enum tally_by {
	BY_FILE,
	BY_WRITER,
	BY_DROPPER,
	BY_HOST,
	BY_MAX,
};

/* "file", "writer", ... */
extern const char *const tally_by_words[BY_MAX];

struct tally {
	uint64_t count[FINDING_CLASS_MAX];
	uint64_t harm[HARM_MAX];
	uint64_t bytes;	  /* of what is lost or stranded, as much as fits */
	int64_t first_ns; /* of what is lost or stranded, 0: nothing is */
	int64_t last_ns;
	uint32_t by;	  /* bits of the groups that are wanted */
	uint32_t classes; /* bits of those that are in the groups */
	bool fleet;	  /* names of files have their host's in front */
	struct groups *groups[BY_MAX];
	bool charted; /* the interval of the chart is known: */
	int64_t from_ns;
	int64_t to_ns;
	uint64_t bins[TALLY_BINS][HARM_MAX];
};

/* `by`, `classes` and so on are given. Returns 0 or -ENOMEM. */
int tally_init(struct tally *t);

/* One more; `s` is the store that it is from. Returns 0 or -ENOMEM. */
int tally_add(struct tally *t, struct stored *s,
	      const struct stored_finding *f);

void tally_free(struct tally *t);

#endif
