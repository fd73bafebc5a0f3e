/* SPDX-License-Identifier: GPL-2.0 */
/* What the daemon does about its own price. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "budget.h"

#define S 1000000000ULL
#define MIN (60 * S)

static const struct budget_limits limits = {
	.cpu_percent = 5,
	.bytes = 64 << 20,
	.every_ns = 10 * MIN,
	.pause_ns = 5 * MIN,
	.pauses = 2,
};

/*
 * One sample at `now`, of a second in which hooks and processes took so many
 * percent each, with so many MiB held. Returns whether hooks are to go.
 */
static bool sample(struct budget *b, uint64_t now, unsigned int hooks,
		   unsigned int cpu, uint64_t mib)
{
	const struct budget_spent before = { 7 * S, 3 * S, 0 };
	const struct budget_spent after = { 7 * S + S / 100 * hooks,
					    3 * S + S / 100 * cpu, mib << 20 };

	assert_true(budget_due(b, now));
	budget_begin(b, &before, now);
	assert_false(budget_due(b, now + S / 2));
	assert_true(budget_due(b, now + S));
	return budget_end(b, &limits, &after, now + S);
}

/* As many as it takes. Returns when the hooks went. */
static uint64_t until_off(struct budget *b, uint64_t now)
{
	for (int i = 0; i < 100; i++) {
		now = b->due_ns > now ? b->due_ns : now;
		if (sample(b, now, 50, 0, 1))
			return now + S;
	}
	fail();
	return 0;
}

static void test_within(void **state)
{
	struct budget b = { 0 };

	(void)state;
	budget_armed(&b, 100 * S);
	assert_false(budget_due(&b, 100 * S));
	assert_false(sample(&b, 110 * S, 3, 1, 10));
	assert_int_equal(b.state, BUDGET_OK);
	assert_true(b.cpu_ratio > 0.039 && b.cpu_ratio < 0.041);
	assert_true(b.hooks_ratio > 0.029 && b.hooks_ratio < 0.031);
	assert_int_equal(b.due_ns, 111 * S + 10 * MIN);
}

static void test_one_is_chance(void **state)
{
	struct budget b = { 0 };

	(void)state;
	budget_armed(&b, 100 * S);
	assert_false(sample(&b, 110 * S, 60, 0, 1));
	assert_int_equal(b.state, BUDGET_OVER);
	assert_int_equal(b.due_ns, 121 * S);
	assert_false(sample(&b, 121 * S, 60, 0, 1));
	assert_false(sample(&b, 132 * S, 0, 1, 1));
	assert_int_equal(b.state, BUDGET_OK);
	/* And counts from the beginning again. */
	assert_false(sample(&b, 132 * S + 11 * MIN, 60, 0, 1));
	assert_false(sample(&b, 145 * S + 11 * MIN, 60, 0, 1));
}

static void test_three_are_not(void **state)
{
	struct budget b = { 0 };

	(void)state;
	budget_armed(&b, 100 * S);
	assert_false(sample(&b, 110 * S, 4, 2, 1));
	assert_false(sample(&b, 121 * S, 4, 2, 1));
	assert_true(sample(&b, 132 * S, 4, 2, 1));
	assert_int_equal(b.state, BUDGET_PAUSED);
	assert_int_equal(b.due_ns, 133 * S + 5 * MIN);
}

static void test_memory(void **state)
{
	struct budget b = { 0 };

	(void)state;
	budget_armed(&b, 100 * S);
	assert_false(sample(&b, 110 * S, 0, 0, 64));
	assert_int_equal(b.state, BUDGET_OK);
	assert_false(sample(&b, 111 * S + 10 * MIN, 0, 0, 65));
	assert_int_equal(b.state, BUDGET_OVER);
}

static void test_no_limit(void **state)
{
	static const struct budget_limits none = { .every_ns = MIN };
	const struct budget_spent before = { 0 }, after = { S, S, 1ULL << 40 };
	struct budget b = { 0 };

	(void)state;
	budget_armed(&b, 100 * S);
	budget_begin(&b, &before, 110 * S);
	assert_false(budget_end(&b, &none, &after, 111 * S));
	assert_int_equal(b.state, BUDGET_OK);
}

/* Two pauses in a day, and the third time it is for good. */
static void test_too_often(void **state)
{
	struct budget b = { 0 };
	uint64_t now = 100 * S;

	(void)state;
	for (int i = 0; i < 2; i++) {
		budget_armed(&b, now);
		now = until_off(&b, now);
		assert_int_equal(b.state, BUDGET_PAUSED);
		now += limits.pause_ns;
	}
	budget_armed(&b, now);
	until_off(&b, now);
	assert_int_equal(b.state, BUDGET_DETACHED);
}

static void test_a_day_later(void **state)
{
	struct budget b = { 0 };
	uint64_t now = 100 * S;

	(void)state;
	for (int i = 0; i < 5; i++) {
		budget_armed(&b, now);
		now = until_off(&b, now);
		assert_int_equal(b.state, BUDGET_PAUSED);
		now += 13 * 60 * MIN;
	}
}

/* The sums may shrink, where programs went. */
static void test_less_than_before(void **state)
{
	const struct budget_spent before = { 9 * S, 9 * S, 0 }, after = { 0 };
	struct budget b = { 0 };

	(void)state;
	budget_armed(&b, 100 * S);
	budget_begin(&b, &before, 110 * S);
	assert_false(budget_end(&b, &limits, &after, 111 * S));
	assert_true(b.cpu_ratio == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_one_is_chance),
		cmocka_unit_test(test_three_are_not),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_too_often),
		cmocka_unit_test(test_a_day_later),
		cmocka_unit_test(test_less_than_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
