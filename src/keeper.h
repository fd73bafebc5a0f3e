/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keeper.h - where the daemon's findings go: into the store, and when they are
 * there, into the journal; and into the metrics. It is a report, as the
 * printers are.
 */
#ifndef DIRTYWATCH_KEEPER_H
#define DIRTYWATCH_KEEPER_H

#include "config.h"
#include "journal.h"
#include "metrics.h"
#include "report.h"
#include "store.h"
#include "tracer_cost.h"

/* Findings that wait for the store, before the journal gets them. */
#define KEEPER_TOLD_MAX 64

struct keeper {
	struct report report; /* first: what a printer's functions get */
	struct store *store;
	struct journal journal;
	struct metrics metrics;
	struct finding *told[KEEPER_TOLD_MAX];
	unsigned int told_count;
	enum store_trouble trouble; /* as was said last */
	struct tracer_cost cost;    /* as was read last */
	uint64_t armed_ns;	    /* CLOCK_MONOTONIC; 0: it is not armed */
	uint64_t findings[FINDING_CLASS_MAX]; /* of this daemon's life */
	struct summary sums;	 /* of the watch: counters, rescue, heal */
	uint64_t written_before; /* it was armed: pages, of all filesystems */
	const char *mount;
	bool guard;
	bool unexported; /* the textfile could not be written, and that was said
			  */
};

/*
 * Opens the store and the journal. Returns 0, or an exit code with the reason
 * on stderr: a store that cannot be written now is no reason, one that never
 * can is.
 */
int keeper_open(struct keeper *k, const struct config *c);

/*
 * The watch is within sight of the summary `s`, blindness and all. `told`: so
 * is every finding that is known, and until now nothing is missing.
 */
void keeper_look(struct keeper *k, const struct summary *s,
		 const struct blindness *b, bool told);

/*
 * Writes what waits into the store, then into the journal. To be called after
 * each wake-up.
 */
void keeper_settle(struct keeper *k);

/*
 * The watch is over, and its table of symbols is gone: what waits still is told
 * without them.
 */
void keeper_unnamed(struct keeper *k);

/* Nobody watched from `from_ns` until now; CLOCK_REALTIME. */
void keeper_paused(struct keeper *k, int64_t from_ns);

/* Writes the textfile, if there is to be one. */
void keeper_export(struct keeper *k, const struct config *c);

/*
 * Filesystems that are mounted have series of their own before anything is
 * lost there, so that the first loss is an increase.
 */
void keeper_filesystems(struct keeper *k);

void keeper_close(struct keeper *k);

#endif
