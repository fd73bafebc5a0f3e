/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rescue_wait.h - findings whose page there is no time to save just now: they
 * are told when there is, or when they have waited for long enough.
 */
#ifndef DIRTYWATCH_RESCUE_WAIT_H
#define DIRTYWATCH_RESCUE_WAIT_H

#include "decode.h"
#include "finding.h"
#include "rescue.h"

/* Of each class. With the findings' names, 5 MiB. */
#define RESCUE_WAITING_MAX 256
/* A loss is an alarm; a page that is only stranded is still in memory. */
#define RESCUE_WAIT_LOST_NS 10000000000ULL
#define RESCUE_WAIT_STRANDED_NS 60000000000ULL

struct waiting {
	struct waiting *prev, *next;
	uint64_t until_ns;
	struct record record;
	struct finding finding;
};

/* Zero it to begin. */
struct rescue_waits {
	struct waiting *queues[FINDING_CLASS_MAX]; /* as they came */
	unsigned int counts[FINDING_CLASS_MAX];
};

/*
 * Takes the finding of this record, if its page is to be saved, and there is no
 * time `now` (ns), or others wait for it already. Returns whether it did; else
 * it is to be told now. `r` may be NULL: nothing is saved.
 */
bool rescue_waits_take(struct rescue_waits *w, struct rescuer *r,
		       const struct rescue_help *help,
		       const struct record *record, struct finding *f,
		       uint64_t now);

/*
 * The next finding that is to be told now, the caller's to free; NULL: none.
 * Losses come first. What has waited for too long comes whether there is time
 * or not, and so does all of it at the `last` look.
 */
struct waiting *rescue_waits_next(struct rescue_waits *w, struct rescuer *r,
				  uint64_t now, bool last);

/* The one of that window, which something more has happened to; or NULL. */
struct waiting *rescue_waits_of(struct rescue_waits *w, const char *id);

bool rescue_waits_any(const struct rescue_waits *w);

void rescue_waits_clear(struct rescue_waits *w);

#endif
