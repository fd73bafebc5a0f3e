// SPDX-License-Identifier: GPL-2.0
/* store_db.c - see store_db.h. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store_bus.h"
#include "store_db.h"
#include "store_schema.h"

/* What a result code means, by itself or with an errno below it. */
static const struct {
	int rc;	 /* primary or extended */
	int sys; /* 0: any */
	enum store_trouble trouble;
	int err;
} meanings[] = {
	{ SQLITE_READONLY_DBMOVED, 0, STORE_gone, ESTALE },
	{ SQLITE_FULL, 0, STORE_full, ENOSPC },
	{ SQLITE_IOERR, ENOSPC, STORE_full, ENOSPC },
	{ SQLITE_IOERR, EDQUOT, STORE_full, EDQUOT },
	{ SQLITE_IOERR, EFBIG, STORE_full, EFBIG },
	{ SQLITE_IOERR, EROFS, STORE_read_only, EROFS },
	{ SQLITE_CANTOPEN, ENOSPC, STORE_full, ENOSPC },
	{ SQLITE_CANTOPEN, EDQUOT, STORE_full, EDQUOT },
	{ SQLITE_CANTOPEN, EROFS, STORE_read_only, EROFS },
	{ SQLITE_CANTOPEN, ENOENT, STORE_gone, ENOENT },
	{ SQLITE_READONLY, 0, STORE_read_only, EROFS },
	{ SQLITE_BUSY, 0, STORE_locked, EAGAIN },
	{ SQLITE_LOCKED, 0, STORE_locked, EAGAIN },
	{ SQLITE_PROTOCOL, 0, STORE_locked, EAGAIN },
	{ SQLITE_CORRUPT, 0, STORE_corrupt, EUCLEAN },
	{ SQLITE_NOTADB, 0, STORE_corrupt, EUCLEAN },
	/* Somebody removed the row of the run. */
	{ SQLITE_CONSTRAINT_FOREIGNKEY, 0, STORE_gone, ESTALE },
	/* Of our statements, and our rows: the tables are not ours any more. */
	{ SQLITE_ERROR, 0, STORE_corrupt, EUCLEAN },
	{ SQLITE_CONSTRAINT, 0, STORE_corrupt, EUCLEAN },
	{ SQLITE_MISMATCH, 0, STORE_corrupt, EUCLEAN },
	{ SQLITE_NOMEM, 0, STORE_other, ENOMEM },
};

/* The same of the errno of a call that was not SQLite's. */
static const struct {
	int err;
	enum store_trouble trouble;
	bool final;
} plain[] = {
	{ ENOSPC, STORE_full, false },	{ EDQUOT, STORE_full, false },
	{ EFBIG, STORE_full, false },	{ EROFS, STORE_read_only, false },
	{ ENOENT, STORE_gone, false },	{ ESTALE, STORE_gone, false },
	{ EBUSY, STORE_locked, true },	{ EPERM, STORE_other, true },
	{ ELOOP, STORE_other, true },	{ EBADMSG, STORE_other, true },
	{ ENOTSUP, STORE_other, true }, { EISDIR, STORE_other, true },
	{ ENOTDIR, STORE_other, true }, { ENAMETOOLONG, STORE_other, true },
};

/* `err`: negative errno. */
static int explain(int err, struct store_error *e)
{
	*e = (struct store_error){ .trouble = STORE_other, .err = err };
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i].err == -err) {
			e->trouble = plain[i].trouble;
			e->final = plain[i].final;
		}
	return err;
}

static int errno_of(sqlite3 *db, int which)
{
	sqlite3_file *file = NULL;
	int err = 0;

	if (sqlite3_file_control(db, NULL, which, &file) == SQLITE_OK && file &&
	    file->pMethods)
		file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO,
					     &err);
	return err;
}

/* SQLite does not take note of it when a commit fails, but the files do. */
static int system_errno(sqlite3 *db)
{
	int err = errno_of(db, SQLITE_FCNTL_JOURNAL_POINTER);

	if (!err)
		err = errno_of(db, SQLITE_FCNTL_FILE_POINTER);
	return err ? err : sqlite3_system_errno(db);
}

static bool was_hit(const struct store_db *d, struct store_error *e)
{
	if (d->hits == store_bus_hits())
		return false;
	explain(store_file_read_only(d->path) ? -EROFS : -ENOSPC, e);
	return true;
}

int store_db_vouch(const struct store_db *d, struct store_error *e)
{
	if (was_hit(d, e))
		return e->err;
	return store_db_is_there(d) ? 0 : explain(-ESTALE, e);
}

int store_db_error(const struct store_db *d, struct store_error *e)
{
	int rc = sqlite3_extended_errcode(d->write.db);
	int sys = d->write.db ? system_errno(d->write.db) : 0;

	if (d->write.db && was_hit(d, e))
		return e->err;
	*e = (struct store_error){ .trouble = STORE_other, .err = -EIO };
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if ((meanings[i].rc != rc && meanings[i].rc != (rc & 0xff)) ||
		    (meanings[i].sys && meanings[i].sys != sys))
			continue;
		e->trouble = meanings[i].trouble;
		e->err = -meanings[i].err;
		break;
	}
	if (e->trouble == STORE_other && store_file_read_only(d->path)) {
		e->trouble = STORE_read_only;
		e->err = -EROFS;
	}
	return e->err;
}

int store_db_run(const struct store_db *d, const char *sql)
{
	return sqlite3_exec(d->write.db, sql, NULL, NULL, NULL);
}

static int note_log(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store_db *d = arg;

	(void)db;
	(void)name;
	d->log_pages = pages;
	return SQLITE_OK;
}

/* A table or a trigger in the file is not to be trusted to call anything. */
static int connect_to(struct store_db *d, int flags)
{
	int rc = sqlite3_open_v2(d->path, &d->write.db,
				 flags | SQLITE_OPEN_NOMUTEX |
					 SQLITE_OPEN_PRIVATECACHE |
					 SQLITE_OPEN_EXRESCODE,
				 NULL);

	if (rc != SQLITE_OK)
		return rc;
	d->hits = store_bus_hits();
	(void)store_bus_guard(d->write.db); /* else it is as it always was */
	sqlite3_db_config(d->write.db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(d->write.db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_busy_timeout(d->write.db, STORE_BUSY_MS);
	/* In place of checkpoints by SQLite, which come inside of the commit.
	 */
	sqlite3_wal_hook(d->write.db, note_log, d);
	return store_db_run(d, "PRAGMA cell_size_check = ON;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA temp_store = MEMORY");
}

int store_db_checkpoint(const struct store_db *d, bool empty)
{
	return sqlite3_wal_checkpoint_v2(d->write.db, NULL,
					 empty ? SQLITE_CHECKPOINT_TRUNCATE
					       : SQLITE_CHECKPOINT_PASSIVE,
					 NULL, NULL);
}

int store_db_number(const struct store_db *d, const char *sql, int64_t *value)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(d->write.db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		*value = sqlite3_column_int64(st, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return rc;
}

/* Says "ok", or what is not. */
static int check_whole(const struct store_db *d, struct store_error *e)
{
	sqlite3_stmt *st = NULL;
	const unsigned char *said = NULL;
	int err = 0;

	if (sqlite3_prepare_v2(d->write.db, "PRAGMA quick_check(1)", -1, &st,
			       NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		said = sqlite3_column_text(st, 0);
	if (!said) {
		err = store_db_error(d, e);
	} else if (strcmp((const char *)said, "ok") != 0) {
		*e = (struct store_error){ STORE_corrupt, -EUCLEAN, false };
		err = e->err;
	}
	sqlite3_finalize(st);
	return err;
}

/*
 * Only of what is known to be ours, or empty. What a log still holds, maybe of
 * a write that failed, is written anew; a reader may be in the way of that.
 */
static int set_up(struct store_db *d, struct store_error *e)
{
	int err = store_schema_version(d->write.db);
	int rc;

	if (err >= 0 &&
	    (store_db_run(d, "PRAGMA auto_vacuum = INCREMENTAL;"
			     "PRAGMA journal_mode = WAL;"
			     "PRAGMA synchronous = FULL;"
			     "PRAGMA foreign_keys = ON") != SQLITE_OK ||
	     store_schema_make(d->write.db)))
		err = -EIO;
	if (err < 0)
		return err == -EIO ? store_db_error(d, e) : explain(err, e);
	rc = store_db_checkpoint(d, false);
	return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY
		       ? 0
		       : store_db_error(d, e);
}

/* Another folder may be in the place of the one that had the lock. */
static int lock(struct store_db *d)
{
	if (d->lock >= 0 && store_file_is_lock(d->path, d->lock))
		return 0;
	store_db_unlock(d);
	d->lock = store_file_lock(d->path);
	return d->lock < 0 ? d->lock : 0;
}

static int open_file(struct store_db *d, bool whole, bool *made,
		     struct store_error *e)
{
	int err = store_file_check(d->path);

	if (!err)
		err = lock(d);
	if (!err)
		err = store_file_make(d->path, made);
	if (err)
		return explain(err, e);
	if (connect_to(d, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW) !=
	    SQLITE_OK)
		return store_db_error(d, e);
	err = set_up(d, e);
	if (!err && whole && !*made)
		err = check_whole(d, e);
	return err;
}

static int open_or_replace(struct store_db *d, bool whole,
			   struct store_found *found, struct store_error *e)
{
	int err = open_file(d, whole, &found->made, e);

	if (!err || e->trouble != STORE_corrupt)
		return err;
	/* It may never have been one of ours. */
	if (!store_file_is_marked(d->path))
		return explain(-EBADMSG, e);
	err = store_db_aside(d, found->aside);
	return err ? explain(err, e) : open_file(d, false, &found->made, e);
}

int store_db_open(struct store_db *d, const char *path, bool whole,
		  struct store_found *found, struct store_error *e)
{
	int err;

	*found = (struct store_found){ 0 };
	*e = (struct store_error){ 0 };
	err = store_file_place(path, d->path);
	if (err)
		return explain(err, e);
	err = open_or_replace(d, whole, found, e);
	if (!err) {
		err = store_file_mark(d->lock);
		if (err)
			explain(err, e);
	}
	if (!err) {
		store_file_ids(d->path, d->ids);
		err = store_db_vouch(d, e);
	}
	if (err)
		store_db_close(d, false);
	if (err == -EBADMSG)
		store_file_leave(d->path);
	return err;
}

int store_db_open_read_only(struct store_db *d, const char *path,
			    struct store_error *e)
{
	int err;

	*e = (struct store_error){ 0 };
	if (snprintf(d->path, sizeof(d->path), "%s", path) >=
	    (int)sizeof(d->path))
		return explain(-ENAMETOOLONG, e);
	err = connect_to(d, SQLITE_OPEN_READONLY) == SQLITE_OK
		      ? store_schema_version(d->write.db)
		      : -EIO;
	if (err > 0)
		return 0;
	if (err == -EIO)
		store_db_error(d, e);
	else
		explain(err ? err : -EBADMSG, e);
	store_db_close(d, false);
	return e->err;
}

void store_db_init(struct store_db *d)
{
	*d = (struct store_db){ .lock = -1 };
}

void store_db_close(struct store_db *d, bool wrecked)
{
	store_write_end(&d->write);
	if (d->write.db && (wrecked || d->hits != store_bus_hits()))
		sqlite3_db_config(d->write.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
				  1, NULL);
	sqlite3_close(d->write.db);
	d->write.db = NULL;
}

int store_db_aside(struct store_db *d, char aside[STORE_PATH_LEN])
{
	store_db_close(d, true);
	return store_file_aside(d->path, aside);
}

void store_db_unlock(struct store_db *d)
{
	if (d->lock >= 0)
		close(d->lock);
	d->lock = -1;
}

bool store_db_is_there(const struct store_db *d)
{
	struct store_file_id now[STORE_FILES];

	store_file_ids(d->path, now);
	for (int i = 0; i < STORE_FILES; i++)
		if (now[i].dev != d->ids[i].dev || now[i].ino != d->ids[i].ino)
			return false;
	return true;
}
