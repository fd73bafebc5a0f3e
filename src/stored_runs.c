// SPDX-License-Identifier: GPL-2.0
/* stored_runs.c - see stored.h: what was watched, and when it was blind. */
#include <errno.h>
#include <json-c/json.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "stored.h"

#define NAME_MAX_LEN 255 /* of a host, a kernel, a kind */
#define ROWS_MAX 100000	 /* of each of both */

const char *stored_text(sqlite3_stmt *row, int column, size_t max)
{
	const char *text;
	size_t len;

	if (sqlite3_column_type(row, column) != SQLITE_TEXT)
		return NULL;
	text = (const char *)sqlite3_column_text(row, column);
	len = (size_t)sqlite3_column_bytes(row, column);
	return text && len <= max && strlen(text) == len ? text : NULL;
}

bool stored_number(sqlite3_stmt *row, int column, int64_t max, int64_t *value)
{
	*value = sqlite3_column_int64(row, column);
	return sqlite3_column_type(row, column) == SQLITE_INTEGER &&
	       *value >= 0 && *value <= max;
}

/* NULL or text that is not too long; anything else is an error. */
static bool copy_text(sqlite3_stmt *row, int column, char **copy)
{
	const char *text = stored_text(row, column, NAME_MAX_LEN);

	if (!text)
		return sqlite3_column_type(row, column) == SQLITE_NULL;
	*copy = strdup(text);
	return *copy != NULL;
}

static bool counter(struct json_object *all, const char *name, uint64_t *value)
{
	struct json_object *one;

	if (!json_object_object_get_ex(all, name, &one) ||
	    !json_object_is_type(one, json_type_int) ||
	    json_object_get_int64(one) < 0)
		return false;
	*value += json_object_get_uint64(one);
	return true;
}

/* Counters are known when a watch has ended, or as its state is kept. */
static void read_counters(struct stored_run *run, const char *json)
{
	struct json_object *all = json ? json_tokener_parse(json) : NULL;

	run->counted = json_object_is_type(all, json_type_object) &&
		       counter(all, "written", &run->written) &&
		       counter(all, "lost", &run->lost);
	if (run->counted)
		counter(all, "evicted_dirty", &run->lost);
	json_object_put(all);
}

static bool read_run(sqlite3_stmt *row, struct stored_run *run)
{
	int64_t end;

	if (!stored_number(row, 0, INT64_MAX, &run->id) ||
	    !copy_text(row, 1, &run->host) || !copy_text(row, 2, &run->boot) ||
	    !copy_text(row, 3, &run->kernel) ||
	    !copy_text(row, 4, &run->version) || !run->host || !run->boot ||
	    !stored_number(row, 5, INT64_MAX, &run->begin_ns) ||
	    !stored_number(row, 6, INT64_MAX, &run->covered_ns))
		return false;
	run->ended = stored_number(row, 7, INT64_MAX, &end);
	read_counters(run, stored_text(row, 8, STORED_JSON_MAX));
	return true;
}

static void free_run(struct stored_run *run)
{
	free(run->host);
	free(run->boot);
	free(run->kernel);
	free(run->version);
}

static bool take_run(struct stored *s, sqlite3_stmt *row)
{
	struct stored_run run = { 0 };
	struct stored_run *all;

	all = read_run(row, &run)
		      ? reallocarray(s->runs, s->run_count + 1, sizeof(run))
		      : NULL;
	if (!all) {
		free_run(&run);
		return false;
	}
	s->runs = all;
	s->runs[s->run_count++] = run;
	return true;
}

static int by_id(const void *key, const void *run)
{
	int64_t id = *(const int64_t *)key;
	int64_t other = ((const struct stored_run *)run)->id;

	return (id > other) - (id < other);
}

size_t stored_run_index(const struct stored *s, int64_t id)
{
	const struct stored_run *run = NULL;

	if (s->run_count)
		run = bsearch(&id, s->runs, s->run_count, sizeof(*run), by_id);
	return run ? (size_t)(run - s->runs) : s->run_count;
}

static bool take_blind(struct stored *s, sqlite3_stmt *row)
{
	const char *kind = stored_text(row, 1, NAME_MAX_LEN);
	struct stored_blind b = { 0 };
	struct stored_blind *all;
	int64_t id, count, open;

	if (!kind || !stored_number(row, 0, INT64_MAX, &id) ||
	    !stored_number(row, 2, INT64_MAX, &count) ||
	    !stored_number(row, 3, INT64_MAX, &b.from_ns) ||
	    !stored_number(row, 4, INT64_MAX, &b.to_ns) ||
	    !stored_number(row, 5, 1, &open))
		return false;
	b.run = stored_run_index(s, id);
	if (b.run == s->run_count)
		return false;
	/* It goes on as long as the watch that it belongs to. */
	if (open && b.to_ns < s->runs[b.run].covered_ns)
		b.to_ns = s->runs[b.run].covered_ns;
	b.count = (uint64_t)count;
	b.kind = strdup(kind);
	all = reallocarray(s->blinds, s->blind_count + 1, sizeof(b));
	if (!b.kind || !all) {
		free(b.kind);
		return false;
	}
	s->blinds = all;
	s->blinds[s->blind_count++] = b;
	return true;
}

/* Has `take` take each row; those that it does not are counted. */
static int each_row(struct stored *s, const char *sql,
		    bool (*take)(struct stored *, sqlite3_stmt *))
{
	sqlite3_stmt *row = NULL;
	int rows = 0;
	int err = -EIO;

	if (sqlite3_prepare_v2(s->db, sql, -1, &row, NULL))
		return stored_complain(s);
	while ((err = sqlite3_step(row)) == SQLITE_ROW && rows++ < ROWS_MAX)
		if (!take(s, row))
			s->unreadable++;
	if (err == SQLITE_ROW) {
		complain("'%s' has too many runs or blind intervals; "
			 "no watch makes so many",
			 s->path);
		err = -E2BIG;
	} else {
		err = err == SQLITE_DONE ? 0 : stored_complain(s);
	}
	sqlite3_finalize(row);
	return err;
}

int stored_read_runs(struct stored *s)
{
	int err = each_row(s,
			   "SELECT id, host, boot, kernel, version, begin_ns,"
			   " covered_ns, end_ns, counters FROM run"
			   " ORDER BY id",
			   take_run);

	return err ? err
		   : each_row(s,
			      "SELECT run, kind, count, from_ns, to_ns, open"
			      " FROM blind ORDER BY from_ns, id",
			      take_blind);
}
