/* SPDX-License-Identifier: GPL-2.0 */
/* store_write.h - the statements that write rows into the database. */
#ifndef DIRTYWATCH_STORE_WRITE_H
#define DIRTYWATCH_STORE_WRITE_H

#include <stdint.h>

#include "store_row.h"

struct sqlite3;
struct sqlite3_stmt;

struct store_write {
	struct sqlite3 *db;
	struct sqlite3_stmt *statements[STORE_ROW_KINDS]; /* when first used */
	struct sqlite3_stmt *update_open;
};

/*
 * Write the row for a run (0: its own row, which makes the ID). Returns an
 * extended result code of SQLite.
 */
int store_write_row(struct store_write *w, int64_t run,
		    const struct store_row *row);

/* The ID of the run whose row this is, 0: it is not there. As above. */
int store_write_find(struct store_write *w, const struct store_row *run,
		     int64_t *id);

/* Before the database is closed. */
void store_write_end(struct store_write *w);

#endif
