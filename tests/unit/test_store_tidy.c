// SPDX-License-Identifier: GPL-2.0
/* test_store_tidy.c - what is too old or too much goes, in small steps, and
 * what has gone is never taken for nothing found. ROWS: of the large one. */
#include "store_fixture.h"

static int64_t ms_since(const struct timespec *from)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - from->tv_sec) * 1000 +
	       (now.tv_nsec - from->tv_nsec) / 1000000;
}

static uint64_t file_bytes(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

/* Until there is no more to do. Returns how long the longest step took. */
static int64_t tidied(struct shelf *s, int64_t now)
{
	int64_t longest = 0, ms;
	int more;

	do {
		struct timespec from;

		clock_gettime(CLOCK_MONOTONIC, &from);
		more = store_tidy(s->store, now);
		assert_true(more >= 0);
		ms = ms_since(&from);
		if (ms > longest)
			longest = ms;
	} while (more);
	return longest;
}

/* A run that had a finding of its first and of its fifth day. */
static void two_runs(struct shelf *s)
{
	shelf_new(s);
	s->options.keep_days = 10;
	shelf_begin(s);
	put(s->store, FINDING_LOST, 1, BEGIN);
	put(s->store, FINDING_NEAR_MISS, 2, BEGIN);
	put(s->store, FINDING_STALE_READ, 1, BEGIN);
	store_blind(s->store, "ring_full", 3, BEGIN, BEGIN + 1, false);
	put(s->store, FINDING_LOST, 5, BEGIN + 5 * DAY);
	store_beat(s->store, BEGIN + 6 * DAY, NULL);
	assert_int_equal(store_run_end(s->store, BEGIN + 6 * DAY, 1), 0);
	assert_int_equal(begin_at(s->store, BEGIN + 6 * DAY), 0);
	put(s->store, FINDING_LOST, 7, BEGIN + 7 * DAY);
	assert_int_equal(store_commit(s->store), 0);
}

static const char all[] =
	"SELECT (SELECT group_concat(id) FROM run),"
	" (SELECT group_concat(page) FROM finding),"
	" (SELECT count(*) FROM stale_read),"
	" (SELECT group_concat(run || ' ' || kind || ' ' || count || ' ' ||"
	" ((from_ns - 1709210096000000000) / 86400000000000) || ' ' ||"
	" ((to_ns - 1709210096000000000) / 86400000000000)) FROM blind)";

static void test_by_age(void **state)
{
	struct shelf s;

	(void)state;
	two_runs(&s);
	tidied(&s, BEGIN + 9 * DAY);
	assert_string_equal(ask(&s, all), "1,2|1,2,5,7|1|1 ring_full 3 0 0");
	/* The first day of the first run is no longer told: it is blind. */
	tidied(&s, BEGIN + 11 * DAY);
	assert_string_equal(ask(&s, all), "1,2|5,7|0|1 retention 2 0 0");
	assert_int_equal(status_of(&s).removed, 4);
	tidied(&s, BEGIN + 15 * DAY + 1);
	assert_string_equal(ask(&s, all), "1,2|7|0|1 retention 3 0 5");
	/* All of that run is over. */
	tidied(&s, BEGIN + 17 * DAY - 1);
	assert_string_equal(ask(&s, all), "2|7|0|");
	/* The one that goes on stays, however old. */
	tidied(&s, BEGIN + 100 * DAY);
	assert_string_equal(ask(&s, all), "2||0|2 retention 1 6 7");
	shelf_free(&s);
}

static void test_no_limit(void **state)
{
	struct shelf s;

	(void)state;
	two_runs(&s);
	shelf_close(&s);
	s.options.keep_days = 0;
	shelf_open(&s);
	tidied(&s, BEGIN + 10000 * DAY);
	assert_string_equal(ask(&s, all), "1,2|1,2,5,7|1|1 ring_full 3 0 0");
	shelf_free(&s);
}

/* Near misses go before what harm came of, and nothing is blind for it. */
static void test_by_size_the_harmless_first(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	s.options.keep_mib = 1;
	shelf_begin(&s);
	for (unsigned int i = 0; i < 100; i++)
		put(s.store, FINDING_LOST, i, BEGIN + i);
	for (unsigned int i = 1000; i < 8000; i++)
		put(s.store, FINDING_NEAR_MISS, i, BEGIN + i);
	assert_int_equal(store_commit(s.store), 0);
	assert_true(store_bytes(s.store) > 1 << 20);
	tidied(&s, BEGIN);
	assert_true(store_bytes(s.store) <= 1 << 20);
	assert_string_equal(
		ask(&s, "SELECT sum(class = 'lost'),"
			" sum(class = 'near-miss') BETWEEN 500 AND 6000,"
			" max(page), (SELECT count(*) FROM blind)"
			" FROM finding"),
		"100|1|7999|0");
	assert_string_equal(ask(&s, "PRAGMA integrity_check"), "ok");
	shelf_free(&s);
}

static void test_by_size_the_oldest_then(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	s.options.keep_mib = 1;
	shelf_begin(&s);
	for (unsigned int i = 0; i < 8000; i++)
		put(s.store, FINDING_LOST, i, BEGIN + i);
	assert_int_equal(store_commit(s.store), 0);
	tidied(&s, BEGIN);
	assert_true(store_bytes(s.store) <= 1 << 20);
	/* What went and what is there are all, and side by side. */
	assert_string_equal(
		ask(&s, "SELECT kind, count + (SELECT count(*) FROM finding),"
			" from_ns = begin_ns, to_ns + 1 ="
			" (SELECT min(at_ns) FROM finding)"
			" FROM blind, run"),
		"retention|8000|1|1");
	shelf_free(&s);
}

static void fill(struct shelf *s, unsigned int rows)
{
	static const char json[] =
		"{\"schema\":1,\"type\":\"finding\",\"class\":\"lost\","
		"\"stack\":[\"0xffffffff81234567\",\"0xffffffff81234568\"]}";

	for (unsigned int i = 0; i < rows; i++) {
		struct finding f = made_finding(FINDING_LOST, i);

		assert_int_equal(store_finding(s->store, &f,
					       BEGIN + i * (SECOND / 1000),
					       json),
				 0);
		if (i % 4096 == 4095)
			assert_int_equal(store_commit(s->store), 0);
	}
	assert_int_equal(store_commit(s->store), 0);
}

/* A million, in an hour: all of the time it is no larger than it may be. */
static void test_very_many(void **state)
{
	const char *want = getenv("FULL") ? "1000000" : getenv("ROWS");
	const unsigned int rows = want ? (unsigned int)atoi(want) : 100000;
	int64_t longest;
	struct timespec from;
	struct shelf s;
	uint64_t before;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	clock_gettime(CLOCK_MONOTONIC, &from);
	fill(&s, rows);
	print_message("%u rows: %lld ms", rows, (long long)ms_since(&from));
	shelf_close(&s);
	before = file_bytes(s.path);
	clock_gettime(CLOCK_MONOTONIC, &from);
	s.options.keep_mib = (uint32_t)(before >> 20) / 2;
	shelf_open(&s);
	print_message("; %llu MiB: opened in %lld ms",
		      (unsigned long long)(before >> 20),
		      (long long)ms_since(&from));
	clock_gettime(CLOCK_MONOTONIC, &from);
	longest = tidied(&s, BEGIN);
	print_message("; %llu rows removed in %lld ms, a step in %lld ms\n",
		      (unsigned long long)status_of(&s).removed,
		      (long long)ms_since(&from), (long long)longest);
	assert_true(store_bytes(s.store) <= (uint64_t)s.options.keep_mib << 20);
	assert_in_range(longest, 0, 1000);
	assert_string_equal(ask(&s, "PRAGMA quick_check"), "ok");
	assert_string_equal(ask(&s, "SELECT count(*) > 1000 FROM finding"),
			    "1");
	shelf_free(&s);
}

/* Filled and tidied at once, it never gets far beyond its size. */
static void test_a_flood_that_is_tidied(void **state)
{
	const uint64_t limit = 8 << 20;
	struct shelf s;
	uint64_t most = 0;

	(void)state;
	shelf_new(&s);
	s.options.keep_mib = 8;
	shelf_begin(&s);
	for (unsigned int i = 0; i < 60000; i++) {
		put(s.store, FINDING_LOST, i, BEGIN + i);
		if (i % 100)
			continue;
		assert_int_equal(store_commit(s.store), 0);
		assert_true(store_tidy(s.store, BEGIN) >= 0);
		if (store_bytes(s.store) > most)
			most = store_bytes(s.store);
	}
	assert_in_range(most, limit / 2, limit);
	shelf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_age),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_by_size_the_harmless_first),
		cmocka_unit_test(test_by_size_the_oldest_then),
		cmocka_unit_test(test_very_many),
		cmocka_unit_test(test_a_flood_that_is_tidied),
	};

	return cmocka_run_group_tests_name("store_tidy", tests, NULL, NULL);
}
