/* SPDX-License-Identifier: GPL-2.0 */
/* Which findings wait until there is time to save their page, and for how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "now.h"
#include "rescue_fixture.h"
#include "rescue_wait.h"

static struct rescue_waits waits;

/* One file a second: the first finding takes all the time there is. */
static void spend(struct fixture *f)
{
	struct record r = record_of(VERDICT_LOST, 100000);

	new_second();
	content_of(f, &r, 'x');
	assert_int_equal(tell(f, &r).rescue, RESCUE_saved);
}

static void begin_late(struct fixture *f)
{
	struct rescue_options slow = usual;

	slow.rate = 1;
	begin(f, slow);
	spend(f);
}

static bool take(struct fixture *f, const struct record *r,
		 struct finding *finding)
{
	const struct rescue_help help = { .report = f->report };

	finding_from_record(r, finding);
	return rescue_waits_take(&waits, f->rescuer, &help, r, finding,
				 now_ns());
}

/* With its content, of the `n`th window. Does its finding wait? */
static bool waits_for(struct fixture *f, enum verdict verdict, unsigned int n)
{
	struct record r = record_of(verdict, n);
	struct finding finding;

	content_of(f, &r, 'a' + (int)n % 26);
	return take(f, &r, &finding);
}

/* Which window is told next? -1: none. */
static int next(struct fixture *f, uint64_t now, bool last)
{
	struct waiting *e = rescue_waits_next(&waits, f->rescuer, now, last);
	int n = e ? (int)(e->record.window.clean_ns -
			  made_record(VERDICT_LOST).window.clean_ns)
		  : -1;

	free(e);
	return n;
}

/* The next that is told: a loss, or stranded. What becomes of its page? */
static enum rescue tell_next(struct fixture *f, enum finding_class class,
			     uint64_t now, bool last)
{
	const struct rescue_help help = { .report = f->report };
	struct waiting *e = rescue_waits_next(&waits, f->rescuer, now, last);
	enum rescue rescue;

	assert_non_null(e);
	assert_int_equal(e->finding.class, class);
	rescuer_finding(f->rescuer, &help, &e->record, &e->finding);
	rescue = e->finding.rescue;
	free(e);
	return rescue;
}

static void test_time_enough(void **state)
{
	struct fixture *f = *state;

	begin(f, usual);
	assert_false(waits_for(f, VERDICT_LOST, 0));
	assert_false(waits_for(f, VERDICT_STRANDED, 1));
	assert_int_equal(next(f, now_ns(), true), -1);
}

static void test_who_waits(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 5);
	struct finding finding;

	begin_late(f);
	assert_true(waits_for(f, VERDICT_STRANDED, 0));
	assert_true(waits_for(f, VERDICT_LOST, 1));
	assert_true(waits_for(f, VERDICT_LOST, 2));
	assert_false(waits_for(f, VERDICT_PENDING, 3));
	assert_false(waits_for(f, VERDICT_NEAR_MISS, 4));
	/* No content: to wait would bring nothing. */
	assert_false(take(f, &r, &finding));
	assert_int_equal(next(f, now_ns(), false), -1);
	/* Losses first, and each class in the order in which it came. */
	new_second();
	assert_int_equal(next(f, now_ns(), false), 1);
	assert_int_equal(next(f, now_ns(), false), 2);
	assert_int_equal(next(f, now_ns(), false), 0);
	assert_int_equal(next(f, now_ns(), false), -1);
}

/* Who came first is told first, though there is time again. */
static void test_in_line(void **state)
{
	struct fixture *f = *state;

	begin_late(f);
	assert_true(waits_for(f, VERDICT_LOST, 0));
	new_second();
	assert_true(waits_for(f, VERDICT_LOST, 1));
	assert_int_equal(next(f, now_ns(), false), 0);
	assert_int_equal(next(f, now_ns(), false), 1);
	assert_false(waits_for(f, VERDICT_LOST, 2));
}

/* An alarm is not withheld for long, and says then that nothing was saved. */
static void test_patience(void **state)
{
	struct fixture *f = *state;
	uint64_t now;

	begin_late(f);
	assert_true(waits_for(f, VERDICT_STRANDED, 0));
	assert_true(waits_for(f, VERDICT_LOST, 1));
	now = now_ns();
	/* In the same second as far as the rescuer knows. */
	waits.queues[FINDING_LOST]->until_ns = now;
	assert_int_equal(tell_next(f, FINDING_LOST, now, false), RESCUE_rate);
	assert_int_equal(next(f, now, false), -1);
	assert_true(waits.queues[FINDING_STRANDED]->until_ns >
		    now + RESCUE_WAIT_LOST_NS);
	assert_int_equal(next(f, now, true), 0);
}

/* At the end there is time for all. */
static void test_last(void **state)
{
	struct fixture *f = *state;

	begin_late(f);
	for (unsigned int i = 0; i < 3; i++)
		assert_true(waits_for(f, VERDICT_LOST, i));
	rescuer_last(f->rescuer, now_ns());
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(tell_next(f, FINDING_LOST, now_ns(), true),
				 RESCUE_saved);
	assert_false(rescue_waits_any(&waits));
}

static void test_of_a_window(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 0);
	struct finding finding;
	struct waiting *e;

	begin_late(f);
	assert_true(waits_for(f, VERDICT_STRANDED, 1));
	assert_true(waits_for(f, VERDICT_STRANDED, 0));
	finding_from_record(&r, &finding);
	e = rescue_waits_of(&waits, finding.id);
	assert_non_null(e);
	assert_string_equal(e->finding.id, finding.id);
	free(e);
	assert_null(rescue_waits_of(&waits, finding.id));
	assert_int_equal(next(f, now_ns(), true), 1);
}

static void test_bounded(void **state)
{
	struct fixture *f = *state;

	begin_late(f);
	for (unsigned int i = 0; i < RESCUE_WAITING_MAX; i++)
		assert_true(waits_for(f, VERDICT_STRANDED, i));
	assert_false(waits_for(f, VERDICT_STRANDED, RESCUE_WAITING_MAX));
	/* They do not keep a loss from waiting. */
	spend(f);
	assert_true(waits_for(f, VERDICT_LOST, RESCUE_WAITING_MAX + 1));
	assert_int_equal(waits.counts[FINDING_LOST], 1);
	rescue_waits_clear(&waits);
	assert_false(rescue_waits_any(&waits));
}

/* However many come after it: its content does not go for theirs. */
static void test_content_stays(void **state)
{
	struct fixture *f = *state;
	const struct rescue_help help = { .report = f->report };
	struct finding finding;
	struct record r;

	begin_late(f);
	assert_true(waits_for(f, VERDICT_STRANDED, 0));
	for (unsigned int i = 1; i < 5000; i++) {
		r = record_of(VERDICT_STRANDED, i);
		content_of(f, &r, 'z');
	}
	rescuer_last(f->rescuer, now_ns());
	assert_int_equal(tell_next(f, FINDING_STRANDED, now_ns(), true),
			 RESCUE_saved);
	/* The one that came next is gone. */
	r = record_of(VERDICT_LOST, 1);
	finding_from_record(&r, &finding);
	assert_false(rescuer_prepare(f->rescuer, &help, &r, &finding));
}

static void test_nobody_asked(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 0);
	struct finding finding;

	assert_false(take(f, &r, &finding));
}

static int clear(void **state)
{
	rescue_waits_clear(&waits);
	return tear_down(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_time_enough),	 TEST(test_who_waits),
		TEST(test_in_line),	 TEST(test_patience),
		TEST(test_last),	 TEST(test_of_a_window),
		TEST(test_bounded),	 TEST(test_content_stays),
		TEST(test_nobody_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
