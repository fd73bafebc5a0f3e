// SPDX-License-Identifier: GPL-2.0
/* store_schema.c - see store_schema.h. */
#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "store_schema.h"

/* btrfs-dirtywatch-store(5) has the same text; a test compares them. */
const char store_schema[] =
	"CREATE TABLE run (\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  boot TEXT NOT NULL,\n"
	"  host TEXT NOT NULL,\n"
	"  version TEXT NOT NULL,\n"
	"  kernel TEXT,\n"
	"  srcversion TEXT,\n"
	"  mount TEXT,\n"
	"  mode TEXT,\n"
	"  begin_ns INTEGER NOT NULL,\n"
	"  covered_ns INTEGER NOT NULL,\n"
	"  end_ns INTEGER,\n"
	"  exit_code INTEGER,\n"
	"  counters TEXT\n"
	") STRICT;\n"
	"CREATE TABLE finding (\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,\n"
	"  window TEXT NOT NULL,\n"
	"  class TEXT NOT NULL,\n"
	"  at_ns INTEGER NOT NULL,\n"
	"  first_ns INTEGER NOT NULL,\n"
	"  fs TEXT,\n"
	"  subvolume INTEGER,\n"
	"  inode INTEGER,\n"
	"  page INTEGER,\n"
	"  bytes INTEGER NOT NULL,\n"
	"  path TEXT,\n"
	"  writer TEXT,\n"
	"  dropper TEXT,\n"
	"  way TEXT,\n"
	"  json TEXT NOT NULL,\n"
	"  UNIQUE (run, window)\n"
	") STRICT;\n"
	"CREATE TABLE stale_read (\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,\n"
	"  window TEXT NOT NULL,\n"
	"  at_ns INTEGER NOT NULL,\n"
	"  reader TEXT,\n"
	"  json TEXT NOT NULL\n"
	") STRICT;\n"
	"CREATE TABLE blind (\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,\n"
	"  kind TEXT NOT NULL,\n"
	"  count INTEGER NOT NULL,\n"
	"  from_ns INTEGER NOT NULL,\n"
	"  to_ns INTEGER NOT NULL,\n"
	"  open INTEGER NOT NULL,\n"
	"  UNIQUE (run, kind, from_ns)\n"
	") STRICT;\n"
	"CREATE INDEX finding_at ON finding (at_ns, class, run, bytes, window,\n"
	"  path, writer, dropper, way);\n"
	"CREATE INDEX finding_class ON finding (class, at_ns);\n"
	"CREATE INDEX stale_read_at ON stale_read (at_ns);\n"
	"CREATE INDEX stale_read_window ON stale_read (run, window);\n"
	"CREATE INDEX blind_to ON blind (to_ns);\n";

/* Element N leads from version N to N + 1. */
static const char *const all_steps[STORE_SCHEMA_VERSION] = {
	store_schema,
};

/* The one number that a statement gives. */
static int number(sqlite3 *db, const char *sql, int64_t *value)
{
	sqlite3_stmt *st = NULL;
	int err = -EIO;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW) {
		*value = sqlite3_column_int64(st, 0);
		err = 0;
	}
	sqlite3_finalize(st);
	return err;
}

static int version_up_to(sqlite3 *db, int newest)
{
	int64_t id, version, tables;

	if (number(db, "PRAGMA application_id", &id) ||
	    number(db, "PRAGMA user_version", &version) ||
	    number(db, "SELECT count(*) FROM sqlite_schema", &tables))
		return -EIO;
	if (!id && !version && !tables)
		return 0;
	if (id != STORE_APPLICATION_ID || version < 1)
		return -EBADMSG;
	return version > newest ? -ENOTSUP : (int)version;
}

int store_schema_version(sqlite3 *db)
{
	return version_up_to(db, STORE_SCHEMA_VERSION);
}

static int run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -EIO;
}

static int take_steps(sqlite3 *db, const char *const *steps, int from, int to)
{
	char sql[96];

	for (; from < to; from++)
		if (run(db, steps[from]))
			return -EIO;
	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 STORE_APPLICATION_ID, to);
	return run(db, sql);
}

int store_schema_climb(sqlite3 *db, const char *const *steps, int to)
{
	int version = version_up_to(db, to);
	int err;

	if (version < 0 || version == to)
		return version < 0 ? version : 0;
	if (run(db, "BEGIN IMMEDIATE"))
		return -EIO;
	err = take_steps(db, steps, version, to);
	return err ? err : run(db, "COMMIT");
}

int store_schema_make(sqlite3 *db)
{
	return store_schema_climb(db, all_steps, STORE_SCHEMA_VERSION);
}
