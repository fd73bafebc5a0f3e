// SPDX-License-Identifier: GPL-2.0
/*
 * store_commit.c - rows get from the queue to the disk; what comes of it when
 * they do not.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "now.h"
#include "store_inside.h"

/* After a failure the next try is so late, then twice that, up to this. */
#define WAIT_NS 250000000ULL
#define WAIT_MAX_NS 30000000000ULL

/* The log is brought into the database when it is so large, or this part of
 * what is kept in all. */
#define LOG_PAGES 1000
#define LOG_SHARE 16
#define PAGE_BYTES 4096

/*
 * What the run committed is no longer in the store, or nobody knows: its new
 * row must not look as if it had found nothing.
 */
static void note_wreck(struct store *s)
{
	s->run_id = 0;
	if (!s->written)
		return;
	s->wreck.count++;
	s->wreck.from_ns = s->run->at_ns;
	s->wreck.to_ns = wall_ns();
	s->written = false;
	s->beat_ns = 0;
}

static void put_aside(struct store *s)
{
	struct store_found found;

	if (!store_db_aside(&s->db, found.aside)) {
		s->status.replaced++;
		memcpy(s->status.aside, found.aside, sizeof(found.aside));
	}
}

static void close_failed(struct store *s, enum store_trouble trouble)
{
	switch (trouble) {
	case STORE_locked:
		break; /* it is as good as before */
	case STORE_corrupt:
		if (s->db.write.db)
			put_aside(s);
		note_wreck(s);
		break;
	case STORE_gone:
		store_db_close(&s->db, true);
		note_wreck(s);
		break;
	default:
		store_db_close(&s->db, false);
	}
}

int store_failed(struct store *s, const struct store_error *e)
{
	if (e->trouble != s->status.trouble)
		s->status.since_ns = wall_ns();
	s->status.trouble = e->trouble;
	s->status.err = e->err;
	s->wait_ns = s->wait_ns ? s->wait_ns * 2 : WAIT_NS;
	if (s->wait_ns > WAIT_MAX_NS)
		s->wait_ns = WAIT_MAX_NS;
	close_failed(s, e->trouble);
	s->retry_at = now_ns() + s->wait_ns;
	return e->err;
}

int store_connect(struct store *s, bool whole, struct store_error *e)
{
	struct store_found found;
	int err = store_db_open(&s->db, s->path, whole, &found, e);

	if (found.aside[0]) {
		s->status.replaced++;
		memcpy(s->status.aside, found.aside, sizeof(found.aside));
	}
	if (found.made)
		note_wreck(s);
	return err;
}

static int write_gap(struct store *s, const struct store_gap *gap)
{
	struct store_row *row;
	int rc;

	if (!gap->count)
		return SQLITE_OK;
	row = store_row_blind(STORE_BLIND_UNSTORED, gap->count, gap->from_ns,
			      gap->to_ns, false);
	if (!row)
		return SQLITE_NOMEM;
	rc = store_write_row(&s->db.write, s->run_id, row);
	free(row);
	return rc;
}

/* After a commit of which nobody knows what became of it there may be one. */
static int write_run(struct store *s)
{
	int rc = SQLITE_OK;

	if (s->run_id)
		return SQLITE_OK;
	if (s->run_tried)
		rc = store_write_find(&s->db.write, s->run, &s->run_id);
	if (rc != SQLITE_OK || s->run_id)
		return rc;
	note_wreck(s);
	s->run_tried = true;
	rc = store_write_row(&s->db.write, 0, s->run);
	if (rc == SQLITE_OK)
		s->run_id = sqlite3_last_insert_rowid(s->db.write.db);
	return rc;
}

static int write_one(struct store *s, const struct store_row *row)
{
	return row ? store_write_row(&s->db.write, s->run_id, row) : SQLITE_OK;
}

static int write_rows(struct store *s)
{
	const struct store_row *row;
	int rc = write_run(s);

	for (row = s->queue.first; row && rc == SQLITE_OK; row = row->next)
		rc = write_one(s, row);
	if (rc == SQLITE_OK)
		rc = write_gap(s, &s->gap);
	if (rc == SQLITE_OK)
		rc = write_gap(s, &s->wreck);
	if (rc == SQLITE_OK)
		rc = write_one(s, s->beat);
	return rc == SQLITE_OK ? write_one(s, s->end) : rc;
}

/*
 * A reader that goes on and on keeps the log from being used anew, and it must
 * not fill the disk.
 */
static bool is_held(const struct store *s)
{
	return s->keep_bytes &&
	       store_file_log_bytes(s->db.path) > s->keep_bytes &&
	       store_db_checkpoint(&s->db, true) != SQLITE_OK;
}

static int transaction(struct store *s, struct store_error *e)
{
	const int64_t run_id = s->run_id;

	if (is_held(s)) {
		*e = (struct store_error){ STORE_locked, -EAGAIN, false };
		return e->err;
	}
	if (store_db_run(&s->db, "BEGIN IMMEDIATE") == SQLITE_OK &&
	    write_rows(s) == SQLITE_OK &&
	    store_db_run(&s->db, "COMMIT") == SQLITE_OK)
		return store_db_vouch(&s->db, e);
	store_db_error(&s->db, e);
	s->run_id = run_id;
	if (!sqlite3_get_autocommit(s->db.write.db))
		store_db_run(&s->db, "ROLLBACK");
	return e->err;
}

static void end_run(struct store *s)
{
	free(s->end);
	free(s->run);
	s->end = s->run = NULL;
	s->run_id = s->beat_ns = 0;
	s->run_tried = s->written = false;
}

static void committed(struct store *s)
{
	s->status.committed += s->queue.rows;
	store_queue_clear(&s->queue);
	s->gap = s->wreck = (struct store_gap){ 0 };
	s->written = true;
	if (s->beat)
		s->beat_ns = s->beat->at_ns;
	free(s->beat);
	s->beat = NULL;
	if (s->end)
		end_run(s);
	s->wait_ns = s->retry_at = 0;
	s->status.trouble = STORE_none;
	s->status.err = 0;
	s->status.since_ns = 0;
}

/*
 * Not SQLite's own way, in the commit: it would come before we knew that the
 * commit was one. What fails is in the log still, and so it is for another day.
 */
static void checkpoint(const struct store *s)
{
	const uint64_t share = s->keep_bytes / LOG_SHARE / PAGE_BYTES;
	const bool small = s->keep_bytes && share < LOG_PAGES;

	if (s->db.log_pages >= (small ? (int)share : LOG_PAGES))
		(void)store_db_checkpoint(&s->db, false);
}

/* Are there rows, or is it time for what else there is? */
static bool is_due(const struct store *s)
{
	if (s->queue.first || s->end || s->gap.count || s->wreck.count ||
	    !s->run_id)
		return true;
	return s->beat && s->beat->at_ns - s->beat_ns >= STORE_BEAT_NS;
}

int store_commit(struct store *s)
{
	struct store_error e;

	if (s->read_only)
		return -EROFS;
	if (s->retry_at && now_ns() < s->retry_at)
		return s->status.err;
	if (!s->run || (s->status.trouble == STORE_none && !is_due(s)))
		return 0;
	if ((!s->db.write.db && store_connect(s, false, &e)) ||
	    transaction(s, &e))
		return store_failed(s, &e);
	committed(s);
	checkpoint(s);
	return 0;
}
