/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store_file.h - the files of the store, before SQLite has them: whose they
 * are, who may write to them, and where a damaged one goes.
 */
#ifndef DIRTYWATCH_STORE_FILE_H
#define DIRTYWATCH_STORE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "store.h"

/* Of the database, what SQLite has beside it, and no more. */
enum store_file {
	STORE_FILE_DB,
	STORE_FILE_WAL,
	STORE_FILE_SHM,
	STORE_FILE_JOURNAL, /* of the first moments */
	STORE_FILES
};

struct store_file_id {
	dev_t dev;
	ino_t ino; /* 0: there is none */
};

/*
 * Makes the last folder of the path if there is none (0750), resolves links on
 * the way to it, and refuses one that others could write to (-EPERM), or that
 * a third party's link leads to (-ELOOP). Writes the path to use.
 */
int store_file_place(const char *path, char real[STORE_PATH_LEN]);

/*
 * Refuses a file that is a link (-ELOOP), no plain file, somebody else's, or
 * open for others to write to (-EPERM), and one that never was a database
 * (-EBADMSG). None is fine.
 */
int store_file_check(const char *real);

/* Makes an empty one (0600) if there is none. *made: there was none. */
int store_file_make(const char *real, bool *made);

/*
 * Locks it against other writers that ask, by a file beside it. Returns a
 * descriptor that holds the lock; -EBUSY: another has it.
 */
int store_file_lock(const char *real);

/* Is the descriptor that of the lock at the path? */
bool store_file_is_lock(const char *real, int lock);

/* Says in the lock's file that a store was here, whatever the file is now. */
int store_file_mark(int lock);
bool store_file_is_marked(const char *real);

/* No store was ever here: removes the lock's file, if that says so. */
void store_file_leave(const char *real);

/* Renames a damaged one, with what is beside it; *aside: its new path. */
int store_file_aside(const char *real, char aside[STORE_PATH_LEN]);

/* What is at the path now. */
void store_file_ids(const char *real, struct store_file_id ids[STORE_FILES]);

/* How large the log is. */
uint64_t store_file_log_bytes(const char *real);

/* Bytes of its files together. */
uint64_t store_file_bytes(const char *real);

/* Is its filesystem read-only now? */
bool store_file_read_only(const char *real);

#endif
