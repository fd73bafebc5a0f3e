// SPDX-License-Identifier: GPL-2.0
/* stored_open.c - see stored.h: a store that may be of anybody, opened. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "store_bus.h"
#include "store_schema.h"
#include "stored.h"

#define ROW_MAX (64 << 20) /* SQLite refuses longer ones */
#define BUSY_MS 5000

bool stored_is(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof(magic)];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is = false;

	if (fd < 0)
		return false;
	is = pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	     !memcmp(head, magic, sizeof(magic));
	close(fd);
	return is;
}

int stored_complain(const struct stored *s)
{
	complain("cannot read the store '%s': %s; give the path of a whole one",
		 s->path, sqlite3_errmsg(s->db));
	return -EIO;
}

/* Whoever has it open to write has this beside it. */
static bool has_log(const char *path)
{
	char *log = NULL;
	bool has = true;

	if (asprintf(&log, "%s-wal", path) < 0)
		return true;
	has = !access(log, F_OK);
	free(log);
	return has;
}

/*
 * A path as SQLite wants it in a URI. A store that nobody writes to is read as
 * it is: otherwise SQLite would leave files beside it, or fail to.
 */
static char *uri_of(const char *path, bool alone)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	bool whole;

	if (!out)
		return NULL;
	fputs("file:", out);
	for (; *path; path++)
		fprintf(out, strchr("%?#", *path) ? "%%%02x" : "%c",
			(unsigned char)*path);
	fprintf(out, "?mode=ro%s", alone ? "&immutable=1" : "");
	whole = !ferror(out);
	if (fclose(out) || !whole) {
		free(text);
		return NULL;
	}
	return text;
}

/* Nothing that stands in the file is run. */
static int harden(sqlite3 *db)
{
	static const int off[] = {
		SQLITE_DBCONFIG_TRUSTED_SCHEMA,
		SQLITE_DBCONFIG_ENABLE_VIEW,
		SQLITE_DBCONFIG_ENABLE_TRIGGER,
		SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
	};

	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		if (sqlite3_db_config(db, off[i], 0, NULL))
			return -EIO;
	/* Without a guard it is read as well, but on a full disk. */
	store_bus_guard(db);
	if (sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) ||
	    sqlite3_busy_timeout(db, BUSY_MS))
		return -EIO;
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, ROW_MAX);
	return sqlite3_exec(db,
			    "PRAGMA query_only=ON; PRAGMA cell_size_check=ON;"
			    "PRAGMA mmap_size=0; PRAGMA cache_size=-16384;",
			    NULL, NULL, NULL)
		       ? -EIO
		       : 0;
}

/* The number that a pragma has, or -1. */
static int64_t pragma(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *row = NULL;
	int64_t value = -1;

	if (!sqlite3_prepare_v2(db, sql, -1, &row, NULL) &&
	    sqlite3_step(row) == SQLITE_ROW)
		value = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return value;
}

static int check_kind(const struct stored *s)
{
	int64_t application = pragma(s->db, "PRAGMA application_id");
	int64_t version = pragma(s->db, "PRAGMA user_version");

	if (application < 0 || version < 0)
		return stored_complain(s);
	if (application != STORE_APPLICATION_ID || !version) {
		complain(
			"'%s' is a database, but no store of btrfs-dirtywatch; give the path of one",
			s->path);
		return -EINVAL;
	}
	if (version > STORE_SCHEMA_VERSION) {
		complain(
			"'%s' was made by a newer version of this program; use that one",
			s->path);
		return -EINVAL;
	}
	return 0;
}

static int open_db(struct stored *s)
{
	char *uri = uri_of(s->path, s->alone);
	int err;

	if (!uri)
		return -ENOMEM;
	err = sqlite3_open_v2(uri, &s->db,
			      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
				      SQLITE_OPEN_NOMUTEX,
			      NULL);
	free(uri);
	return err ? -EIO : harden(s->db);
}

static void release(struct stored *s)
{
	for (size_t i = 0; i < s->run_count; i++) {
		free(s->runs[i].host);
		free(s->runs[i].boot);
		free(s->runs[i].kernel);
		free(s->runs[i].version);
	}
	for (size_t i = 0; i < s->blind_count; i++)
		free(s->blinds[i].kind);
	free(s->runs);
	free(s->blinds);
	sqlite3_close(s->db);
	*s = (struct stored){ 0 };
}

/* All is read as of one moment, also while a watch goes on writing. */
int stored_open(struct stored *s, const char *path)
{
	int err;

	*s = (struct stored){ .path = path, .alone = !has_log(path) };
	err = open_db(s);
	if (!err && sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL))
		err = -EIO;
	if (err == -EIO)
		stored_complain(s);
	else if (err)
		complain("out of memory; end other programs and try again");
	if (!err)
		err = check_kind(s);
	if (!err)
		err = stored_read_runs(s);
	if (err)
		release(s);
	return err;
}

int stored_close(struct stored *s)
{
	int err = 0;

	if (s->db && s->alone && has_log(s->path)) {
		complain("'%s' was written to while it was read; try again",
			 s->path);
		err = -EAGAIN;
	}
	release(s);
	return err;
}
