/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "when.h"

#define S WHEN_NS_PER_S
/* 2026-11-28 22:18:20.000000005 UTC, a Saturday; 23:18 in Berlin. */
#define NOW (INT64_C(1795904300) * S + 5)

static int set_zone(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void test_points(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {
		{ "now", NOW },
		{ "today", INT64_C(1795820400) * S },
		{ "Yesterday", INT64_C(1795734000) * S },
		{ "2h", NOW - 7200 * S },
		{ "2 hours ago", NOW - 7200 * S },
		{ "90 min", NOW - 5400 * S },
		{ "3 days ago", NOW - 3 * 86400 * S },
		{ "1w", NOW - 7 * 86400 * S },
		{ "0s", NOW },
		{ "2026-11-28", INT64_C(1795820400) * S },
		{ "2026-07-01", INT64_C(1782856800) * S }, /* summer */
		{ "2026-11-28 23:18", INT64_C(1795904280) * S },
		{ "2026-11-28T22:18:20Z", INT64_C(1795904300) * S },
		{ "2026-11-28T22:18:20.25z", INT64_C(1795904300) * S + S / 4 },
		{ "2026-11-28T23:48:20+01:30", INT64_C(1795904300) * S },
		{ "2026-11-28T21:48:20-00:30", INT64_C(1795904300) * S },
		{ "2024-02-29T00:00:00Z", INT64_C(1709164800) * S },
		{ "1970-01-01T00:00:00Z", 0 },
	};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (when_parse(good[i].text, NOW, &ns) || ns != good[i].ns)
			fail_msg("%s", good[i].text);
	}
}

static void test_no_points(void **state)
{
	static const char *const bad[] = {
		"",
		"soon",
		"2",
		"h",
		"-2h",
		"2 fortnights",
		"2h 3m",
		"3 days later",
		"99999999999999999999h",
		"3000w",
		"2026",
		"2026-13-01",
		"2026-02-29",
		"2100-02-29",
		"2026-11-31",
		"2026-11-00",
		"2026-11-28X",
		"2026-11-28T24:00",
		"2026-11-28T22:18:20.Z",
		"2026-11-28T22:18:20ZZ",
		"2026-11-28T22:18:20+1:00",
		"2026-11-28T22:18:20 +01:00",
		"2200-01-01",
		"1969-12-31T23:59:59Z",
	};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (when_parse(bad[i], NOW, &ns) != -EINVAL)
			fail_msg("%s", bad[i]);
}

static void test_texts(void **state)
{
	char text[WHEN_LEN];

	(void)state;
	when_text(NOW, false, false, text);
	assert_string_equal(text, "2026-11-28 23:18:20");
	when_text(NOW + 305 * S / 1000, true, true, text);
	assert_string_equal(text, "2026-11-28 22:18:20.305");
	when_text(-1, true, true, text);
	assert_string_equal(text, "unknown");
	when_rfc3339(NOW, text);
	assert_string_equal(text, "2026-11-28T22:18:20.000000005Z");
	when_rfc3339(INT64_MIN, text);
	assert_string_equal(text, "unknown");
}

static void test_durations(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} lengths[] = {
		{ -5, "0 s" },
		{ 0, "0 s" },
		{ 7, "7 ns" },
		{ 668000, "668 us" },
		{ 2020000, "2.02 ms" },
		{ 25500000, "25.5 ms" },
		{ 999999999, "1000 ms" },
		{ 12 * S, "12.0 s" },
		{ 60 * S, "1 min" },
		{ 100 * S, "1 min 40 s" },
		{ 3600 * S, "1 h" },
		{ 3659 * S, "1 h" },
		{ (3 * 86400 + 4 * 3600 + 59) * S, "3 d 4 h" },
		{ INT64_MAX, "106751 d 23 h" },
	};
	char text[WHEN_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		when_duration(lengths[i].ns, text);
		assert_string_equal(text, lengths[i].text);
	}
}

static void test_overflow(void **state)
{
	(void)state;
	assert_true(when_plus(INT64_MAX, 1) == INT64_MAX);
	assert_true(when_plus(INT64_MIN, -1) == INT64_MIN);
	assert_true(when_less(INT64_MIN, 1) == INT64_MIN);
	assert_true(when_less(INT64_MAX, -1) == INT64_MAX);
	assert_true(when_less(5, 7) == -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_no_points),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_overflow),
	};

	return cmocka_run_group_tests(tests, set_zone, NULL);
}
