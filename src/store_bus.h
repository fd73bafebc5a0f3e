/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store_bus.h - a full disk must not be the end of the process.
 *
 * SQLite has the index of its log in a file that it maps. Each first write to a
 * clean page of a mapped file needs space on btrfs, and where there is none,
 * the kernel sends SIGBUS. Under guard such a page becomes one of the process
 * alone, with what was in it: as if the process had died there, but it can go
 * on, and be told that what it did since then has not been done for others.
 */
#ifndef DIRTYWATCH_STORE_BUS_H
#define DIRTYWATCH_STORE_BUS_H

struct sqlite3;

/*
 * Guards a database that was opened and not read yet, until it is closed.
 * Returns 0, or -ENOTSUP or -ENOSPC: it is not guarded.
 */
int store_bus_guard(struct sqlite3 *db);

/*
 * How often it has saved the process. If this has grown, a transaction has
 * failed whatever SQLite says, and the database is to be closed without a
 * checkpoint.
 */
unsigned int store_bus_hits(void);

#endif
