/* SPDX-License-Identifier: GPL-2.0 */
/* What is asked of the process that heals, and what its answers come to. */
#include <errno.h>
#include <signal.h>

#include "heal_fixture.h"

static void test_nobody_asked(void **state)
{
	const struct healer_options options = { 0 };
	struct fixture *f = *state;
	struct summary s = { 0 };

	assert_int_equal(healer_new(&options, &f->healer), 0);
	assert_null(f->healer);
	assert_int_equal(tell(f, VERDICT_STRANDED, 0), HEAL_not_asked);
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 0), HEAL_not_asked);
	tick(f);
	assert_int_equal(healer_fd(f->healer), -1);
	assert_false(healer_done(f->healer));
	assert_int_equal(healer_end(f->healer, &f->help), 0);
	healer_sums(f->healer, &s);
	assert_false(s.healing);
}

static void test_healed(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_checking);
	assert_int_equal(tell(f, VERDICT_STRANDED, 0), HEAL_not_asked);
	assert_true(healer_busy(f->healer));
	assert_false(healer_done(f->healer));
	settle(f);
	/* The answer is the half of it. */
	assert_true(healer_done(f->healer));
	assert_false(healer_done(f->healer));
	assert_int_equal(sum(f, HEAL_healed), 0);
	assert_int_equal(sum(f, HEAL_unconfirmed), 1);
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 0), HEAL_healed);
	assert_int_equal(sum(f, HEAL_healed), 1);
	assert_int_equal(sum(f, HEAL_unconfirmed), 0);
	/* It is over: another near miss there is not ours. */
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 0), HEAL_not_asked);
	check_said(f, NULL);
}

/* The process has dirtied what had been dropped: the kernel side says lost. */
static void test_dropped_between(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_well);
	for (unsigned int i = 0; i < 3; i++)
		tell(f, VERDICT_STRANDED, i);
	settle(f);
	assert_int_equal(tell(f, VERDICT_LOST, 0), HEAL_dropped);
	assert_int_equal(tell(f, VERDICT_VOID, 1), HEAL_not_asked);
	assert_int_equal(tell(f, VERDICT_SUPERSEDED, 2), HEAL_not_asked);
	assert_int_equal(sum(f, HEAL_healed), 0);
	assert_int_equal(sum(f, HEAL_dropped), 1);
	assert_int_equal(sum(f, HEAL_settled), 2);
}

/* The window ends while the page waits, or is under way. */
static void test_ends_before(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_well);
	for (unsigned int i = 0; i < 4; i++)
		tell(f, VERDICT_STRANDED, i);
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 1), HEAL_not_asked);
	assert_int_equal(tell(f, VERDICT_LOST, 2), HEAL_dropped);
	tick(f); /* sends the first */
	assert_int_equal(tell(f, VERDICT_LOST, 0), HEAL_dropped);
	settle(f);
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 3), HEAL_healed);
	assert_int_equal(sum(f, HEAL_healed), 1);
	assert_int_equal(sum(f, HEAL_dropped), 2);
	assert_int_equal(sum(f, HEAL_settled), 1);
}

/* The kernel side may see the store before the process has said of it. */
static void test_held_back(void **state)
{
	struct record r = record_of(VERDICT_NEAR_MISS, 0);
	struct finding finding = finding_of(VERDICT_NEAR_MISS, 0);
	struct fixture *f = *state;

	begin(f, serve_well);
	tell(f, VERDICT_STRANDED, 0);
	/* While it waits, it cannot be ours. */
	assert_false(healer_holds(f->healer, &finding, &r, sizeof(r)));
	tick(f);
	assert_true(healer_holds(f->healer, &finding, &r, sizeof(r)));
	settle(f);
	assert_int_equal(f->again, 1);
	assert_int_equal(f->ending.heal, HEAL_healed);
	assert_int_equal(sum(f, HEAL_healed), 1);
	check_said(f, NULL);
}

static void test_held_back_and_refused(void **state)
{
	struct record r = record_of(VERDICT_NEAR_MISS, 0);
	struct finding finding = finding_of(VERDICT_NEAR_MISS, 0);
	struct fixture *f = *state;

	begin(f, serve_leased);
	tell(f, VERDICT_STRANDED, 0);
	tick(f);
	assert_true(healer_holds(f->healer, &finding, &r, sizeof(r)));
	settle(f);
	assert_int_equal(f->again, 1);
	assert_int_equal(f->ending.heal, HEAL_leased);
	check_said(f, NULL); /* the finding says it */
}

static void test_refused(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_leased);
	tell(f, VERDICT_STRANDED, 0);
	tell(f, VERDICT_STRANDED, 1);
	settle(f);
	assert_false(healer_done(f->healer));
	check_said(f, "\"type\":\"not-healed\"");
	assert_int_equal(tell(f, VERDICT_LOST, 0), HEAL_leased);
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 1), HEAL_leased);
	assert_int_equal(sum(f, HEAL_leased), 2);
	assert_int_equal(sum(f, HEAL_dropped), 0);
}

static void test_never_asked_for(void **state)
{
	struct finding finding = finding_of(VERDICT_STRANDED, 0);
	struct fixture *f = *state;

	begin(f, serve_well);
	healer_finding(f->healer, &finding, NULL);
	assert_int_equal(finding.heal, HEAL_not_rescued);
	finding.rescue = RESCUE_rate;
	healer_finding(f->healer, &finding, "");
	assert_int_equal(finding.heal, HEAL_not_rescued);
	finding.rescue = RESCUE_saved;
	finding.path_in_fs = true;
	healer_finding(f->healer, &finding, "");
	assert_int_equal(finding.heal, HEAL_no_name);
	assert_false(healer_busy(f->healer));
	assert_int_equal(sum(f, HEAL_not_rescued), 2);
	assert_int_equal(sum(f, HEAL_no_name), 1);
}

/* Its directory is not to be opened any more. */
static void test_directory_gone(void **state)
{
	struct finding finding = finding_of(VERDICT_STRANDED, 0);
	struct fixture *f = *state;
	char bytes[CONTENT_LEN] = { 0 };

	begin(f, serve_well);
	finding.rescue = RESCUE_saved;
	strcpy(finding.path, "/elsewhere/file");
	healer_finding(f->healer, &finding, bytes);
	tick(f);
	assert_false(healer_busy(f->healer));
	check_said(f, "\"reason\":\"no_name\"");
	assert_int_equal(sum(f, HEAL_no_name), 1);
}

/* A process that hangs is ended, and the next page gets another one. */
static void test_time_limit(void **state)
{
	uint64_t began = now_ns();
	struct fixture *f = *state;

	begin(f, serve_never);
	tell(f, VERDICT_STRANDED, 0);
	tell(f, VERDICT_STRANDED, 1);
	settle(f);
	assert_true(now_ns() - began >= 2 * LIMIT_NS);
	assert_true(now_ns() - began < 20 * LIMIT_NS);
	check_said(f, "\"reason\":\"time_limit\"");
	assert_int_equal(sum(f, HEAL_time_limit), 2);
	/* What hung may have done it in the end: that is not called healed. */
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 0), HEAL_time_limit);
}

static void test_died(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_and_die);
	tell(f, VERDICT_STRANDED, 0);
	tell(f, VERDICT_STRANDED, 1);
	settle(f);
	assert_int_equal(sum(f, HEAL_helper), 2);
	check_said(f, "\"reason\":\"helper\"");
}

static void test_nonsense(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_nonsense);
	tell(f, VERDICT_STRANDED, 0);
	settle(f);
	assert_int_equal(sum(f, HEAL_helper), 1);
}

static void test_too_many(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_well);
	for (unsigned int i = 0; i < HEAL_WAITING_MAX; i++)
		assert_int_equal(tell(f, VERDICT_STRANDED, i), HEAL_not_asked);
	assert_int_equal(tell(f, VERDICT_STRANDED, 9999), HEAL_too_many);
	settle(f);
	assert_int_equal(sum(f, HEAL_unconfirmed), HEAL_WAITING_MAX);
	assert_int_equal(sum(f, HEAL_too_many), 1);
}

/* Each that was stranded is counted once, whatever was going on. */
static void test_end(void **state)
{
	struct fixture *f = *state;

	begin(f, serve_never);
	for (unsigned int i = 0; i < 3; i++)
		tell(f, VERDICT_STRANDED, i);
	tick(f);
	assert_int_equal(healer_end(f->healer, &f->help), 0);
	assert_false(healer_busy(f->healer));
	assert_int_equal(sum(f, HEAL_ended), 3);
	assert_int_equal(tell(f, VERDICT_NEAR_MISS, 0), HEAL_ended);
	check_said(f, "\"reason\":\"ended\"");
}

/* What hangs in the kernel cannot be ended: there may be so many and no more.
 */
static void test_too_many_hang(void **state)
{
	struct heal_child c = { .serve = serve_well };

	(void)state;
	for (unsigned int i = 0; i < HEAL_DYING_MAX; i++) {
		c.dying[i] = fork();
		if (!c.dying[i])
			serve_never(0);
	}
	c.dying_count = HEAL_DYING_MAX;
	assert_int_equal(heal_child_start(&c), -EBUSY);
	assert_int_equal(c.pid, 0);
	for (unsigned int i = 0; i < HEAL_DYING_MAX; i++)
		kill(c.dying[i], SIGKILL);
	while (c.dying_count)
		heal_child_reap(&c);
	assert_int_equal(heal_child_start(&c), 0);
	heal_child_kill(&c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_asked),
		TEST(test_healed),
		TEST(test_dropped_between),
		TEST(test_ends_before),
		TEST(test_held_back),
		TEST(test_held_back_and_refused),
		TEST(test_refused),
		TEST(test_never_asked_for),
		TEST(test_directory_gone),
		TEST(test_time_limit),
		TEST(test_died),
		TEST(test_nonsense),
		TEST(test_too_many),
		TEST(test_end),
		TEST(test_too_many_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
