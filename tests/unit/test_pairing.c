// SPDX-License-Identifier: GPL-2.0
/* test_pairing.c - sightings of an old kernel, in any order, with some lost. */
#include "pairing_fixture.h"

static void test_dropped_in_the_call_is_lost_at_its_end(void **state)
{
	struct sighting drop = dropped(), stop = ended(WINDOW_DROPPED);
	struct world *w = *state;

	take(w, &drop);
	assert_int_equal(pairing_undecided(w->pairing), 1);
	stop.window.drop = drop.window.drop;
	take(w, &stop);
	verdicts(w, 2, VERDICT_PENDING, VERDICT_LOST);
	assert_int_equal(w->records[1].window.drop.way, WAY_KSWAPD);
	assert_int_equal(w->records[1].ino, 300);
	assert_int_equal(w->records[1].bound[0].from, FROM);
	assert_int_equal(pairing_undecided(w->pairing), 0);
	assert_int_equal(counted(w, COUNT_lost), 1);
	assert_int_equal(counted(w, COUNT_unfollowed), 1);
}

static void test_stranded_then_dropped_is_lost(void **state)
{
	struct sighting stop = ended(0), drop = dropped();
	struct world *w = *state;

	take(w, &stop);
	drop.head.ns = drop.window.drop.ns = 9000;
	drop.window.end = stop.window.end;
	drop.window.bits |= WINDOW_ENDED;
	take(w, &drop);
	verdicts(w, 2, VERDICT_STRANDED, VERDICT_LOST);
	assert_true(w->records[1].flags & RECORD_WAS_STRANDED);
}

/* The end was sighted, and did not fit into the buffer. */
static void test_a_lost_end_is_known_by_the_drop(void **state)
{
	struct sighting stop = ended(0), drop = dropped();
	struct world *w = *state;

	drop.head.ns = drop.window.drop.ns = 9000;
	drop.window.end = stop.window.end;
	drop.window.bits |= WINDOW_ENDED;
	take(w, &drop);
	verdicts(w, 1, VERDICT_LOST, 0);
}

/* Both knew of each other: the verdict is spoken once. */
static void test_a_race_is_told_once(void **state)
{
	struct sighting stop = ended(WINDOW_DROPPED), drop = dropped();
	struct world *w = *state;

	drop.window.end = stop.window.end;
	drop.window.bits |= WINDOW_ENDED;
	stop.window.drop = drop.window.drop;
	take(w, &drop);
	take(w, &stop);
	take(w, &drop);
	verdicts(w, 2, VERDICT_PENDING, VERDICT_LOST);
}

static void test_another_window_of_the_place_is_another(void **state)
{
	struct sighting drop = dropped(), other = dropped();
	struct world *w = *state;

	other.window.clean_ns = 1500;
	take(w, &drop);
	take(w, &other);
	verdicts(w, 2, VERDICT_PENDING, VERDICT_PENDING);
	assert_int_equal(pairing_undecided(w->pairing), 2);
}

static void check_range(const struct window_range *r, __u64 from, __u64 to)
{
	assert_int_equal(r->from, from);
	assert_int_equal(r->to, to);
}

/*
 * The call copied 20 of its 100 bytes into the page that it had brought back,
 * came again to copy the rest, and left that page clean too: both are losses,
 * and the 20 bytes are in the second only.
 */
static void test_what_one_call_lost_twice_is_told_twice(void **state)
{
	struct sighting first = dropped(), second = dropped();
	struct sighting stop = ended(WINDOW_DROPPED), again;
	struct world *w = *state;

	stop.window.end.stop = FROM + 1100;
	stop.window.end.left = 0;
	stop.window.end.result = 100;
	again = stop;
	second.head.ns = second.window.drop.ns = 2600;
	again.window.clean_ns = second.window.clean_ns = 2500;
	again.window.left = second.window.left = 80;
	take(w, &first);
	take(w, &second);
	take(w, &stop);
	take(w, &again);
	assert_int_equal(w->count, 4);
	assert_int_equal(counted(w, COUNT_lost), 2);
	assert_int_equal(w->records[2].verdict, VERDICT_LOST);
	assert_int_equal(w->records[2].window.clean_ns, 1000);
	check_range(&w->records[2].bound[0], FROM, FROM + 1000);
	check_range(&w->records[2].bound[1], FROM + 1100, TO);
	assert_int_equal(w->records[3].verdict, VERDICT_LOST);
	assert_int_equal(w->records[3].window.clean_ns, 2500);
	check_range(&w->records[3].bound[0], FROM, FROM + 1020);
	check_range(&w->records[3].bound[1], FROM + 1100, TO);
}

static void test_dropped_dirty_is_void(void **state)
{
	struct sighting drop = dropped();
	struct world *w = *state;

	drop.window.drop.dirty = 1;
	take(w, &drop);
	verdicts(w, 1, VERDICT_VOID, 0);
}

static void test_without_a_stack_there_is_no_verdict(void **state)
{
	struct sighting drop = dropped(), stop = ended(WINDOW_DROPPED);
	struct world *w = *state;

	drop.stack = -17;
	take(w, &drop);
	take(w, &stop);
	verdicts(w, 0, 0, 0);
	assert_int_equal(blind(w, BLIND_no_stack), 1);
}

static void test_an_unknown_way_is_told(void **state)
{
	struct sighting drop = dropped();
	struct world *w = *state;

	w->stack_ip = AT_NOTHING;
	take(w, &drop);
	verdicts(w, 1, VERDICT_PENDING, 0);
	assert_int_equal(blind(w, BLIND_unknown_way), 1);
}

/* The caller stands in no stack that follows frame pointers. */
static void test_the_caller_counts_too(void **state)
{
	struct sighting drop = dropped();
	struct world *w = *state;

	w->stack_ip = AT_NOTHING;
	drop.caller = AT_RECLAIM + 4;
	take(w, &drop);
	assert_int_equal(w->records[0].window.drop.way, WAY_KSWAPD);
	assert_int_equal(w->records[0].trail.drop.ip[1], AT_RECLAIM + 4);
}

/* Nobody says here what a direct write wrote: never a loss, never nothing. */
static void test_a_direct_write_over_it_blinds(void **state)
{
	struct sighting stop = ended(0), drop = dropped();
	struct world *w = *state;

	w->stack_ip = AT_DIRECT + 1;
	take(w, &stop);
	drop.head.ns = drop.window.drop.ns = 9000;
	take(w, &drop);
	verdicts(w, 1, VERDICT_STRANDED, 0);
	assert_int_equal(blind(w, BLIND_direct_io), 1);
	assert_int_equal(counted(w, COUNT_lost), 0);
}

static void test_a_dedupe_since_blinds(void **state)
{
	struct sighting stop = ended(0), drop = dropped();
	struct world *w = *state;

	w->dedupe_ns = 5000;
	take(w, &stop);
	drop.head.ns = drop.window.drop.ns = 9000;
	take(w, &drop);
	verdicts(w, 1, VERDICT_STRANDED, 0);
	assert_int_equal(blind(w, BLIND_direct_io), 1);
}

static void test_a_dedupe_long_before_is_no_matter(void **state)
{
	struct sighting stop = ended(0), drop = dropped();
	struct world *w = *state;

	w->dedupe_ns = 500;
	stop.window.clean_ns = drop.window.clean_ns = 60000000000;
	take(w, &stop);
	drop.head.ns = drop.window.drop.ns = 60000009000;
	take(w, &drop);
	verdicts(w, 2, VERDICT_STRANDED, VERDICT_LOST);
}

static void test_dirty_after_a_retry_is_a_near_miss(void **state)
{
	struct sighting stop = ended(WINDOW_RETRIED);
	struct world *w = *state;

	stop.window.retry_ns = 2500;
	stop.window.end.dirty = 1;
	take(w, &stop);
	verdicts(w, 1, VERDICT_NEAR_MISS, 0);
	assert_int_equal(w->records[0].window.retry_ns, 2500);
}

static void test_locked_at_the_end_is_settled_later(void **state)
{
	struct sighting stop = ended(0);
	struct sighting settled = sighted(SIGHTING_SETTLED, 4000);
	struct sighting dirty = sighted(SIGHTING_DIRTY, 5000);
	struct world *w = *state;

	stop.window.end.locked = 1;
	take(w, &stop);
	verdicts(w, 0, 0, 0);
	take(w, &settled);
	take(w, &dirty);
	verdicts(w, 2, VERDICT_STRANDED, VERDICT_NEAR_MISS);
}

static void test_cleans_are_explained_by_the_stack(void **state)
{
	struct sighting s = sighted(SIGHTING_UNEXPLAINED, 2000);
	struct world *w = *state;

	s.stack = 3;
	w->stack_ip = AT_WRITEBACK + 1;
	take(w, &s);
	assert_int_equal(counted(w, COUNT_written), 1);
	w->stack_ip = AT_WRITE + 1;
	take(w, &s);
	assert_int_equal(blind(w, BLIND_unattributed), 1);
	verdicts(w, 0, 0, 0);
	w->stack_ip = AT_NOTHING;
	take(w, &s);
	assert_int_equal(w->count, 1);
	assert_int_equal(w->records[0].kind, RECORD_UNEXPLAINED);
	assert_int_equal(w->records[0].tgid, 40);
	assert_int_equal(blind(w, BLIND_unexplained), 1);
}

static void test_what_makes_no_sense_is_counted(void **state)
{
	struct sighting s = sighted(SIGHTING_KINDS, 2000);
	struct world *w = *state;

	take(w, &s);
	s = dropped();
	assert_int_equal(pairing_take(w->pairing, &s, sizeof(s) - 8), 0);
	assert_int_equal(pairing_take(w->pairing, &s, 3), 0);
	verdicts(w, 0, 0, 0);
	assert_int_equal(blind(w, BLIND_malformed), 3);
}

static void test_an_ended_window_is_forgotten_in_time(void **state)
{
	struct sighting drop = dropped();
	struct world *w = *state;

	drop.window.drop.dirty = 1;
	take(w, &drop);
	assert_int_equal(pairing_settle(w->pairing, 30000000000), 0);
	take(w, &drop);
	verdicts(w, 2, VERDICT_VOID, VERDICT_VOID);
}

#define test(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(dropped_in_the_call_is_lost_at_its_end),
		test(stranded_then_dropped_is_lost),
		test(a_lost_end_is_known_by_the_drop),
		test(a_race_is_told_once),
		test(another_window_of_the_place_is_another),
		test(what_one_call_lost_twice_is_told_twice),
		test(dropped_dirty_is_void),
		test(without_a_stack_there_is_no_verdict),
		test(an_unknown_way_is_told),
		test(the_caller_counts_too),
		test(a_direct_write_over_it_blinds),
		test(a_dedupe_since_blinds),
		test(a_dedupe_long_before_is_no_matter),
		test(dirty_after_a_retry_is_a_near_miss),
		test(locked_at_the_end_is_settled_later),
		test(cleans_are_explained_by_the_stack),
		test(what_makes_no_sense_is_counted),
		test(an_ended_window_is_forgotten_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
