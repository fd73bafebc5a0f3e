/* SPDX-License-Identifier: GPL-2.0 */
/* When to look: each second while anything goes on, else once a minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "rhythm.h"

#define S 1000000000ULL

/* Looks until `to`, with nothing going on. Returns how many. */
static int looks(struct rhythm *r, uint64_t to)
{
	int count = 0;

	for (; r->look_ns <= to; count++)
		rhythm_looked(r, false, 0, r->look_ns);
	return count;
}

static void test_idle(void **state)
{
	struct rhythm r;

	(void)state;
	rhythm_begin(&r, 100 * S);
	assert_int_equal(looks(&r, 105 * S), 5);
	assert_int_equal(r.look_ns, 120 * S);
	assert_int_equal(looks(&r, 3705 * S), 60);
}

static void test_stirred(void **state)
{
	struct rhythm r;

	(void)state;
	rhythm_begin(&r, 100 * S);
	looks(&r, 130 * S);
	rhythm_stir(&r, 130 * S);
	assert_int_equal(r.look_ns, 131 * S);
	/* One event after the other cannot put a look off. */
	rhythm_stir(&r, 130 * S + S / 2);
	assert_int_equal(r.look_ns, 131 * S);
	assert_int_equal(looks(&r, 140 * S), 6);
	assert_int_equal(r.look_ns, 180 * S);
	rhythm_hurry(&r, 150 * S);
	assert_int_equal(r.look_ns, 150 * S);
}

static void test_busy(void **state)
{
	struct rhythm r;

	(void)state;
	rhythm_begin(&r, 100 * S);
	for (uint64_t now = 101 * S; now < 300 * S; now += S) {
		assert_int_equal(r.look_ns, now);
		rhythm_looked(&r, true, 0, now);
	}
}

/* A wish is heard, but not more than once a second. */
static void test_due(void **state)
{
	struct rhythm r;

	(void)state;
	rhythm_begin(&r, 100 * S);
	rhythm_looked(&r, false, 115 * S, 110 * S);
	assert_int_equal(r.look_ns, 115 * S);
	rhythm_looked(&r, false, 110 * S, 110 * S);
	assert_int_equal(r.look_ns, 111 * S);
	rhythm_looked(&r, false, 9999 * S, 110 * S);
	assert_int_equal(r.look_ns, 120 * S);
}

static void test_wait(void **state)
{
	struct rhythm r;

	(void)state;
	rhythm_begin(&r, 100 * S);
	assert_int_equal(rhythm_wait(&r, 0, 100 * S), 1001);
	assert_int_equal(rhythm_wait(&r, 100 * S + S / 2, 100 * S), 501);
	assert_int_equal(rhythm_wait(&r, 200 * S, 100 * S), 1001);
	assert_int_equal(rhythm_wait(&r, 0, 101 * S), 0);
	assert_int_equal(rhythm_wait(&r, 0, 150 * S), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle), cmocka_unit_test(test_stirred),
		cmocka_unit_test(test_busy), cmocka_unit_test(test_due),
		cmocka_unit_test(test_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
