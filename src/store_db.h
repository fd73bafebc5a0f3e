/* SPDX-License-Identifier: GPL-2.0 */
/* store_db.h - the database of the store: opened, closed, and what an error of
 * it means. */
#ifndef DIRTYWATCH_STORE_DB_H
#define DIRTYWATCH_STORE_DB_H

#include <stdbool.h>

#include "store.h"
#include "store_file.h"
#include "store_write.h"

struct store_db {
	char path[STORE_PATH_LEN]; /* as resolved when it was opened */
	int lock;		   /* -1: none */
	struct store_write write;  /* its db is NULL: not open */
	struct store_file_id ids[STORE_FILES]; /* when it was opened */
	unsigned int hits;		       /* of store_bus.h, then */
	int log_pages;			       /* after the last commit */
};

/* What became of what was there before. */
struct store_found {
	bool made;		    /* there was none */
	char aside[STORE_PATH_LEN]; /* it was damaged, and is here; or empty */
};

/* What went wrong: for people, and for the caller. */
struct store_error {
	enum store_trouble trouble;
	int err;    /* negative errno, 0: nothing */
	bool final; /* it will not go away by itself */
};

/* Nothing is open yet. */
void store_db_init(struct store_db *d);

/*
 * Opens the database at `path` for writing, and makes it if there is none.
 * `whole`: read all of it and see if it is in order. A damaged one is put
 * aside. Returns 0, or what is in *e.
 */
int store_db_open(struct store_db *d, const char *path, bool whole,
		  struct store_found *found, struct store_error *e);

/* The same to read only: makes and locks nothing. */
int store_db_open_read_only(struct store_db *d, const char *path,
			    struct store_error *e);

/*
 * Closes it, and keeps the lock. `wrecked`: its files are damaged, or other
 * ones are in their place, and what it would still write must not get there.
 */
void store_db_close(struct store_db *d, bool wrecked);

/* Closes a damaged one, and puts it aside. Returns 0 or a negative errno. */
int store_db_aside(struct store_db *d, char aside[STORE_PATH_LEN]);

/* After the close. */
void store_db_unlock(struct store_db *d);

/* Are the files at the path still those that were opened? */
bool store_db_is_there(const struct store_db *d);

/*
 * What was done without an error, was it done for all who will read the file at
 * the path? Returns 0, or what is in *e.
 */
int store_db_vouch(const struct store_db *d, struct store_error *e);

/* What the last error of SQLite means. Returns e->err. */
int store_db_error(const struct store_db *d, struct store_error *e);

/*
 * Brings what is in the log into the database, as far as no reader needs it.
 * `empty`: and makes the log empty, or waits for it for STORE_BUSY_MS. Returns
 * a result code of SQLite.
 */
int store_db_checkpoint(const struct store_db *d, bool empty);

/*
 * The one number that a statement gives. Returns SQLITE_OK, SQLITE_DONE (it
 * gave none) or another result code of SQLite.
 */
int store_db_number(const struct store_db *d, const char *sql, int64_t *value);

/* Runs statements without values. Returns a result code of SQLite. */
int store_db_run(const struct store_db *d, const char *sql);

#endif
