/* SPDX-License-Identifier: GPL-2.0 */
/* store_fixture.h - a store in a folder of its own, and looks into it. */
#ifndef DIRTYWATCH_TEST_STORE_FIXTURE_H
#define DIRTYWATCH_TEST_STORE_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "store.h"

#define SECOND 1000000000LL
#define DAY (86400 * SECOND)
#define BEGIN (1709210096LL * SECOND)

struct shelf {
	char dir[64];
	char path[128];
	struct store_options options;
	struct store *store;
};

static inline void shelf_new_in(struct shelf *s, const char *where)
{
	*s = (struct shelf){ 0 };
	snprintf(s->dir, sizeof(s->dir), "%s/store-test-XXXXXX", where);
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/db/findings.db", s->dir);
	s->options.path = s->path;
}

static inline void shelf_new(struct shelf *s)
{
	shelf_new_in(s, "/tmp");
}

static inline void shelf_open(struct shelf *s)
{
	assert_int_equal(store_open(&s->options, &s->store), 0);
}

static inline void shelf_close(struct shelf *s)
{
	store_close(s->store);
	s->store = NULL;
}

static inline void shelf_free(struct shelf *s)
{
	char command[128];

	shelf_close(s);
	snprintf(command, sizeof(command), "rm -rf %s", s->dir);
	assert_int_equal(system(command), 0);
}

static inline int begin_at(struct store *s, int64_t begin_ns)
{
	const struct store_run run = {
		.boot = "6b1c6f0e-3d3a-4f5e-9d6e-3a8f0b7f2c11",
		.host = "host",
		.version = "1.2",
		.kernel = "6.1",
		.mode = "watch",
		.begin_ns = begin_ns,
	};

	return store_run_begin(s, &run);
}

static inline void shelf_begin(struct shelf *s)
{
	shelf_open(s);
	assert_int_equal(begin_at(s->store, BEGIN), 0);
}

static inline struct finding made_finding(enum finding_class class, uint64_t n)
{
	struct finding f = {
		.class = class,
		.uuid = "6b1c6f0e-3d3a-4f5e-9d6e-3a8f0b7f2c11",
		.subvol = 5,
		.subvol_known = true,
		.ino = 257,
		.page = n,
		.bound = { { 0, 100 }, { 4000, 4096 } },
		.task = { .pid = 7, .tgid = 7, .comm = "writer" },
		.task_known = true,
		.dropper = { .pid = 8, .tgid = 8, .comm = "kswapd0" },
		.dropped = class == FINDING_LOST,
		.way = WAY_KSWAPD,
		.path = "/mnt/file",
		.path_known = true,
	};

	snprintf(f.id, sizeof(f.id), "%" PRIx64 "-101-%" PRIx64, n, n);
	return f;
}

static inline int put(struct store *s, enum finding_class class, uint64_t n,
		      int64_t at_ns)
{
	struct finding f = made_finding(class, n);

	return store_finding(s, &f, at_ns, "{\"schema\":1}");
}

/* What a statement says, its columns with bars between, its rows with commas,
 * as another program sees it. */
static inline const char *ask_path(const char *path, const char *sql)
{
	static char said[4096];
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	size_t len = 0;
	int rc;

	said[0] = '\0';
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const unsigned char *text = sqlite3_column_text(st, i);

			len += (size_t)snprintf(said + len, sizeof(said) - len,
						"%s%s",
						i     ? "|"
						: len ? ","
						      : "",
						text ? (const char *)text : "");
			assert_true(len < sizeof(said));
		}
	}
	assert_int_equal(rc, SQLITE_DONE);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return said;
}

static inline const char *ask(const struct shelf *s, const char *sql)
{
	return ask_path(s->path, sql);
}

static inline struct store_status status_of(const struct shelf *s)
{
	struct store_status status;

	store_status(s->store, &status);
	return status;
}

/* Until the next try is due, and a little more. */
static inline void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Commits until it is well, for some seconds. */
static inline void recovers(struct shelf *s)
{
	int err = 0;

	for (int i = 0; i < 100; i++) {
		err = store_commit(s->store);
		if (!err)
			break;
		pause_ms(50);
	}
	assert_int_equal(err, 0);
	assert_int_equal(status_of(s).trouble, STORE_none);
	assert_int_equal(status_of(s).pending, 0);
}

/* A store with one finding, closed in order. */
static inline void shelf_filled(struct shelf *s)
{
	shelf_new(s);
	shelf_begin(s);
	put(s->store, FINDING_LOST, 1, BEGIN + 1);
	assert_int_equal(store_commit(s->store), 0);
}

static inline void run_in(const struct shelf *s, const char *command)
{
	char text[512];

	snprintf(text, sizeof(text), "cd %s && %s", s->dir, command);
	assert_int_equal(system(text), 0);
}

/* The number of runs, the findings, the intervals. */
#define WHOLE                                                                  \
	"SELECT (SELECT count(*) FROM run),"                                   \
	" (SELECT group_concat(page) FROM finding),"                           \
	" (SELECT group_concat(kind || ' ' || count) FROM blind)"

static inline void overwrite(const struct shelf *s, off_t at, const char *with,
			     size_t len)
{
	int fd = open(s->path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, with, len, at), (ssize_t)len);
	close(fd);
}

#endif
