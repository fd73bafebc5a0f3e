/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stored.h - the store of findings, read: SQLite, see
 * btrfs-dirtywatch-store(5). Nobody vouches for what is in it: what is of
 * another type or longer than it can be is counted, and left out.
 */
#ifndef DIRTYWATCH_STORED_H
#define DIRTYWATCH_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finding.h"

#define STORED_DEFAULT "/var/lib/btrfs-dirtywatch/findings.db"
#define STORED_JSON_MAX (256 << 10)
#define STORED_BYTES_MAX                                                       \
	(UINT64_C(1) << 60) /* of a finding; no file is longer */

struct sqlite3;
struct sqlite3_stmt;

/* One watch. Times are ns of CLOCK_REALTIME. */
struct stored_run {
	int64_t id;
	char *host;
	char *boot;
	char *kernel; /* these may be NULL: not known */
	char *version;
	int64_t begin_ns;
	int64_t covered_ns; /* watched until then */
	bool ended;	    /* in order */
	bool counted;	    /* these are known: */
	uint64_t written;
	uint64_t lost; /* pages, and inodes evicted dirty */
	uint64_t seen; /* such findings that were read from the store */
};

/* An interval in which evidence went missing. */
struct stored_blind {
	size_t run; /* index */
	char *kind;
	uint64_t count;
	int64_t from_ns;
	int64_t to_ns;
};

struct stored {
	const char *path;
	struct sqlite3 *db;
	bool alone;		 /* nobody had it open; see stored_close() */
	struct stored_run *runs; /* by their ids */
	size_t run_count;
	struct stored_blind *blinds;
	size_t blind_count;
	uint64_t unreadable; /* rows, so far */
};

/* Strings may be NULL: not known. They live until the next row. */
struct stored_finding {
	int64_t row;
	size_t run; /* index in stored.runs */
	enum finding_class class;
	int64_t at_ns;
	uint64_t bytes;
	const char *window; /* its id; not NULL */
	const char *path;
	const char *writer;
	const char *dropper;
	const char *way;
	const char *json; /* if it was asked for; not parsed */
};

/* Of a page that was lost: who read the old bytes. */
struct stored_stale {
	int64_t at_ns;
	char *json;
};

/* Does the file begin as a store? False too if it cannot be read. */
bool stored_is(const char *path);

/*
 * Opens a store to read, and reads its runs and blind intervals. Returns 0, or
 * a negative errno: it was said why. *s is then as stored_close() leaves it.
 */
int stored_open(struct stored *s, const char *path);

/*
 * Returns 0, or -EAGAIN, which was said: somebody began to write to it
 * meanwhile, so that what was read may be wrong.
 */
int stored_close(struct stored *s);

/* Which findings, and in which order. */
struct stored_query {
	int64_t since_ns; /* of at_ns; */
	int64_t until_ns; /* not included */
	uint32_t classes; /* bits of enum finding_class; 0: all */
	enum stored_order { STORED_ANY, STORED_OLDEST, STORED_NEWEST } order;
	uint64_t limit; /* 0: none */
	bool json;
};

/* A statement, for stored_next() and sqlite3_finalize(); NULL: it was said. */
struct sqlite3_stmt *stored_findings(struct stored *s,
				     const struct stored_query *q);

/* 1: *f is the next one, 0: there is no more, or a negative errno: said. */
int stored_next(struct stored *s, struct sqlite3_stmt *rows,
		struct stored_finding *f);

/*
 * Who read a lost page back, at most `max` of them, the first ones first.
 * Returns how many, to be freed; or a negative errno, which was said.
 */
int stored_stale(struct stored *s, int64_t run, const char *window,
		 struct stored_stale *stale, int max);

/* Of the interval, all together; a negative errno was said. */
int64_t stored_stale_count(struct stored *s, int64_t since_ns,
			   int64_t until_ns);

/* The class with that name; FINDING_CLASS_MAX: there is none. */
enum finding_class stored_class(const char *word);

/* For both files that are behind this. Says what failed; returns -EIO. */
int stored_complain(const struct stored *s);

/* Reads runs and blind intervals. Returns 0 or a negative errno, as said. */
int stored_read_runs(struct stored *s);

/* The index of the run with that id; run_count: there is none. */
size_t stored_run_index(const struct stored *s, int64_t id);

/* A column's text: NULL if it has none, is no text, has a NUL, or is longer. */
const char *stored_text(struct sqlite3_stmt *row, int column, size_t max);

/* Returns whether the column is a number from 0 up to `max`. */
bool stored_number(struct sqlite3_stmt *row, int column, int64_t max,
		   int64_t *value);

#endif
