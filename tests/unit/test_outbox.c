// SPDX-License-Identifier: GPL-2.0
/* test_outbox.c - the order of time, and names that find their records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "holdback.h"
#include "outbox.h"

#define NEVER 0ULL
#define AT_ONCE (~0ULL)

struct seen {
	unsigned int count;
	struct record last;
	char order[16];
};

static int on_record(void *arg, const void *data, size_t size)
{
	struct seen *seen = arg;

	assert_int_equal(size, sizeof(struct record));
	memcpy(&seen->last, data, size);
	seen->count++;
	return 0;
}

static void put(struct outbox *o, __u64 ino, __u64 chain, bool names)
{
	const struct sighting_head head = { .pid = 7,
					    .ns = 100,
					    .chain = chain };
	const struct record r = { .ino = ino };

	assert_int_equal(outbox_put(o, &r, &head, names), 0);
}

static void name(struct outbox *o, __u64 chain, const char *text, __u32 flags)
{
	struct sighting_name n = {
		.head = { .pid = 7, .chain = chain },
		.len = (__u32)strlen(text),
		.flags = flags,
	};

	memcpy(n.name, text, strlen(text));
	outbox_name(o, &n, sizeof(n.name));
}

static void flush(struct outbox *o, __u64 expired, struct seen *seen)
{
	assert_int_equal(outbox_flush(o, expired, on_record, seen), 0);
}

static void test_names_make_a_path(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put(&o, 1, 10, true);
	name(&o, 11, "another", 0);
	name(&o, 10, "file", 0);
	name(&o, 10, "folder", 0);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.count, 0);
	name(&o, 10, "", 0);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.path_len, sizeof("file\0folder"));
	assert_memory_equal(seen.last.path, "file\0folder",
			    sizeof("file\0folder"));
	assert_int_equal(seen.last.flags, 0);
	assert_null(o.first);
}

static void test_who_waits_holds_up_who_follows(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put(&o, 1, 10, true);
	put(&o, 2, 12, false);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.count, 0);
	flush(&o, AT_ONCE, &seen);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.last.ino, 2);
}

static void test_names_that_never_come_are_missed(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put(&o, 1, 10, true);
	flush(&o, 101, &seen);
	assert_int_equal(seen.last.flags, RECORD_NO_DENTRY);
	put(&o, 1, 10, true);
	name(&o, 10, "file", 0);
	flush(&o, 101, &seen);
	assert_int_equal(seen.last.flags, RECORD_PATH_TRUNCATED);
}

/* A name speaks of the path only. */
static void test_other_flags_of_a_name_are_not_taken(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put(&o, 1, 10, true);
	name(&o, 10, "file", ~0U);
	name(&o, 10, "", 0);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.last.flags,
			 RECORD_PATH_TRUNCATED | RECORD_NO_DENTRY);
}

static void test_what_the_kernel_missed_is_told(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put(&o, 1, 10, true);
	name(&o, 10, "file", 0);
	name(&o, 10, "", RECORD_NO_DENTRY);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.last.flags, RECORD_NO_DENTRY);
}

static void test_no_name_is_taken_for_another(void **state)
{
	static const char *const bad[] = { "a/b", "" };
	struct seen seen = { 0 };
	struct outbox o = { 0 };
	struct sighting_name n = { .head = { .pid = 7, .chain = 10 },
				   .len = 65 };

	(void)state;
	put(&o, 1, 10, true);
	name(&o, 10, bad[0], 0);
	name(&o, 10, "folder", 0);
	name(&o, 10, "", 0);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.last.flags, RECORD_PATH_TRUNCATED);
	assert_int_equal(seen.last.path_len, 0);
	/* Longer than the sample that it came in. */
	put(&o, 1, 10, true);
	memset(n.name, 'x', sizeof(n.name));
	outbox_name(&o, &n, SIGHTING_NAME_SHORT);
	name(&o, 10, "", 0);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.last.flags, RECORD_PATH_TRUNCATED);
	/* Longer than any name is. */
	put(&o, 1, 10, true);
	n.len = RECORD_NAME_MAX;
	outbox_name(&o, &n, sizeof(n.name));
	flush(&o, AT_ONCE, &seen);
	assert_int_equal(seen.last.path_len, 0);
}

static void test_a_path_ends_where_the_room_does(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };
	char text[201] = "";

	(void)state;
	memset(text, 'x', 200);
	put(&o, 1, 10, true);
	for (int i = 0; i < 40; i++)
		name(&o, 10, text, 0);
	name(&o, 10, "", 0);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.last.flags, RECORD_PATH_TRUNCATED);
	assert_true(seen.last.path_len <= sizeof(seen.last.path));
	assert_int_equal(seen.last.path_len % 201, 0);
}

static void test_cleared_is_empty(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };

	(void)state;
	put(&o, 1, 10, true);
	put(&o, 2, 10, true);
	outbox_clear(&o);
	flush(&o, AT_ONCE, &seen);
	assert_int_equal(seen.count, 0);
}

/* ---- holdback --------------------------------------------------------- */

static int on_letter(void *arg, const void *data, size_t size)
{
	struct seen *seen = arg;

	assert_int_equal(size, 1);
	seen->order[seen->count++] = *(const char *)data;
	return seen->order[seen->count - 1] == '!' ? -5 : 0;
}

static void test_samples_come_out_by_time(void **state)
{
	struct holdback h = { 0 };
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(holdback_add(&h, 30, "c", 1), 0);
	assert_int_equal(holdback_add(&h, 10, "a", 1), 0);
	assert_int_equal(holdback_add(&h, 20, "x", 1), 0);
	assert_int_equal(holdback_add(&h, 20, "y", 1), 0);
	assert_int_equal(holdback_release(&h, 30, on_letter, &seen), 0);
	assert_string_equal(seen.order, "axy");
	assert_int_equal(holdback_add(&h, 25, "b", 1), 0);
	assert_int_equal(holdback_release(&h, 31, on_letter, &seen), 0);
	assert_string_equal(seen.order, "axybc");
	assert_int_equal(h.count, 0);
	holdback_clear(&h);
}

static void test_a_failure_keeps_the_rest(void **state)
{
	struct holdback h = { 0 };
	struct seen seen = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(holdback_add(&h, 1000 + (__u64)i, "a", 1), 0);
	assert_int_equal(holdback_add(&h, 10, "!", 1), 0);
	assert_int_equal(holdback_release(&h, AT_ONCE, on_letter, &seen), -5);
	assert_int_equal(h.count, 100);
	holdback_clear(&h);
}

/* Whoever waits for names when too many do goes without them, in order. */
static void a_storm_does_not_wait(void **state)
{
	struct outbox o = { 0 };
	struct seen seen = { 0 };

	(void)state;
	for (__u64 i = 0; i < OUTBOX_MAX; i++)
		put(&o, i, 1 + i, true);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.count, 0);
	for (__u64 i = 0; i < 3; i++)
		put(&o, OUTBOX_MAX + i, 0, false);
	flush(&o, NEVER, &seen);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.last.ino, 2);
	assert_true(seen.last.flags & RECORD_NO_DENTRY);
	assert_int_equal(o.count, OUTBOX_MAX);
	outbox_clear(&o);
	assert_int_equal(o.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_make_a_path),
		cmocka_unit_test(test_who_waits_holds_up_who_follows),
		cmocka_unit_test(test_names_that_never_come_are_missed),
		cmocka_unit_test(test_other_flags_of_a_name_are_not_taken),
		cmocka_unit_test(test_what_the_kernel_missed_is_told),
		cmocka_unit_test(test_no_name_is_taken_for_another),
		cmocka_unit_test(test_a_path_ends_where_the_room_does),
		cmocka_unit_test(test_cleared_is_empty),
		cmocka_unit_test(test_samples_come_out_by_time),
		cmocka_unit_test(test_a_failure_keeps_the_rest),
		cmocka_unit_test(a_storm_does_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
