/* SPDX-License-Identifier: GPL-2.0 */
/* store_schema.h - what the database of findings is, for who writes and reads
 * it. */
#ifndef DIRTYWATCH_STORE_SCHEMA_H
#define DIRTYWATCH_STORE_SCHEMA_H

#define STORE_APPLICATION_ID 0x42445753 /* "BDWS" */
#define STORE_SCHEMA_VERSION 1

struct sqlite3;

/* The statements that make the newest schema. */
extern const char store_schema[];

/*
 * What schema does it have? Its version (1 and up), 0 for an empty database,
 * -EBADMSG for somebody else's, -ENOTSUP for a newer one, or -EIO: it could not
 * be read, and sqlite3_errcode() says why.
 */
int store_schema_version(struct sqlite3 *db);

/*
 * Makes the schema, or upgrades the one that is there, in one transaction.
 * Returns 0, or an error as above.
 */
int store_schema_make(struct sqlite3 *db);

/*
 * The same to version `to` by `steps`, of which element N leads from N to
 * N + 1. If one fails the transaction is left open, so that SQLite still knows
 * why: closing the database takes it back.
 */
int store_schema_climb(struct sqlite3 *db, const char *const *steps, int to);

#endif
