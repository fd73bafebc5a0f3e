/* SPDX-License-Identifier: GPL-2.0 */
/* store_inside.h - what the parts of the store share, and nobody else. */
#ifndef DIRTYWATCH_STORE_INSIDE_H
#define DIRTYWATCH_STORE_INSIDE_H

#include "store.h"
#include "store_db.h"
#include "store_row.h"

/* Rows that are not in the store: how many, and of which time. */
struct store_gap {
	uint64_t count;
	int64_t from_ns;
	int64_t to_ns;
};

struct store {
	struct store_db db;
	char path[STORE_PATH_LEN]; /* as given */
	uint32_t keep_days;
	uint64_t keep_bytes;
	bool read_only;
	/* The run, its latest beat and its end; NULL: none. */
	struct store_row *run, *beat, *end;
	int64_t run_id;	 /* 0: not known to be in this database */
	bool run_tried;	 /* it may be in the database nevertheless */
	bool written;	 /* some of the run was committed... */
	int64_t beat_ns; /* ...and this much of its beats */
	struct store_queue queue;
	struct store_gap gap;	/* that did not fit into the queue */
	struct store_gap wreck; /* that were committed, and are gone */
	uint64_t retry_at;	/* ns of CLOCK_MONOTONIC, 0: at once */
	uint64_t wait_ns;	/* before that try, 0: the last one was well */
	struct store_status status;
};

/* Opens the database, and takes note of what was found in its place. */
int store_connect(struct store *s, bool whole, struct store_error *e);

/* Takes note of a try that failed, and when to try again. Returns e->err. */
int store_failed(struct store *s, const struct store_error *e);

#endif
