// SPDX-License-Identifier: GPL-2.0
/* test_store_fault.c - files that cannot be written: nothing that was committed
 * is lost, nothing else was said to be, and it ends by itself. */
#include "store_fixture.h"
#include "store_vfs.h"

/* What has been said to be committed is on the disk, not on its way. */
static void test_a_commit_outlives_a_power_cut(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	for (unsigned int i = 0; i < 600; i++) {
		uint64_t syncs = layer.syncs;

		put(s.store, FINDING_LOST, i, BEGIN + i);
		assert_true(layer.syncs == syncs);
		assert_int_equal(store_commit(s.store), 0);
		assert_int_equal(layer.unsynced, 0);
		assert_true(layer.syncs > syncs);
	}
	shelf_free(&s);
}

/* No row, no write: the store may lie on the filesystem that is watched. */
static void test_nothing_to_write_writes_nothing(void **state)
{
	struct shelf s;
	uint64_t writes;

	(void)state;
	shelf_new(&s);
	s.options.keep_days = 90;
	s.options.keep_mib = 64;
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 1, BEGIN);
	store_beat(s.store, BEGIN, NULL);
	assert_int_equal(store_commit(s.store), 0);
	assert_int_equal(store_tidy(s.store, BEGIN), 0);
	writes = layer.writes;
	for (int i = 0; i < 1000; i++) {
		store_beat(s.store, BEGIN + i, NULL);
		assert_int_equal(store_commit(s.store), 0);
		assert_int_equal(store_tidy(s.store, BEGIN + i), 0);
	}
	assert_int_equal(layer.writes, writes);
	shelf_free(&s);
}

static void fails_and_recovers(int *fault, int with, enum store_trouble trouble,
			       int err)
{
	struct shelf s;

	shelf_new(&s);
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 1, BEGIN + 1);
	assert_int_equal(store_commit(s.store), 0);
	put(s.store, FINDING_LOST, 2, BEGIN + 2);
	put(s.store, FINDING_STALE_READ, 2, BEGIN + 3);
	*fault = with;
	assert_int_equal(store_commit(s.store), err);
	assert_int_equal(status_of(&s).trouble, trouble);
	assert_int_equal(status_of(&s).err, err);
	assert_int_equal(status_of(&s).pending, 2);
	assert_true(status_of(&s).since_ns > 0);
	/* Again, when it is due, and it is no better. */
	pause_ms(300);
	assert_true(store_commit(s.store) < 0);
	layer_heal();
	put(s.store, FINDING_LOST, 3, BEGIN + 4);
	recovers(&s);
	assert_string_equal(ask(&s, "SELECT (SELECT count(*) FROM run),"
				    " (SELECT group_concat(page) FROM finding),"
				    " (SELECT count(*) FROM stale_read),"
				    " (SELECT count(*) FROM blind)"),
			    "1|1,2,3|1|0");
	assert_int_equal(status_of(&s).since_ns, 0);
	assert_int_equal(status_of(&s).committed, 4);
	shelf_free(&s);
}

static void test_writes_that_fail(void **state)
{
	(void)state;
	fails_and_recovers(&layer.write_errno, ENOSPC, STORE_full, -ENOSPC);
	fails_and_recovers(&layer.write_errno, EDQUOT, STORE_full, -EDQUOT);
	fails_and_recovers(&layer.write_errno, EFBIG, STORE_full, -EFBIG);
	fails_and_recovers(&layer.write_errno, EROFS, STORE_read_only, -EROFS);
	fails_and_recovers(&layer.write_errno, EIO, STORE_other, -EIO);
}

/* Nobody knows then what is on the disk: it may be there already. */
static void test_syncs_that_fail(void **state)
{
	(void)state;
	fails_and_recovers(&layer.sync_errno, EIO, STORE_other, -EIO);
	fails_and_recovers(&layer.sync_errno, ENOSPC, STORE_full, -ENOSPC);
}

/* The first commit of a run, of which nobody knows what became of it. */
static void test_a_run_is_there_once(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	layer.sync_errno = EIO;
	assert_int_equal(store_commit(s.store), -EIO);
	layer_heal();
	recovers(&s);
	assert_string_equal(ask(&s, "SELECT count(*) FROM run"), "1");
	shelf_free(&s);
}

/* What does not fit is counted, and is declared in the store afterwards. */
static void test_the_queue_is_bounded(void **state)
{
	struct shelf s;
	int err = 0;
	unsigned int i;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	assert_int_equal(store_commit(s.store), 0);
	layer.write_errno = ENOSPC;
	for (i = 0; i < STORE_QUEUE_ROWS; i++)
		assert_int_equal(put(s.store, FINDING_LOST, i, BEGIN + i), 0);
	assert_int_equal(store_commit(s.store), -ENOSPC);
	for (; i < STORE_QUEUE_ROWS + 10; i++)
		err |= put(s.store, FINDING_LOST, i, BEGIN + i) != -ENOBUFS;
	assert_int_equal(err, 0);
	assert_int_equal(status_of(&s).given_up, 10);
	assert_int_equal(status_of(&s).pending, STORE_QUEUE_ROWS);
	layer_heal();
	recovers(&s);
	assert_string_equal(ask(&s, "SELECT count(*) FROM finding"), "8192");
	assert_string_equal(ask(&s, "SELECT kind, count, from_ns - begin_ns,"
				    " to_ns - begin_ns, open FROM blind, run"),
			    "store|10|8192|8201|0");
	shelf_free(&s);
}

static void test_the_queue_is_bounded_in_bytes(void **state)
{
	struct finding f = made_finding(FINDING_LOST, 1);
	char *json = calloc(1, 1 << 20);
	struct shelf s;
	int rows = 0;

	(void)state;
	assert_non_null(json);
	memset(json, ' ', (1 << 20) - 1);
	shelf_new(&s);
	shelf_begin(&s);
	while (!store_finding(s.store, &f, BEGIN, json))
		rows++;
	assert_in_range(rows, 16, STORE_QUEUE_BYTES >> 20);
	assert_int_equal(store_commit(s.store), 0);
	assert_int_equal(store_finding(s.store, &f, BEGIN, json), 0);
	free(json);
	shelf_free(&s);
}

/* What is tried again and again must not hold anybody up. */
static void test_a_try_that_is_not_due_costs_nothing(void **state)
{
	struct shelf s;
	uint64_t writes;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	layer.write_errno = EIO;
	assert_int_equal(store_commit(s.store), -EIO);
	writes = layer.writes;
	for (int i = 0; i < 100; i++)
		assert_int_equal(store_commit(s.store), -EIO);
	assert_int_equal(layer.writes, writes);
	layer_heal();
	shelf_free(&s);
}

static int add_layer(void **state)
{
	(void)state;
	layer_add();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_commit_outlives_a_power_cut),
		cmocka_unit_test(test_nothing_to_write_writes_nothing),
		cmocka_unit_test(test_writes_that_fail),
		cmocka_unit_test(test_syncs_that_fail),
		cmocka_unit_test(test_a_run_is_there_once),
		cmocka_unit_test(test_the_queue_is_bounded),
		cmocka_unit_test(test_the_queue_is_bounded_in_bytes),
		cmocka_unit_test(test_a_try_that_is_not_due_costs_nothing),
	};

	return cmocka_run_group_tests_name("store_fault", tests, add_layer,
					   NULL);
}
