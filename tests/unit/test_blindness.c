/* SPDX-License-Identifier: GPL-2.0 */
/* Counts that are looked at once a second, and the intervals they make. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "blindness.h"

#define S 1000000000ULL

/* A watch, what its kernel side counted, and what it was told, as text. */
struct world {
	struct blindness b;
	struct blind_span seen[BLIND_MAX];
	uint64_t now;
	int fail; /* what being told returns */
	unsigned int told;
	char text[4096];
};

static int tell(void *arg, enum blind kind, const struct blind_span *i,
		bool open)
{
	struct world *w = arg;
	size_t len = strlen(w->text);

	w->told++;
	snprintf(w->text + len, sizeof(w->text) - len, "%d:%llu+%llu=%llu%s ",
		 (int)kind, i->first_ns / S, i->last_ns / S, i->count,
		 open ? "..." : "");
	return w->fail;
}

static void begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->now = 100 * S;
	blindness_init(&w->b, w->now);
}

/* As the kernel side counts. */
static void count(struct world *w, enum blind kind, uint64_t at,
		  unsigned int times)
{
	if (!w->seen[kind].first_ns)
		w->seen[kind].first_ns = at;
	w->seen[kind].last_ns = at;
	w->seen[kind].count += times;
}

static void look(struct world *w, const char *want)
{
	w->now += S;
	w->text[0] = '\0';
	assert_int_equal(blindness_look(&w->b, w->seen, w->now, tell, w),
			 w->fail);
	assert_string_equal(w->text, want);
}

static void finish(struct world *w, const char *want)
{
	w->now += S;
	w->text[0] = '\0';
	assert_int_equal(blindness_finish(&w->b, w->seen, w->now, tell, w),
			 w->fail);
	assert_string_equal(w->text, want);
}

static void test_never_blind(void **state)
{
	struct blind_span spans[BLIND_MAX];
	struct world w;

	(void)state;
	begin(&w);
	for (int i = 0; i < 10; i++)
		look(&w, "");
	finish(&w, "");
	blindness_spans(&w.b, spans);
	for (int i = 0; i < BLIND_MAX; i++)
		assert_int_equal(spans[i].count, 0);
}

/* Told when it begins and when it has ended, and not between. */
static void test_one_interval(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	look(&w, "");
	count(&w, 1, w.now + S / 2, 3);
	look(&w, "1:101+101=3... ");
	count(&w, 1, w.now, 1);
	look(&w, "");
	look(&w, "");
	look(&w, "");
	look(&w, "1:101+102=4 ");
	look(&w, "");
	finish(&w, "");
	assert_int_equal(w.b.kinds[1].used, 1);
}

/* The kernel dates the first time of all; of later ones only looks tell. */
static void test_second_interval(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	count(&w, 1, w.now + S / 2, 1);
	look(&w, "1:100+100=1... ");
	look(&w, "");
	look(&w, "");
	look(&w, "1:100+100=1 ");
	w.now += 50 * S;
	look(&w, "");
	count(&w, 1, w.now + S / 2, 7);
	look(&w, "1:155+155=7... ");
	assert_true(w.b.kinds[1].at[1].first_ns == 155 * S);
	assert_true(w.b.kinds[1].at[1].last_ns == 155 * S + S / 2);
	finish(&w, "1:155+155=7 ");
}

/* What nobody dates lies between two looks. */
static void test_without_times(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	look(&w, "");
	w.seen[2].count = 1;
	look(&w, "2:101+102=1... ");
	finish(&w, "2:101+102=1 ");
}

static void test_kinds_apart(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	count(&w, 1, w.now, 1);
	count(&w, 3, w.now, 1);
	look(&w, "1:100+100=1... 3:100+100=1... ");
	look(&w, "");
	count(&w, 3, w.now, 1);
	look(&w, "");
	look(&w, "1:100+100=1 ");
	finish(&w, "3:100+102=2 ");
}

/* What begins at the very end is told once. */
static void test_finish(void **state)
{
	struct blind_span spans[BLIND_MAX];
	struct world w;

	(void)state;
	begin(&w);
	count(&w, 4, w.now, 2);
	finish(&w, "4:100+100=2 ");
	blindness_spans(&w.b, spans);
	assert_int_equal(spans[4].count, 2);
	assert_true(spans[4].first_ns == 100 * S);
}

/* Blind without an end: two lines, however long. */
static void test_permanent(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	for (int i = 0; i < 100000; i++) {
		count(&w, 1, w.now, 1);
		w.now += S;
		blindness_look(&w.b, w.seen, w.now, tell, &w);
	}
	finish(&w, "1:100+100099=100000 ");
	assert_int_equal(w.told, 2);
}

/* Blind every ten seconds for a week. */
static void test_flapping(void **state)
{
	struct blind_span spans[BLIND_MAX];
	struct world w;

	(void)state;
	begin(&w);
	for (int i = 0; i < 7 * 86400; i++) {
		if (i % 10 == 0)
			count(&w, 1, w.now, 1);
		w.now += S;
		blindness_look(&w.b, w.seen, w.now, tell, &w);
		w.text[0] = '\0';
	}
	assert_true(w.told <= 8);
	blindness_spans(&w.b, spans);
	assert_int_equal(spans[1].count, 7 * 8640);
	assert_true(spans[1].first_ns == 100 * S);
}

/* More intervals than are kept: the closest become one, none is forgotten. */
static void test_merged(void **state)
{
	const struct blind_intervals *k;
	struct world w;
	uint64_t sum = 0;

	(void)state;
	begin(&w);
	k = &w.b.kinds[1];
	for (int i = 0; i < 40; i++) {
		count(&w, 1, w.now, 1);
		w.now += S;
		blindness_look(&w.b, w.seen, w.now, tell, &w);
		w.now += i == 20 ? 4000 * S : 10000 * S;
		blindness_look(&w.b, w.seen, w.now, tell, &w);
		w.text[0] = '\0';
	}
	assert_int_equal(k->used, BLINDNESS_INTERVALS);
	assert_int_equal(k->merged, 40 - BLINDNESS_INTERVALS);
	for (unsigned int i = 0; i < k->used; i++) {
		assert_true(k->at[i].first_ns <= k->at[i].last_ns);
		assert_true(!i || k->at[i - 1].last_ns < k->at[i].first_ns);
		sum += k->at[i].count;
	}
	assert_int_equal(sum, 40);
	assert_int_equal(w.told, 80);
}

/* A full ring is the tool's own fault if it did not look for long. */
static void test_held_up(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	count(&w, BLIND_ring_full, w.now, 5);
	look(&w, "0:100+100=5... ");
	w.now += 5 * S;
	look(&w, "0:100+100=5 ");
	w.now += 5 * S;
	count(&w, BLIND_ring_full, w.now, 9);
	w.now += S;
	w.text[0] = '\0';
	blindness_look(&w.b, w.seen, w.now, tell, &w);
	assert_int_equal(w.told, 4);
	assert_int_equal(w.b.kinds[BLIND_consumer].at[0].count, 9);
	assert_true(w.b.kinds[BLIND_consumer].at[0].first_ns == 107 * S);
	assert_true(w.b.kinds[BLIND_consumer].at[0].last_ns == 112 * S);
	assert_int_equal(w.b.kinds[BLIND_ring_full].at[1].count, 9);
}

/* Who slept since nothing went on is held up from the first record on only. */
static void test_rested(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	look(&w, "");
	w.now += 60 * S;
	blindness_rested(&w.b, w.now);
	count(&w, BLIND_ring_full, w.now, 5);
	look(&w, "0:161+161=5... ");
	w.now += 60 * S;
	blindness_rested(&w.b, w.now - 3 * S);
	count(&w, BLIND_ring_full, w.now, 2);
	w.now += S;
	w.text[0] = '\0';
	blindness_look(&w.b, w.seen, w.now, tell, &w);
	assert_int_equal(w.b.kinds[BLIND_consumer].at[0].count, 2);
	/* A time to come tells nothing. */
	blindness_rested(&w.b, w.now + 90 * S);
	count(&w, BLIND_ring_full, w.now, 1);
	blindness_look(&w.b, w.seen, w.now + 4 * S, tell, &w);
	assert_int_equal(w.b.kinds[BLIND_consumer].at[0].count, 2);
}

static void test_due(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(blindness_due(&w.b), 0);
	count(&w, 1, w.now, 1);
	look(&w, "1:100+100=1... ");
	assert_int_equal(blindness_due(&w.b), 104 * S);
	count(&w, 2, w.now, 1);
	look(&w, "2:101+101=1... ");
	assert_int_equal(blindness_due(&w.b), 104 * S);
	count(&w, 1, w.now, 1);
	look(&w, "");
	assert_int_equal(blindness_due(&w.b), 105 * S);
	w.now += 2 * S;
	look(&w, "1:100+102=2 2:101+101=1 ");
	assert_int_equal(blindness_due(&w.b), 0);
}

static void test_added(void **state)
{
	const struct blind_span gap = { 1, 5 * S, 99 * S };
	const struct blind_span other = { 1, 3 * S, 99 * S };
	struct blind_span spans[BLIND_MAX];
	struct world w;

	(void)state;
	begin(&w);
	blindness_add(&w.b, BLIND_gap, &gap);
	blindness_add(&w.b, BLIND_gap, &other);
	look(&w, "");
	finish(&w, "");
	blindness_spans(&w.b, spans);
	assert_int_equal(spans[BLIND_gap].count, 2);
	assert_true(spans[BLIND_gap].first_ns == 3 * S);
	assert_true(spans[BLIND_gap].last_ns == 99 * S);
}

static void test_refused(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	w.fail = -EPIPE;
	count(&w, 1, w.now, 1);
	look(&w, "1:100+100=1... ");
	finish(&w, "1:100+100=1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_blind),
		cmocka_unit_test(test_one_interval),
		cmocka_unit_test(test_second_interval),
		cmocka_unit_test(test_without_times),
		cmocka_unit_test(test_kinds_apart),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_permanent),
		cmocka_unit_test(test_flapping),
		cmocka_unit_test(test_merged),
		cmocka_unit_test(test_held_up),
		cmocka_unit_test(test_rested),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
