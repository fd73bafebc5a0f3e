/* SPDX-License-Identifier: GPL-2.0 */
/* Pages whose data something else than a buffered write replaces. */
#include "window_fixture.h"

/* A stranded page, dropped in this way. */
static struct window dropped(enum way way)
{
	struct window w = cleaned();

	fill_end(&w, FROM, 100, 0);
	assert_int_equal(window_step(&w, OBS_END, 0), VERDICT_STRANDED);
	fill_drop(&w, way);
	w.drop.ns = w.end.ns + 1;
	assert_int_equal(window_step(&w, OBS_DROP, 0), VERDICT_PENDING);
	return w;
}

/* Offsets count from the page's first byte; the verdict of a direct write. */
static const struct over_case {
	const char *name;
	__s64 from, to; /* replaced */
	struct window_range want[WINDOW_RANGES];
} cases[] = {
	{ "whole page", 0, PAGE, { { 0 } } },
	{ "far beyond", -2 * (__s64)PAGE, 3 * PAGE, { { 0 } } },
	{ "nothing", 0, 0, { { 0, PAGE } } },
	{ "nothing, in the page", 100, 100, { { 0, PAGE } } },
	{ "up to the page", -2 * (__s64)PAGE, 0, { { 0, PAGE } } },
	{ "behind the page", PAGE, 2 * PAGE, { { 0, PAGE } } },
	{ "short", -2 * (__s64)PAGE, 100, { { 100, PAGE } } },
	{ "tail", 100, PAGE, { { 0, 100 } } },
	{ "middle", 10, 20, { { 0, 10 }, { 20, PAGE } } },
	{ "all but the last byte", 0, PAGE - 1, { { PAGE - 1, PAGE } } },
	{ "backwards", 20, 10, { { 0, PAGE } } },
};

static void check_case(const struct over_case *c, enum way way,
		       enum verdict whole)
{
	struct window w = dropped(way);
	struct window_range got[WINDOW_RANGES];
	int lost = c->want[0].from < c->want[0].to;
	int i;

	fill_over(&w, FROM + c->from, FROM + c->to);
	if (window_step(&w, OBS_OVERWRITTEN, 0) !=
	    (lost ? VERDICT_LOST : whole))
		fail_msg("%s: wrong verdict", c->name);
	window_bound(&w, got);
	for (i = 0; i < WINDOW_RANGES; i++) {
		int empty = c->want[i].from >= c->want[i].to;

		if (empty ? got[i].from < got[i].to
			  : got[i].from != FROM + c->want[i].from ||
				    got[i].to != FROM + c->want[i].to)
			fail_msg("%s: range %d is [%llu,%llu)", c->name, i,
				 got[i].from, got[i].to);
	}
}

static void every_case(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		check_case(&cases[i], WAY_DIRECT_IO, VERDICT_SUPERSEDED);
		check_case(&cases[i], WAY_ENCODED, VERDICT_SUPERSEDED);
		check_case(&cases[i], WAY_REMAP, VERDICT_VOID);
	}
}

/* What lies behind the end of the file need not be written. */
static void end_of_file(void **state)
{
	struct window w = cleaned();

	(void)state;
	w.i_size = FROM + 9;
	fill_end(&w, FROM, 100, 0);
	assert_int_equal(window_step(&w, OBS_END, 0), VERDICT_STRANDED);
	fill_drop(&w, WAY_REMAP);
	assert_int_equal(window_step(&w, OBS_DROP, 0), VERDICT_PENDING);
	fill_over(&w, 0, FROM + 9);
	assert_int_equal(window_step(&w, OBS_OVERWRITTEN, 0), VERDICT_VOID);
}

/* Told of before it is over, or not at all: it takes nothing from the bound. */
static void counts_by_its_bit(void **state)
{
	struct window w = dropped(WAY_DIRECT_IO);

	(void)state;
	fill_over(&w, FROM, TO);
	assert_false(window_bound_empty(&w));
	assert_true(window_awaits(&w));
	assert_int_equal(window_step(&w, OBS_OVERWRITTEN, 0),
			 VERDICT_SUPERSEDED);
	assert_true(window_bound_empty(&w));
	assert_false(window_awaits(&w));
	assert_int_equal(window_step(&w, OBS_OVERWRITTEN, 0),
			 VERDICT_FORBIDDEN);
}

/* A dedupe of the cached page: who drops it then loses nothing. */
static void deduped(void **state)
{
	struct window w = cleaned();

	(void)state;
	fill_end(&w, FROM, 100, 0);
	assert_int_equal(window_step(&w, OBS_END, 0), VERDICT_STRANDED);
	fill_over(&w, FROM + 1, TO);
	assert_int_equal(window_step(&w, OBS_OVERWRITTEN, 0), VERDICT_OPEN);
	assert_false(window_bound_empty(&w));
	fill_over(&w, FROM, TO);
	assert_int_equal(window_step(&w, OBS_OVERWRITTEN, 0),
			 VERDICT_SUPERSEDED);
	fill_drop(&w, WAY_KSWAPD);
	assert_int_equal(window_step(&w, OBS_DROP, 0), VERDICT_SUPERSEDED);
}

/* Who waits for what, at the end of the watch. */
static void undecided(void **state)
{
	struct window w = cleaned();
	int way;

	(void)state;
	assert_true(window_undecided(&w));
	fill_end(&w, FROM, 100, 1);
	assert_int_equal(window_step(&w, OBS_END, 0), VERDICT_OPEN);
	assert_true(window_undecided(&w));
	assert_int_equal(window_step(&w, OBS_SETTLED, 0), VERDICT_STRANDED);
	assert_false(window_undecided(&w));
	for (way = 0; way < WAY_MAX; way++) {
		struct window d = w;

		fill_drop(&d, way);
		d.bits |= WINDOW_DROPPED;
		assert_int_equal(window_undecided(&d),
				 way == WAY_DIRECT_IO || way == WAY_ENCODED ||
					 way == WAY_REMAP);
		d.bits |= WINDOW_OVERWRITTEN;
		assert_false(window_undecided(&d));
	}
}

static __u64 random_state = 0x9e3779b97f4a7c15;

static __u64 random_below(__u64 limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

static int is_in(const struct window_range *r, __u64 at)
{
	return at >= r->from && at < r->to;
}

/* Two holes may leave three ranges: then the bound is too wide, else exact. */
static void check_holes(const struct window_range holes[2])
{
	struct window_range got[WINDOW_RANGES] = { { 10, 50 }, { 0, 0 } };
	int ranges = 0, exact = 1, in, at, before = 0;

	window_cut(got, &holes[0]);
	window_cut(got, &holes[1]);
	for (at = 10; at < 51; at++) {
		in = at < 50 && !is_in(&holes[0], at) && !is_in(&holes[1], at);
		ranges += in && !before;
		before = in;
		exact &= in == (is_in(&got[0], at) || is_in(&got[1], at));
		assert_true(!in || is_in(&got[0], at) || is_in(&got[1], at));
	}
	assert_true(exact || ranges > WINDOW_RANGES);
	assert_true(got[0].from >= got[0].to ||
		    (got[0].from >= 10 && got[0].to <= 50));
	assert_true(got[1].from >= got[1].to ||
		    (got[1].from >= got[0].to && got[1].to <= 50));
}

static void holes_by_bytes(void **state)
{
	int n;

	(void)state;
	for (n = 0; n < 100000; n++) {
		struct window_range holes[2];
		int i;

		for (i = 0; i < 2; i++) {
			holes[i].from = random_below(60);
			holes[i].to = random_below(60);
		}
		check_holes(holes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case),
		cmocka_unit_test(end_of_file),
		cmocka_unit_test(counts_by_its_bit),
		cmocka_unit_test(deduped),
		cmocka_unit_test(undecided),
		cmocka_unit_test(holes_by_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
