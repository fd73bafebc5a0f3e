/* SPDX-License-Identifier: GPL-2.0 */
/* More findings than a journal takes: the first of a second, and a count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "journal_fixture.h"

static unsigned int storm(enum finding_class class, unsigned int n)
{
	struct finding f = found(class);

	sent = 0;
	while (n--)
		say(&f);
	return sent;
}

static void a_storm_is_limited_and_counted(void **state)
{
	(void)state;
	assert_int_equal(storm(FINDING_LOST, 1000), 50);
	assert_int_equal(storm(FINDING_NEAR_MISS, 1000), 12);
	assert_int_equal(journal_tick(&journal), 0);
	assert_int_equal(journal.left_out, 0);
	now += SECOND;
	sent = 0;
	assert_int_equal(journal_tick(&journal), 0);
	assert_int_equal(sent, 1);
	assert_value("DIRTYWATCH_EVENT", "left_out");
	assert_value("LEFT_OUT", "1938");
	assert_value("MESSAGE",
		     "and 1938 more were left out: 988 near-miss, 950 lost");
	assert_int_equal(journal.left_out, 1938);
	/* Nothing more to say, and the next second has its own share. */
	assert_int_equal(journal_tick(&journal), 0);
	assert_int_equal(sent, 1);
	assert_int_equal(storm(FINDING_LOST, 60), 50);
	assert_int_equal(journal_flush(&journal), 0);
	assert_value("LEFT_OUT", "10");
}

/* Without a tick in between: what was left out comes before what is new. */
static void a_late_finding_tells_it_too(void **state)
{
	(void)state;
	assert_int_equal(storm(FINDING_STRANDED, 51), 50);
	now += SECOND;
	assert_int_equal(storm(FINDING_STRANDED, 1), 2);
	assert_value("DIRTYWATCH_EVENT", "stranded");
	assert_int_equal(journal.left_out, 1);
}

/* All kinds at their limit, for as long as journald counts. */
static void journald_never_has_to_leave_out(void **state)
{
	unsigned int total = 0;

	(void)state;
	for (int i = 0; i < 31; i++, now += SECOND) {
		for (int class = 0; class < FINDING_CLASS_MAX; class ++)
			total += storm(class, 100);
		sent = 0;
		journal_tick(&journal);
		total += sent;
	}
	assert_true(total > 5000);
	assert_true(total < 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_storm_is_limited_and_counted),
		TEST(a_late_finding_tells_it_too),
		TEST(journald_never_has_to_leave_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
