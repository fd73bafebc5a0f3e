// SPDX-License-Identifier: GPL-2.0
/* stored_read.c - see stored.h: the findings. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "stored.h"

#define COMM_MAX 64 /* of a task, escaped or not */

/* Columns of a query for findings, in this order. */
enum column {
	COL_ID,
	COL_RUN,
	COL_CLASS,
	COL_AT,
	COL_BYTES,
	COL_WINDOW,
	COL_PATH,
	COL_WRITER,
	COL_DROPPER,
	COL_WAY,
	COL_JSON,
};

enum finding_class stored_class(const char *word)
{
	enum finding_class c = 0;

	while (c < FINDING_CLASS_MAX &&
	       strcmp(word, finding_class_word(c)) != 0)
		c++;
	return c;
}

/* Our own words only. */
static void put_classes(FILE *sql, uint32_t classes)
{
	const char *gap = " AND class IN (";

	for (unsigned int c = 0; c < FINDING_CLASS_MAX; c++) {
		if (!(classes >> c & 1))
			continue;
		fprintf(sql, "%s'%s'", gap, finding_class_word(c));
		gap = ",";
	}
	if (*gap == ',')
		putc(')', sql);
}

/* An interval that is all of time is no condition: no index is to be used. */
static bool is_bounded(const struct stored_query *q)
{
	return q->since_ns > 0 || q->until_ns < INT64_MAX;
}

static char *sql_of(const struct stored_query *q)
{
	static const char *const orders[] = {
		[STORED_ANY] = "",
		[STORED_OLDEST] = " ORDER BY at_ns",
		[STORED_NEWEST] = " ORDER BY at_ns DESC",
	};
	char *text = NULL;
	size_t len = 0;
	FILE *sql = open_memstream(&text, &len);
	bool whole;

	if (!sql)
		return NULL;
	fprintf(sql,
		"SELECT id, run, class, at_ns, bytes, window, path,"
		" writer, dropper, way, %s FROM finding WHERE %s",
		q->json ? "json" : "NULL",
		is_bounded(q) ? "at_ns >= ?1 AND at_ns < ?2" : "1");
	put_classes(sql, q->classes);
	fputs(orders[q->order], sql);
	fputs(q->limit ? " LIMIT ?3" : "", sql);
	whole = !ferror(sql);
	if (fclose(sql) || !whole) {
		free(text);
		return NULL;
	}
	return text;
}

/* A parameter that the query does not have needs no value. */
static bool bind(sqlite3_stmt *row, int at, int64_t value)
{
	return at > sqlite3_bind_parameter_count(row) ||
	       !sqlite3_bind_int64(row, at, value);
}

sqlite3_stmt *stored_findings(struct stored *s, const struct stored_query *q)
{
	char *sql = sql_of(q);
	sqlite3_stmt *rows = NULL;

	if (!sql) {
		complain("out of memory; end other programs and try again");
		return NULL;
	}
	if (sqlite3_prepare_v2(s->db, sql, -1, &rows, NULL) ||
	    (is_bounded(q) &&
	     (!bind(rows, 1, q->since_ns) || !bind(rows, 2, q->until_ns))) ||
	    !bind(rows, 3, (int64_t)q->limit)) {
		stored_complain(s);
		sqlite3_finalize(rows);
		rows = NULL;
	}
	free(sql);
	return rows;
}

/* NULL is not known; what is neither that nor text makes the row unreadable. */
static bool optional(sqlite3_stmt *row, int column, size_t max,
		     const char **text)
{
	*text = stored_text(row, column, max);
	return *text || sqlite3_column_type(row, column) == SQLITE_NULL;
}

static bool read_numbers(sqlite3_stmt *row, struct stored_finding *f)
{
	int64_t bytes = 0;
	bool good = stored_number(row, COL_ID, INT64_MAX, &f->row) &&
		    stored_number(row, COL_AT, INT64_MAX, &f->at_ns) &&
		    stored_number(row, COL_BYTES, (int64_t)STORED_BYTES_MAX,
				  &bytes);

	f->bytes = (uint64_t)bytes;
	return good;
}

static bool read_finding(const struct stored *s, sqlite3_stmt *row,
			 struct stored_finding *f)
{
	const char *class = stored_text(row, COL_CLASS, 32);
	int64_t run;

	f->window = stored_text(row, COL_WINDOW, FINDING_ID_LEN - 1);
	if (!class || !f->window ||
	    !stored_number(row, COL_RUN, INT64_MAX, &run))
		return false;
	f->class = stored_class(class);
	f->run = stored_run_index(s, run);
	return f->class < FINDING_CLASS_MAX && f->run < s->run_count &&
	       read_numbers(row, f) &&
	       optional(row, COL_PATH, FINDING_PATH_LEN - 1, &f->path) &&
	       optional(row, COL_WRITER, COMM_MAX, &f->writer) &&
	       optional(row, COL_DROPPER, COMM_MAX, &f->dropper) &&
	       optional(row, COL_WAY, COMM_MAX, &f->way) &&
	       optional(row, COL_JSON, STORED_JSON_MAX, &f->json);
}

int stored_next(struct stored *s, sqlite3_stmt *rows, struct stored_finding *f)
{
	int err;

	while ((err = sqlite3_step(rows)) == SQLITE_ROW) {
		if (read_finding(s, rows, f))
			return 1;
		s->unreadable++;
	}
	return err == SQLITE_DONE ? 0 : stored_complain(s);
}

int stored_stale(struct stored *s, int64_t run, const char *window,
		 struct stored_stale *stale, int max)
{
	sqlite3_stmt *row = NULL;
	int count = 0;
	int err = -EIO;

	if (sqlite3_prepare_v2(
		    s->db,
		    "SELECT at_ns, json FROM stale_read WHERE run = ?1"
		    " AND window = ?2 ORDER BY at_ns LIMIT ?3",
		    -1, &row, NULL) ||
	    !bind(row, 1, run) || !bind(row, 3, max) ||
	    sqlite3_bind_text(row, 2, window, -1, SQLITE_STATIC)) {
		sqlite3_finalize(row);
		return stored_complain(s);
	}
	while ((err = sqlite3_step(row)) == SQLITE_ROW && count < max) {
		const char *json = stored_text(row, 1, STORED_JSON_MAX);

		if (!json ||
		    !stored_number(row, 0, INT64_MAX, &stale[count].at_ns)) {
			s->unreadable++;
			continue;
		}
		stale[count].json = strdup(json);
		if (stale[count].json)
			count++;
	}
	sqlite3_finalize(row);
	if (err == SQLITE_DONE || err == SQLITE_ROW)
		return count;
	for (int i = 0; i < count; i++)
		free(stale[i].json);
	return stored_complain(s);
}

int64_t stored_stale_count(struct stored *s, int64_t since_ns, int64_t until_ns)
{
	sqlite3_stmt *row = NULL;
	int64_t count = -EIO;

	if (!sqlite3_prepare_v2(s->db,
				"SELECT count(*) FROM stale_read"
				" WHERE at_ns >= ?1 AND at_ns < ?2"
				/* A writer's own retry gets no old bytes. */
				" AND NOT instr(json, '\"own_retry\":true')",
				-1, &row, NULL) &&
	    bind(row, 1, since_ns) && bind(row, 2, until_ns) &&
	    sqlite3_step(row) == SQLITE_ROW)
		count = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return count < 0 ? stored_complain(s) : count;
}
