// SPDX-License-Identifier: GPL-2.0
/*
 * store_tidy.c - what is too old, or too much, goes; what has lost evidence
 * says so.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>

#include "store_inside.h"

#define DAY_NS 86400000000000LL
#define STEP_ROWS 256
#define STEP_PAGES 512
/* A log, or free pages, that are worth the work of giving them back. */
#define SPARE_BYTES (1ULL << 20)
#define SPARE_SHARE 16 /* of the size that is kept, if that is less */

/*
 * A row of what goes. `marks`: without it a run could look as if it had found
 * nothing. These do not, and go first when there is too much: no harm came of
 * them, and there are the most of them.
 */
#define HARMLESS "'near-miss', 'superseded', 'void'"
#define FINDINGS                                                               \
	"SELECT id, run, at_ns, class NOT IN (" HARMLESS ") FROM finding "
#define STALE_READS "SELECT id, run, at_ns, 0 FROM stale_read "
#define BLINDS                                                                 \
	"SELECT id, run, to_ns, 1 FROM blind"                                  \
	" WHERE kind <> '" STORE_BLIND_REMOVED "' "
/* ?1: rows; ?2: the age's limit; ?3: the run that goes on. */
#define OLDEST "ORDER BY at_ns LIMIT ?1"
#define OLDEST_TO "ORDER BY to_ns LIMIT ?1"

struct pick {
	const char *from; /* the table */
	const char *rows; /* and which of its rows */
};

static const struct pick by_age[] = {
	{ "finding", FINDINGS "WHERE at_ns < ?2 " OLDEST },
	{ "stale_read", STALE_READS "WHERE at_ns < ?2 " OLDEST },
	{ "blind", BLINDS "AND to_ns < ?2 " OLDEST_TO },
	/* What it has left are marks of what it had. */
	{ "run",
	  "SELECT id, id, begin_ns, 0 FROM run WHERE id <> ?3"
	  " AND coalesce(end_ns, covered_ns) < ?2"
	  " AND NOT EXISTS (SELECT 1 FROM finding WHERE finding.run = run.id)"
	  " AND NOT EXISTS (SELECT 1 FROM stale_read"
	  " WHERE stale_read.run = run.id) LIMIT ?1" },
};

static const struct pick by_size[] = {
	{ "finding", FINDINGS "WHERE class = 'near-miss' " OLDEST },
	{ "finding", FINDINGS "WHERE class = 'superseded' " OLDEST },
	{ "finding", FINDINGS "WHERE class = 'void' " OLDEST },
	{ "stale_read", STALE_READS OLDEST },
	{ "finding", FINDINGS OLDEST },
	{ "blind", BLINDS OLDEST_TO },
	{ "run", "SELECT id, id, begin_ns, 0 FROM run WHERE id <> ?3"
		 " ORDER BY id LIMIT ?1" },
};

static const char mark[] =
	"INSERT INTO blind (run, kind, count, from_ns, to_ns, open)"
	" SELECT v.run, '" STORE_BLIND_REMOVED "', count(*), r.begin_ns,"
	" max(r.begin_ns, max(v.at_ns)), 0"
	" FROM victim v JOIN run r ON r.id = v.run WHERE v.marks GROUP BY v.run"
	" ON CONFLICT (run, kind, from_ns) DO UPDATE SET"
	" count = count + excluded.count, to_ns = max(to_ns, excluded.to_ns)";

/* Runs a statement; values that it has no place for are left out. */
static int run(const struct store *s, const char *sql, int64_t before_ns,
	       int64_t *changed)
{
	const int64_t values[] = { STEP_ROWS, before_ns, s->run_id };
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db.write.db, sql, -1, &st, NULL);

	for (int i = 0; rc == SQLITE_OK && i < 3; i++)
		if (i < sqlite3_bind_parameter_count(st))
			rc = sqlite3_bind_int64(st, i + 1, values[i]);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	sqlite3_finalize(st);
	if (changed)
		*changed = sqlite3_changes(s->db.write.db);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int pick_rows(const struct store *s, const struct pick *p,
		     int64_t before_ns, int64_t *rows)
{
	char sql[512];

	snprintf(sql, sizeof(sql), "INSERT INTO victim %s", p->rows);
	return run(s, sql, before_ns, rows);
}

static int remove_picked(const struct store *s, const struct pick *p)
{
	char sql[128];
	int rc = run(s, mark, 0, NULL);

	snprintf(sql, sizeof(sql),
		 "DELETE FROM %s WHERE id IN (SELECT id FROM victim)", p->from);
	if (rc == SQLITE_OK)
		rc = run(s, sql, 0, NULL);
	if (rc == SQLITE_OK)
		rc = run(s, "DELETE FROM victim", 0, NULL);
	return rc;
}

/* Those of the first pick that finds any; *rows: how many. */
static int remove_some(const struct store *s, const struct pick *picks,
		       size_t count, int64_t before_ns, int64_t *rows)
{
	int rc = SQLITE_OK;

	*rows = 0;
	for (size_t i = 0; i < count && rc == SQLITE_OK && !*rows; i++) {
		rc = pick_rows(s, &picks[i], before_ns, rows);
		if (rc == SQLITE_OK && *rows)
			rc = remove_picked(s, &picks[i]);
	}
	return rc;
}

struct pages {
	int64_t all;
	int64_t free;
	int64_t size;
};

static int count_pages(const struct store *s, struct pages *p)
{
	int rc = store_db_number(&s->db, "PRAGMA page_count", &p->all);

	if (rc == SQLITE_OK)
		rc = store_db_number(&s->db, "PRAGMA freelist_count", &p->free);
	if (rc == SQLITE_OK)
		rc = store_db_number(&s->db, "PRAGMA page_size", &p->size);
	return rc;
}

/* An eighth is for the log, and for SQLite's index of it. */
static bool is_too_much(const struct store *s, const struct pages *p)
{
	return s->keep_bytes && (uint64_t)((p->all - p->free) * p->size) >
					s->keep_bytes - s->keep_bytes / 8;
}

static int remove_due(const struct store *s, const struct pages *p, int64_t now,
		      int64_t *rows)
{
	const int64_t before_ns = now - s->keep_days * DAY_NS;
	int rc = SQLITE_OK;

	*rows = 0;
	if (s->keep_days)
		rc = remove_some(s, by_age, sizeof(by_age) / sizeof(by_age[0]),
				 before_ns, rows);
	if (rc == SQLITE_OK && !*rows && is_too_much(s, p))
		rc = remove_some(s, by_size,
				 sizeof(by_size) / sizeof(by_size[0]), 0, rows);
	return rc;
}

static uint64_t spare_bytes(const struct store *s)
{
	const uint64_t share = s->keep_bytes / SPARE_SHARE;

	return s->keep_bytes && share < SPARE_BYTES ? share : SPARE_BYTES;
}

/* Free pages go back if they are many, or needed; *more: there are more. */
static int shrink(const struct store *s, const struct pages *p, bool *more)
{
	const uint64_t spare = (uint64_t)(p->free * p->size);
	const bool over =
		s->keep_bytes && store_file_bytes(s->db.path) > s->keep_bytes;
	char sql[64];

	*more = false;
	if (!p->free || (spare < spare_bytes(s) && !over))
		return SQLITE_OK;
	*more = p->free > STEP_PAGES;
	snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)", STEP_PAGES);
	return store_db_run(&s->db, sql);
}

/* The step is one transaction: the mark is there as soon as the rows are not.
 */
static int step(struct store *s, int64_t now, int64_t *rows, bool *more)
{
	struct pages p;
	int rc = store_db_run(&s->db, "CREATE TEMP TABLE IF NOT EXISTS victim ("
				      "id INTEGER PRIMARY KEY, run INTEGER,"
				      " at_ns INTEGER, marks INTEGER);"
				      "BEGIN IMMEDIATE");

	if (rc == SQLITE_OK)
		rc = count_pages(s, &p);
	if (rc == SQLITE_OK)
		rc = remove_due(s, &p, now, rows);
	if (rc == SQLITE_OK)
		rc = count_pages(s, &p);
	if (rc == SQLITE_OK)
		rc = shrink(s, &p, more);
	return rc == SQLITE_OK ? store_db_run(&s->db, "COMMIT") : rc;
}

int store_tidy(struct store *s, int64_t now_ns)
{
	struct store_error e;
	int64_t rows = 0;
	bool more = false;
	int err;

	if (!s->db.write.db || s->read_only)
		return 0;
	if (step(s, now_ns, &rows, &more) != SQLITE_OK)
		err = store_db_error(&s->db, &e);
	else
		err = store_db_vouch(&s->db, &e);
	if (err) {
		if (!sqlite3_get_autocommit(s->db.write.db))
			store_db_run(&s->db, "ROLLBACK");
		return store_failed(s, &e);
	}
	s->status.removed += (uint64_t)rows;
	/* A reader may need the log: next time then. */
	if (store_file_log_bytes(s->db.path) > spare_bytes(s))
		(void)store_db_checkpoint(&s->db, true);
	return rows || more;
}
