/* SPDX-License-Identifier: GPL-2.0 */
/* groups.h - findings added up by a name. */
#ifndef DIRTYWATCH_GROUPS_H
#define DIRTYWATCH_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "finding.h"

/* As much as is kept of names; those behind it are one group together. */
#define GROUPS_BYTES_MAX (512 << 20)

/* What matters of a class. */
enum harm {
	HARM_LOST,     /* lost, evicted-dirty */
	HARM_STRANDED, /* in memory only */
	HARM_NEAR,     /* near-miss */
	HARM_NONE,
	HARM_MAX,
};

enum harm harm_of(enum finding_class class);

struct group {
	const char *name; /* "": not known; NULL: those behind the limit */
	uint64_t count[HARM_MAX];
	uint64_t bytes;
	int64_t first_ns;
	int64_t last_ns;
};

struct groups;

/* NULL: no memory. */
struct groups *groups_new(void);

/* One more finding of the group that is called `host`, if not NULL, a colon
 * and `name`. Returns 0 or -ENOMEM. */
int groups_add(struct groups *g, const char *host, const char *name,
	       enum harm harm, uint64_t bytes, int64_t at_ns);

/*
 * All groups; the first `most` are sorted: those with most losses first, then
 * by bytes and by name. They live as long as `g`; the array is to be freed.
 * NULL: no memory.
 */
const struct group **groups_sorted(const struct groups *g, size_t most,
				   size_t *count);

void groups_free(struct groups *g);

#endif
