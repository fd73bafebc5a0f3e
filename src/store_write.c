// SPDX-License-Identifier: GPL-2.0
/* store_write.c - see store_write.h. */
#include <sqlite3.h>
#include <string.h>

#include "store_write.h"

/*
 * ?1 is the run. What is written once more, after a commit of which nobody
 * knows what became of it, must leave the same rows.
 */
static const char *const statements[STORE_ROW_KINDS] = {
	[STORE_ROW_RUN] =
		"INSERT INTO run (id, boot, host, version, kernel, srcversion,"
		" mount, mode, begin_ns, covered_ns)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
	[STORE_ROW_BEAT] = "UPDATE run SET covered_ns = max(covered_ns, ?2),"
			   " counters = coalesce(?3, counters) WHERE id = ?1",
	[STORE_ROW_END] =
		"UPDATE run SET end_ns = ?2, exit_code = ?3 WHERE id = ?1",
	[STORE_ROW_FINDING] =
		"INSERT INTO finding (run, window, class, at_ns, first_ns, fs,"
		" subvolume, inode, page, bytes, path, writer, dropper, way,"
		" json) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
		" ?11, ?12, ?13, ?14)"
		" ON CONFLICT (run, window) DO UPDATE SET"
		" class = excluded.class, at_ns = excluded.at_ns,"
		" first_ns = min(first_ns, excluded.first_ns),"
		" fs = excluded.fs, subvolume = excluded.subvolume,"
		" inode = excluded.inode, page = excluded.page,"
		" bytes = excluded.bytes, path = excluded.path,"
		" writer = excluded.writer, dropper = excluded.dropper,"
		" way = excluded.way, json = excluded.json",
	[STORE_ROW_STALE_READ] =
		"INSERT INTO stale_read (run, window, at_ns, reader, json)"
		" SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1"
		" FROM stale_read WHERE run = ?1 AND window = ?2"
		" AND at_ns = ?3 AND json = ?5)",
	[STORE_ROW_BLIND] =
		"INSERT INTO blind (run, kind, count, from_ns, to_ns, open)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
		" ON CONFLICT (run, kind, from_ns) DO UPDATE SET"
		" count = excluded.count, to_ns = excluded.to_ns,"
		" open = excluded.open",
};

/*
 * Of one kind one interval is open at most. Its begin is told by a clock that
 * may have been set since, and so does not tell it from another.
 */
static const char update_open[] =
	"UPDATE blind SET count = ?3, to_ns = max(to_ns, ?5), open = ?6"
	" WHERE run = ?1 AND kind = ?2 AND open";

static int bind(sqlite3_stmt *st, int at, const struct store_value *v)
{
	switch (v->type) {
	case STORE_NUMBER:
		return sqlite3_bind_int64(st, at, v->number);
	case STORE_TEXT:
		/* The row outlives the step. */
		return sqlite3_bind_text(st, at, v->text, -1, SQLITE_STATIC);
	case STORE_NULL:
		break;
	}
	return sqlite3_bind_null(st, at);
}

static int bind_all(sqlite3_stmt *st, int64_t run, const struct store_row *row)
{
	int rc =
		run ? sqlite3_bind_int64(st, 1, run) : sqlite3_bind_null(st, 1);

	for (unsigned int i = 0; i < row->count && rc == SQLITE_OK; i++)
		rc = bind(st, (int)i + 2, &row->values[i]);
	return rc;
}

static int write_by(struct store_write *w, sqlite3_stmt **st, const char *sql,
		    int64_t run, const struct store_row *row)
{
	int rc = SQLITE_OK;

	if (!*st)
		rc = sqlite3_prepare_v3(w->db, sql, -1,
					SQLITE_PREPARE_PERSISTENT, st, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = bind_all(*st, run, row);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(*st);
	if (rc == SQLITE_DONE)
		rc = SQLITE_OK;
	sqlite3_reset(*st);
	sqlite3_clear_bindings(*st);
	return rc;
}

int store_write_row(struct store_write *w, int64_t run,
		    const struct store_row *row)
{
	if (row->kind == STORE_ROW_BLIND) {
		int rc = write_by(w, &w->update_open, update_open, run, row);

		if (rc != SQLITE_OK || sqlite3_changes(w->db))
			return rc;
	}
	return write_by(w, &w->statements[row->kind], statements[row->kind],
			run, row);
}

int store_write_find(struct store_write *w, const struct store_row *run,
		     int64_t *id)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(w->db,
				    "SELECT id FROM run WHERE boot = ?2"
				    " AND host = ?3 AND begin_ns = ?9",
				    -1, &st, NULL);

	*id = 0;
	if (rc == SQLITE_OK)
		rc = bind_all(st, 0, run);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*id = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

void store_write_end(struct store_write *w)
{
	for (int i = 0; i < STORE_ROW_KINDS; i++)
		sqlite3_finalize(w->statements[i]);
	sqlite3_finalize(w->update_open);
	w->update_open = NULL;
	memset(w->statements, 0, sizeof(w->statements));
}
