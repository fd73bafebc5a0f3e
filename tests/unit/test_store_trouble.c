// SPDX-License-Identifier: GPL-2.0
/* test_store_trouble.c - stores that are full, read-only, locked or removed. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "store_fixture.h"

static void test_a_second_writer_is_refused(void **state)
{
	struct store *other = NULL;
	struct shelf s;

	(void)state;
	shelf_filled(&s);
	s.options.later = true;
	assert_int_equal(store_open(&s.options, &other), -EBUSY);
	shelf_close(&s);
	assert_int_equal(store_open(&s.options, &other), 0);
	store_close(other);
	shelf_free(&s);
}

static void test_a_lock_is_waited_for_but_not_long(void **state)
{
	struct shelf s;
	struct timespec from, to;
	sqlite3 *db = NULL;
	int64_t ms;

	(void)state;
	shelf_filled(&s);
	assert_int_equal(sqlite3_open(s.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 SQLITE_OK);
	put(s.store, FINDING_LOST, 2, BEGIN + 2);
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(store_commit(s.store), -EAGAIN);
	clock_gettime(CLOCK_MONOTONIC, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000 +
	     (to.tv_nsec - from.tv_nsec) / 1000000;
	assert_in_range(ms, 50, 1000);
	assert_int_equal(status_of(&s).trouble, STORE_locked);
	sqlite3_close(db);
	recovers(&s);
	assert_string_equal(ask(&s, WHOLE), "1|1,2|");
	shelf_free(&s);
}

/* Who reads on and on must not make the log fill the disk. */
static void test_a_reader_that_stays(void **state)
{
	static const uint64_t limit = 1 << 20;
	struct shelf s;
	sqlite3 *db = NULL;
	uint64_t most = 0;

	(void)state;
	shelf_new(&s);
	s.options.keep_mib = 1;
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 0, BEGIN);
	assert_int_equal(store_commit(s.store), 0);
	assert_int_equal(sqlite3_open(s.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT * FROM finding", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	for (unsigned int i = 1; i < 300; i++) {
		put(s.store, FINDING_LOST, i, BEGIN + i);
		(void)store_commit(s.store);
		if (store_bytes(s.store) > most)
			most = store_bytes(s.store);
	}
	assert_int_equal(status_of(&s).trouble, STORE_locked);
	assert_in_range(most, limit, 2 * limit);
	sqlite3_close(db);
	recovers(&s);
	while (store_tidy(s.store, BEGIN) > 0)
		;
	assert_true(store_bytes(s.store) < limit);
	assert_string_equal(ask(&s, "SELECT count(*) FROM finding"), "300");
	shelf_free(&s);
}

static void test_others_read_while_it_is_written(void **state)
{
	struct shelf s;
	sqlite3 *db = NULL;

	(void)state;
	shelf_filled(&s);
	assert_int_equal(
		sqlite3_open_v2(s.path, &db, SQLITE_OPEN_READONLY, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT * FROM finding", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	put(s.store, FINDING_LOST, 2, BEGIN + 2);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(ask(&s, WHOLE), "1|1,2|");
	sqlite3_close(db);
	shelf_free(&s);
}

/* What was in it before is not in the new one, and the new one says so. */
static void is_begun_anew(struct shelf *s)
{
	put(s->store, FINDING_LOST, 2, BEGIN + 2);
	assert_int_equal(store_commit(s->store), -ESTALE);
	assert_int_equal(status_of(s).trouble, STORE_gone);
	recovers(s);
	assert_string_equal(ask(s, WHOLE), "1|2|store 1");
	assert_string_equal(ask(s, "SELECT from_ns = begin_ns, to_ns > begin_ns"
				   " FROM blind, run"),
			    "1|1");
	put(s->store, FINDING_LOST, 3, BEGIN + 3);
	assert_int_equal(store_commit(s->store), 0);
	assert_string_equal(ask(s, WHOLE), "1|2,3|store 1");
}

static void test_a_folder_that_was_removed(void **state)
{
	struct shelf s;

	(void)state;
	shelf_filled(&s);
	run_in(&s, "rm -r db");
	is_begun_anew(&s);
	shelf_free(&s);
}

static void test_a_file_that_was_removed(void **state)
{
	struct shelf s;

	(void)state;
	shelf_filled(&s);
	run_in(&s, "rm db/findings.db");
	is_begun_anew(&s);
	shelf_free(&s);
}

static void test_a_log_that_was_removed(void **state)
{
	struct shelf s;

	(void)state;
	shelf_filled(&s);
	run_in(&s, "rm db/findings.db-wal");
	put(s.store, FINDING_LOST, 2, BEGIN + 2);
	assert_int_equal(store_commit(s.store), -ESTALE);
	recovers(&s);
	/* The first may be gone, or not: nobody may rely on it. */
	assert_string_equal(ask(&s, "SELECT (SELECT count(*) FROM run),"
				    " (SELECT max(page) FROM finding),"
				    " (SELECT count(*) FROM blind)"),
			    "1|2|1");
	shelf_free(&s);
}

/* A folder that cannot be made: it waits, and says why. */
static void test_a_place_that_is_not_there_yet(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	snprintf(s.path, sizeof(s.path), "%s/a/b/findings.db", s.dir);
	assert_int_equal(store_open(&s.options, &s.store), -ENOENT);
	s.options.later = true;
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 1, BEGIN + 1);
	pause_ms(300);
	assert_int_equal(store_commit(s.store), -ENOENT);
	assert_int_equal(status_of(&s).trouble, STORE_gone);
	run_in(&s, "mkdir a");
	recovers(&s);
	assert_string_equal(ask(&s, WHOLE), "1|1|");
	shelf_free(&s);
}

static bool mounted(const struct shelf *s, const char *options)
{
	return !unshare(CLONE_NEWNS) &&
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("none", s->dir, "tmpfs", 0, options);
}

static void test_a_disk_that_is_full(void **state)
{
	struct shelf s;
	unsigned int rows = 0;
	char want[32];

	(void)state;
	shelf_new(&s);
	if (!mounted(&s, "size=512k"))
		skip();
	shelf_begin(&s);
	do {
		assert_int_equal(put(s.store, FINDING_LOST, rows, BEGIN + rows),
				 0);
		rows++;
	} while (!store_commit(s.store) && rows < 10000);
	assert_int_equal(status_of(&s).trouble, STORE_full);
	assert_int_equal(status_of(&s).err, -ENOSPC);
	assert_true(rows > 20 && rows < 10000);
	run_in(&s, "mount -o remount,size=8m .");
	recovers(&s);
	snprintf(want, sizeof(want), "%u|0", rows);
	assert_string_equal(ask(&s, "SELECT count(*),"
				    " (SELECT count(*) FROM blind)"
				    " FROM finding"),
			    want);
	assert_string_equal(ask(&s, "PRAGMA integrity_check"), "ok");
	shelf_close(&s);
	umount2(s.dir, MNT_DETACH);
	shelf_free(&s);
}

static void test_a_disk_that_was_full_from_the_beginning(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	if (!mounted(&s, "size=64k"))
		skip();
	run_in(&s, "dd if=/dev/zero of=fill bs=4k count=14 2>/dev/null");
	assert_int_equal(store_open(&s.options, &s.store), -ENOSPC);
	s.options.later = true;
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 1, BEGIN + 1);
	pause_ms(300);
	assert_int_equal(store_commit(s.store), -ENOSPC);
	assert_int_equal(status_of(&s).trouble, STORE_full);
	run_in(&s, "mount -o remount,size=8m .");
	recovers(&s);
	assert_string_equal(ask(&s, WHOLE), "1|1|");
	shelf_close(&s);
	umount2(s.dir, MNT_DETACH);
	shelf_free(&s);
}

static void test_a_filesystem_that_is_read_only(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	if (!mounted(&s, "size=8m"))
		skip();
	shelf_begin(&s);
	assert_int_equal(store_run_end(s.store, BEGIN + 1, 0), 0);
	shelf_close(&s);
	run_in(&s, "mount -o remount,ro .");
	assert_int_equal(store_open(&s.options, &s.store), -EROFS);
	s.options.later = true;
	shelf_open(&s);
	begin_at(s.store, BEGIN + DAY);
	put(s.store, FINDING_LOST, 1, BEGIN + DAY);
	pause_ms(300);
	assert_int_equal(store_commit(s.store), -EROFS);
	assert_int_equal(status_of(&s).trouble, STORE_read_only);
	run_in(&s, "mount -o remount,rw .");
	recovers(&s);
	assert_string_equal(ask(&s, WHOLE), "2|1|");
	shelf_close(&s);
	umount2(s.dir, MNT_DETACH);
	shelf_free(&s);
}

/* The process lives, even if nobody has seen to the signal. */
static void test_a_limit_of_file_size(void **state)
{
	struct rlimit old, low = { 256 << 10, RLIM_INFINITY };
	struct shelf s;
	unsigned int rows = 0;
	char want[32];

	(void)state;
	shelf_filled(&s);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	do {
		put(s.store, FINDING_LOST, rows + 2, BEGIN + rows);
		rows++;
	} while (!store_commit(s.store) && rows < 10000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(status_of(&s).trouble, STORE_full);
	assert_int_equal(status_of(&s).err, -EFBIG);
	recovers(&s);
	snprintf(want, sizeof(want), "%u", rows + 1);
	assert_string_equal(ask(&s, "SELECT count(*) FROM finding"), want);
	shelf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_second_writer_is_refused),
		cmocka_unit_test(test_a_lock_is_waited_for_but_not_long),
		cmocka_unit_test(test_a_reader_that_stays),
		cmocka_unit_test(test_others_read_while_it_is_written),
		cmocka_unit_test(test_a_folder_that_was_removed),
		cmocka_unit_test(test_a_file_that_was_removed),
		cmocka_unit_test(test_a_log_that_was_removed),
		cmocka_unit_test(test_a_place_that_is_not_there_yet),
		cmocka_unit_test(test_a_disk_that_is_full),
		cmocka_unit_test(test_a_disk_that_was_full_from_the_beginning),
		cmocka_unit_test(test_a_filesystem_that_is_read_only),
		cmocka_unit_test(test_a_limit_of_file_size),
	};

	return cmocka_run_group_tests_name("store_trouble", tests, NULL, NULL);
}
