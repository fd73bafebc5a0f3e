/* SPDX-License-Identifier: GPL-2.0 */
/* The bytes at stake: the ranges that window.h computes. */
#include <errno.h>

#include "window_fixture.h"

#define P ((__s64)PAGE)

/* A call of `len` bytes at `pos`, which had `before` behind it at the clean. */
struct written {
	__s64 pos, len;
	__s64 before, after; /* bytes copied at the clean, at the end */
};

/* Offsets count from the page's first byte, those of the result too. */
static const struct bound_case {
	const char *name;
	__s64 i_size;	 /* at the clean */
	__s64 drop_size; /* i_size at the drop, 0: no drop */
	struct written call;
	struct window_range want[WINDOW_RANGES];
} bounds[] = {
	{ "nothing", P, 0, { 0, 100, 0, 0 }, { { 0, P } } },
	{ "head", P, 0, { 0, 100, 0, 100 }, { { 100, P } } },
	{ "head, from before", P, 0, { -50, 60, 0, 60 }, { { 10, P } } },
	{ "tail", P, 0, { P - 100, 100, 0, 100 }, { { 0, P - 100 } } },
	{ "tail, and beyond",
	  2 * P,
	  0,
	  { P - 7, 50, 0, 50 },
	  { { 0, P - 7 } } },
	{ "middle", P, 0, { 10, 50, 0, 50 }, { { 0, 10 }, { 60, P } } },
	{ "one byte", P, 0, { 1, 1, 0, 1 }, { { 0, 1 }, { 2, P } } },
	{ "everything", P, 0, { 0, P, 0, P }, { { 0 } } },
	{ "over both ends", 2 * P, 0, { -P, 3 * P, 0, 3 * P }, { { 0 } } },
	{ "all but the first byte", P, 0, { 1, P, 0, P }, { { 0, 1 } } },
	{ "all but the last", P, 0, { 0, P - 1, 0, P - 1 }, { { P - 1, P } } },
	{ "ends at the page", P, 0, { -100, 100, 0, 100 }, { { 0, P } } },
	{ "begins behind the page", P, 0, { P, 100, 0, 100 }, { { 0, P } } },
	{ "short", P, 0, { 0, 1000, 0, 300 }, { { 300, P } } },
	{ "short of the page", P, 0, { -P, 2 * P, 0, P }, { { 0, P } } },
	{ "before the clean", P, 0, { 0, 100, 100, 100 }, { { 0, P } } },
	{ "before, after", P, 0, { 0, 9, 4, 9 }, { { 0, 4 }, { 9, P } } },
	{ "long before", P, 0, { -P, 2 * P, P, P + 5 }, { { 5, P } } },
	{ "i_size inside", 9, 0, { 0, 4, 0, 0 }, { { 0, 9 } } },
	{ "append", 9, 0, { 9, 100, 0, 100 }, { { 0, 9 } } },
	{ "over the old end", 9, 0, { 4, 100, 0, 100 }, { { 0, 4 } } },
	{ "all of a short page", 9, 0, { 0, 9, 0, 9 }, { { 0 } } },
	{ "i_size at the page", 0, 0, { 0, 9, 0, 0 }, { { 0 } } },
	{ "empty file", -2 * P, 0, { 0, 9, 0, 0 }, { { 0 } } },
	{ "shrunk", P, 30, { 0, 10, 0, 10 }, { { 10, 30 } } },
	{ "shrunk into the written", P, 30, { 0, 40, 0, 40 }, { { 0 } } },
	{ "shrunk below the page", P, -1, { 0, 10, 0, 0 }, { { 0 } } },
	{ "grown", 9, P, { 0, 4, 0, 0 }, { { 0, 9 } } },
};

/* The call left the page dirty, or had it dropped before its end. */
static void fill_written(struct window *w, __u64 stop, __u64 left, __u32 locked)
{
	fill_end(w, stop, left, locked);
	w->end.dirty = 1;
}

static struct window bound_window(const struct bound_case *b)
{
	struct window w = cleaned();

	w.i_size = FROM + b->i_size;
	w.left = b->call.len - b->call.before;
	fill_written(&w, FROM + b->call.pos + b->call.after,
		     b->call.len - b->call.after, 0);
	w.end.pos = FROM + b->call.pos;
	w.end.result = b->call.after;
	w.bits = WINDOW_ENDED;
	if (b->drop_size) {
		fill_drop(&w, WAY_FADVISE);
		w.drop.i_size = FROM + b->drop_size;
		w.bits |= WINDOW_DROPPED;
	}
	return w;
}

static int is_empty(const struct window_range *r)
{
	return r->from >= r->to;
}

static void check_bound(const char *name, const struct window *w,
			const struct window_range want[WINDOW_RANGES])
{
	struct window_range got[WINDOW_RANGES];
	int i, same = 1;

	window_bound(w, got);
	for (i = 0; i < WINDOW_RANGES; i++)
		if (!is_empty(&got[i]) || !is_empty(&want[i]))
			same &= got[i].from == want[i].from &&
				got[i].to == want[i].to;
	if (!same)
		fail_msg("%s: [%llu,%llu) [%llu,%llu), want [%llu,%llu) "
			 "[%llu,%llu)",
			 name, got[0].from, got[0].to, got[1].from, got[1].to,
			 want[0].from, want[0].to, want[1].from, want[1].to);
	assert_int_equal(window_bound_empty(w), is_empty(&want[0]));
}

/* A page that the call left clean was not written to since the clean. */
static void left_clean(void **state)
{
	const struct window_range whole[WINDOW_RANGES] = { { FROM, TO } };
	struct window w = cleaned();

	(void)state;
	w.left = 100;
	w.bits = WINDOW_ENDED;
	fill_end(&w, FROM + 100, 0, 0);
	check_bound("left clean", &w, whole);
	fill_drop(&w, WAY_FADVISE);
	w.bits |= WINDOW_DROPPED;
	w.drop.ns = w.end.ns + 1;
	check_bound("left clean, dropped later", &w, whole);
}

static void every_bound(void **state)
{
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bounds); i++) {
		struct window w = bound_window(&bounds[i]);
		struct window_range want[WINDOW_RANGES];

		for (k = 0; k < WINDOW_RANGES; k++) {
			want[k].from = FROM + bounds[i].want[k].from;
			want[k].to = FROM + bounds[i].want[k].to;
		}
		check_bound(bounds[i].name, &w, want);
	}
}

/* Before the call has returned, or the page has gone, their parts are void. */
static void parts_count_by_their_bits(void **state)
{
	static const struct window_range whole[] = { { FROM, TO }, { 0, 0 } };
	struct window w = cleaned();

	(void)state;
	fill_drop(&w, WAY_FADVISE);
	w.drop.i_size = FROM + 1;
	fill_written(&w, FROM + 100, 0, 0);
	check_bound("no bits", &w, whole);
}

static __u64 random_state = 0x9e3779b97f4a7c15;

static __u64 random_below(__u64 limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

static struct bound_case random_case(void)
{
	struct bound_case b = { .name = "random" };

	b.i_size = (__s64)random_below(P + 40) - 20;
	if (random_below(2))
		b.drop_size = (__s64)random_below(P + 40) - 20;
	b.call.pos = (__s64)random_below(3 * P + 20) - 2 * P;
	b.call.len = 1 + (__s64)random_below(2 * P);
	b.call.after = (__s64)random_below(b.call.len + 1);
	b.call.before = (__s64)random_below(b.call.after + 1);
	return b;
}

/* `at` counts from the page's first byte. */
static int is_at_stake(const struct bound_case *b, __s64 at)
{
	const struct written *call = &b->call;

	if (at < 0 || at >= P || at >= b->i_size)
		return 0;
	if (b->drop_size && at >= b->drop_size)
		return 0;
	return at < call->pos + call->before || at >= call->pos + call->after;
}

static int is_in(const struct window_range *r, __u64 at)
{
	return at >= r->from && at < r->to;
}

/* Byte by byte, against the definition. */
static void bound_by_bytes(void **state)
{
	int n;

	(void)state;
	for (n = 0; n < 3000; n++) {
		struct bound_case b = random_case();
		struct window w = bound_window(&b);
		struct window_range got[WINDOW_RANGES];
		__s64 at;

		window_bound(&w, got);
		for (at = -50; at < P + 50; at++) {
			int in = is_in(&got[0], FROM + at) ||
				 is_in(&got[1], FROM + at);

			if (in != is_at_stake(&b, at))
				fail_msg("case %d: byte %lld", n, at);
		}
	}
}

/* The last page that a file can have, and what no file can have. */
static void edges_of_64_bits(void **state)
{
	static const struct window_range none[WINDOW_RANGES];
	const __u64 last = (1ULL << 51) - 1;
	struct window_range want[WINDOW_RANGES] = { { last * PAGE,
						      INT64_MAX } };
	struct window w = cleaned();

	(void)state;
	w.index = last;
	w.i_size = INT64_MAX;
	check_bound("last page", &w, want);
	w.bits = WINDOW_ENDED;
	w.left = 10;
	fill_written(&w, INT64_MAX, 0, 0);
	want[0].to = INT64_MAX - 10;
	check_bound("last page, written", &w, want);
	w.index = (1ULL << 52) - 1;
	check_bound("end of the page wraps", &w, none);
	w.index = (1ULL << 52) - 2;
	check_bound("beyond every file", &w, none);
}

/* More copied than lies before the stop: nothing wraps below zero. */
static void left_beyond_stop(void **state)
{
	const struct window_range want[WINDOW_RANGES] = { { 100, PAGE } };
	struct window w = cleaned();

	(void)state;
	w.index = 0;
	w.left = UINT64_MAX;
	w.bits = WINDOW_ENDED;
	fill_written(&w, 100, 0, 0);
	w.end.result = INT64_MAX;
	check_bound("left beyond stop", &w, want);
	assert_int_equal(window_rewritten(&w).from, 0);
	assert_int_equal(window_rewritten(&w).to, 100);
}

/* A call that has more left than at the clean wrote nothing since. */
static void left_grew(void **state)
{
	const struct window_range want[WINDOW_RANGES] = { { FROM, TO } };
	struct window w = cleaned();

	(void)state;
	w.bits = WINDOW_ENDED;
	fill_written(&w, FROM + 50, w.left + 1, 0);
	w.end.result = 50;
	check_bound("left grew", &w, want);
}

/* What was copied, but neither dirtied nor returned, was not written. */
static void copied_in_vain(void **state)
{
	const struct window_range whole[WINDOW_RANGES] = { { FROM, TO } };
	const struct window_range rest[] = { { FROM, FROM + 170 },
					     { FROM + 200, TO } };
	struct window w = cleaned();

	(void)state;
	w.bits = WINDOW_ENDED;
	fill_written(&w, FROM + 50, 0, 0);
	w.end.result = -ENOMEM;
	check_bound("error", &w, whole);
	w.end.result = 0;
	check_bound("nothing", &w, whole);
	fill_written(&w, FROM + 200, 0, 0);
	w.end.result = 30;
	check_bound("less than was copied", &w, rest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(left_clean),
		cmocka_unit_test(every_bound),
		cmocka_unit_test(parts_count_by_their_bits),
		cmocka_unit_test(bound_by_bytes),
		cmocka_unit_test(edges_of_64_bits),
		cmocka_unit_test(left_beyond_stop),
		cmocka_unit_test(left_grew),
		cmocka_unit_test(copied_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
