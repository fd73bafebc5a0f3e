// SPDX-License-Identifier: GPL-2.0
/* test_store.c - what is written is there, for others to read, as documented.
 */
#include "store_fixture.h"

static void test_a_finding_is_there_when_it_is_committed(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	assert_int_equal(put(s.store, FINDING_LOST, 3, BEGIN + 5), 0);
	assert_int_equal(status_of(&s).pending, 1);
	assert_int_equal(store_commit(s.store), 0);
	assert_int_equal(status_of(&s).pending, 0);
	assert_string_equal(
		ask(&s, "SELECT run, window, class, at_ns, first_ns, fs,"
			" subvolume, inode, page, bytes, path, writer, dropper,"
			" way, json FROM finding"),
		"1|3-101-3|lost|1709210096000000005|1709210096000000005"
		"|6b1c6f0e-3d3a-4f5e-9d6e-3a8f0b7f2c11|5|257|3|196|/mnt/file"
		"|writer|kswapd0|kswapd|{\"schema\":1}");
	assert_string_equal(
		ask(&s, "SELECT boot, host, version, kernel, srcversion, mode,"
			" begin_ns, covered_ns, end_ns, exit_code FROM run"),
		"6b1c6f0e-3d3a-4f5e-9d6e-3a8f0b7f2c11|host|1.2|6.1||watch"
		"|1709210096000000000|1709210096000000000||");
	shelf_free(&s);
}

/* Nobody else may read what the paths tell. */
static void test_modes(void **state)
{
	struct shelf s;
	char dir[96], wal[160];
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	umask(mask);
	assert_int_equal(store_commit(s.store), 0);
	snprintf(dir, sizeof(dir), "%s/db", s.dir);
	snprintf(wal, sizeof(wal), "%s-wal", s.path);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(stat(s.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	shelf_free(&s);
}

static void test_a_stranded_page_that_is_lost_is_one_row(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	put(s.store, FINDING_STRANDED, 3, BEGIN + 5);
	put(s.store, FINDING_STRANDED, 4, BEGIN + 6);
	assert_int_equal(store_commit(s.store), 0);
	put(s.store, FINDING_LOST, 3, BEGIN + 9);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(
		ask(&s, "SELECT class, at_ns - first_ns, dropper FROM finding"),
		"lost|4|kswapd0,stranded|0|");
	shelf_free(&s);
}

static void test_stale_reads_have_their_table(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 3, BEGIN + 5);
	put(s.store, FINDING_STALE_READ, 3, BEGIN + 6);
	put(s.store, FINDING_STALE_READ, 3, BEGIN + 7);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(ask(&s, "SELECT class FROM finding"), "lost");
	assert_string_equal(
		ask(&s, "SELECT window, at_ns - 1709210096000000000, reader"
			" FROM stale_read"),
		"3-101-3|6|writer,3-101-3|7|writer");
	shelf_free(&s);
}

static void test_an_open_interval_is_updated(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	assert_int_equal(store_blind(s.store, "ring_full", 1, 10, 20, true), 0);
	assert_int_equal(store_blind(s.store, "ring_full", 2, 10, 25, true), 0);
	assert_int_equal(status_of(&s).pending, 1);
	assert_int_equal(store_commit(s.store), 0);
	store_blind(s.store, "ring_full", 5, 10, 30, false);
	store_blind(s.store, "ring_full", 1, 50, 60, true);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(
		ask(&s, "SELECT kind, count, from_ns, to_ns, open FROM blind"),
		"ring_full|5|10|30|0,ring_full|1|50|60|1");
	shelf_free(&s);
}

/* Its begin is told anew each time, and a clock may have been set. */
static void test_an_open_interval_is_the_same_by_another_clock(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	store_blind(s.store, "ring_full", 1, 100, 200, true);
	store_blind(s.store, "map_full", 1, 100, 200, true);
	assert_int_equal(store_commit(s.store), 0);
	store_blind(s.store, "ring_full", 2, 105, 205, true);
	store_blind(s.store, "ring_full", 3, 90, 190, false);
	assert_int_equal(status_of(&s).pending, 1);
	store_blind(s.store, "ring_full", 1, 400, 500, true);
	assert_int_equal(status_of(&s).pending, 2);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(
		ask(&s, "SELECT kind, count, from_ns, to_ns, open FROM blind"),
		"ring_full|3|100|200|0,map_full|1|100|200|1"
		",ring_full|1|400|500|1");
	shelf_free(&s);
}

/* A store that lies on what is watched must not be written for its own sake. */
static void test_beats_alone_are_written_once_a_minute(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	store_beat(s.store, BEGIN + SECOND, "{\"lost\":0}");
	assert_int_equal(store_commit(s.store), 0);
	for (int i = 2; i <= 60; i++) {
		store_beat(s.store, BEGIN + i * SECOND, "{\"lost\":0}");
		assert_int_equal(store_commit(s.store), 0);
	}
	assert_string_equal(ask(&s, "SELECT covered_ns - begin_ns FROM run"),
			    "1000000000");
	store_beat(s.store, BEGIN + 61 * SECOND, NULL);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(
		ask(&s, "SELECT covered_ns - begin_ns, counters FROM run"),
		"61000000000|{\"lost\":0}");
	/* With a finding it costs nothing more. */
	store_beat(s.store, BEGIN + 62 * SECOND, NULL);
	put(s.store, FINDING_LOST, 1, BEGIN + 62 * SECOND);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(ask(&s, "SELECT covered_ns - begin_ns FROM run"),
			    "62000000000");
	shelf_free(&s);
}

static void test_runs(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_open(&s);
	assert_int_equal(put(s.store, FINDING_LOST, 1, BEGIN), -EINVAL);
	assert_int_equal(begin_at(s.store, BEGIN), 0);
	assert_int_equal(begin_at(s.store, BEGIN), -EALREADY);
	assert_int_equal(store_commit(s.store), 0);
	shelf_close(&s);
	/* That one did not end in order, and stays so. */
	shelf_open(&s);
	assert_int_equal(begin_at(s.store, BEGIN + DAY), 0);
	put(s.store, FINDING_LOST, 1, BEGIN + DAY);
	assert_int_equal(store_run_end(s.store, BEGIN + DAY + 7, 1), 0);
	assert_int_equal(begin_at(s.store, BEGIN + 2 * DAY), 0);
	put(s.store, FINDING_LOST, 1, BEGIN + 2 * DAY);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(ask(&s, "SELECT end_ns - begin_ns, exit_code"
				    " FROM run ORDER BY id"),
			    "|,7|1,|");
	assert_string_equal(ask(&s, "SELECT run FROM finding ORDER BY id"),
			    "2,3");
	shelf_free(&s);
}

static void test_what_it_says_of_itself(void **state)
{
	struct store_options look = { .read_only = true };
	struct store *reader = NULL;
	struct shelf s;
	int64_t at = 0;

	(void)state;
	shelf_new(&s);
	look.path = s.path;
	assert_int_equal(store_open(&look, &reader), -ENOENT);
	shelf_begin(&s);
	assert_int_equal(store_oldest(s.store, &at), -ENODATA);
	put(s.store, FINDING_LOST, 1, BEGIN + 9);
	put(s.store, FINDING_LOST, 2, BEGIN + 8);
	assert_int_equal(store_commit(s.store), 0);
	assert_int_equal(store_oldest(s.store, &at), 0);
	assert_int_equal(at, BEGIN + 8);
	assert_true(store_bytes(s.store) > 50000);
	assert_int_equal(store_open(&look, &reader), 0);
	assert_int_equal(store_oldest(reader, &at), 0);
	assert_int_equal(store_bytes(reader), store_bytes(s.store));
	assert_int_equal(store_commit(reader), -EROFS);
	store_close(reader);
	shelf_free(&s);
}

/* Bytes that are not UTF-8 must not get into a text. */
static void test_hostile_names(void **state)
{
	struct finding f = made_finding(FINDING_LOST, 1);
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	snprintf(f.path, sizeof(f.path), "/a\xff'); DROP TABLE finding; --");
	snprintf(f.task.comm, sizeof(f.task.comm), "%%s\x80\"");
	f.ino = UINT64_MAX;
	assert_int_equal(store_finding(s.store, &f, BEGIN, "'"), 0);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(
		ask(&s, "SELECT path, writer, inode, json FROM finding"),
		"/a\xef\xbf\xbd'); DROP TABLE finding; --"
		"|%s\xef\xbf\xbd\"|-1|'");
	shelf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_finding_is_there_when_it_is_committed),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_a_stranded_page_that_is_lost_is_one_row),
		cmocka_unit_test(test_stale_reads_have_their_table),
		cmocka_unit_test(test_an_open_interval_is_updated),
		cmocka_unit_test(
			test_an_open_interval_is_the_same_by_another_clock),
		cmocka_unit_test(test_beats_alone_are_written_once_a_minute),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_what_it_says_of_itself),
		cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
