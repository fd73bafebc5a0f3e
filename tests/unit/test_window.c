/* SPDX-License-Identifier: GPL-2.0 */
/* Every transition of window.h, the forbidden ones too. */
#include "window_fixture.h"

#define R WINDOW_RETRIED
#define D WINDOW_DROPPED
#define E WINDOW_ENDED

enum column {
	CLEAN,
	RETRY,
	WRITTEN,
	DIRTY,
	DROP,
	END,
	END_LOCKED,
	SETTLED,
	COLUMNS,
};

static const enum observation column_obs[COLUMNS] = {
	OBS_CLEAN, OBS_RETRY, OBS_WRITTEN, OBS_DIRTY,
	OBS_DROP,  OBS_END,   OBS_END,	   OBS_SETTLED,
};

#define OPEN VERDICT_OPEN
#define WAIT VERDICT_PENDING
#define STRA VERDICT_STRANDED
#define REWR VERDICT_REWRITTEN
#define NEAR VERDICT_NEAR_MISS
#define LOST VERDICT_LOST
#define FORB VERDICT_FORBIDDEN

/*
 * The whole automaton. A state is the bits and, once ended, whether the page
 * was locked then; the drop is by fadvise and takes bytes along.
 */
static const struct state {
	__u32 bits;
	__u32 locked;
	enum verdict want[COLUMNS];
} states[] = {
	/* clean retry written dirty drop end end-locked settled */
	{ 0, 0, { REWR, OPEN, REWR, REWR, WAIT, STRA, OPEN, FORB } },
	{ R, 0, { NEAR, OPEN, NEAR, NEAR, WAIT, STRA, OPEN, FORB } },
	{ D, 0, { FORB, FORB, FORB, FORB, FORB, LOST, LOST, FORB } },
	{ R | D, 0, { FORB, FORB, FORB, FORB, FORB, LOST, LOST, FORB } },
	{ E, 0, { NEAR, FORB, NEAR, NEAR, LOST, FORB, FORB, FORB } },
	{ R | E, 0, { NEAR, FORB, NEAR, NEAR, LOST, FORB, FORB, FORB } },
	{ E, 1, { REWR, FORB, REWR, REWR, LOST, FORB, FORB, STRA } },
	{ R | E, 1, { NEAR, FORB, NEAR, NEAR, LOST, FORB, FORB, STRA } },
	{ D | E, 0, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, FORB } },
	{ R | D | E, 0, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, FORB } },
	{ D | E, 1, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, OPEN } },
	{ R | D | E, 1, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, OPEN } },
};

static struct window in_state(const struct state *s)
{
	struct window w = cleaned();

	w.bits = s->bits;
	if (s->bits & R)
		w.retry_ns = 1500;
	if (s->bits & D)
		fill_drop(&w, WAY_FADVISE);
	if (s->bits & E)
		fill_end(&w, FROM, 100, s->locked);
	return w;
}

/* What a step that is not forbidden leaves behind. */
static void expect_after(struct window *w, const struct state *s, enum column c)
{
	if (c == DROP)
		w->bits |= D;
	if (c == END || c == END_LOCKED)
		w->bits |= E;
	if (c == SETTLED)
		w->end.locked = 0;
	if (c == RETRY && !(s->bits & R)) {
		w->bits |= R;
		w->retry_ns = 1700;
	}
}

static void check_step(const struct state *s, enum column c)
{
	struct window w = in_state(s);
	struct window want;
	enum verdict got;

	if (c == DROP)
		fill_drop(&w, WAY_FADVISE);
	if ((c == END || c == END_LOCKED) && !(s->bits & E))
		fill_end(&w, FROM, 100, c == END_LOCKED);
	want = w;
	got = window_step(&w, column_obs[c], 1700);
	if (got != s->want[c])
		fail_msg("bits %u, locked %u, column %d: verdict %d, want %d",
			 s->bits, s->locked, c, got, s->want[c]);
	if (s->want[c] != FORB)
		expect_after(&want, s, c);
	if (memcmp(&w, &want, sizeof(w)))
		fail_msg("bits %u, locked %u, column %d: wrong state after",
			 s->bits, s->locked, c);
}

static void every_transition(void **state)
{
	size_t s, c;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(states); s++)
		for (c = 0; c < COLUMNS; c++)
			check_step(&states[s], c);
}

/* The table above has each combination of bits and lock just once. */
static void table_is_whole(void **state)
{
	unsigned int seen = 0;
	size_t s;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(states); s++) {
		unsigned int bit = 1U
				   << (states[s].bits + 8 * states[s].locked);

		assert_false(seen & bit);
		assert_true(states[s].bits & E || !states[s].locked);
		seen |= bit;
	}
	assert_int_equal(seen, 0xf0ff);
}

/* What is no observation changes nothing. */
static void beyond_the_enum(void **state)
{
	struct window want = cleaned();
	struct window w = cleaned();

	(void)state;
	assert_int_equal(window_step(&w, OBS_MAX, 1700), FORB);
	assert_memory_equal(&w, &want, sizeof(w));
}

/* The end's part is not looked at before its bit is set. */
static void lock_counts_by_its_bit(void **state)
{
	struct window w = cleaned();

	(void)state;
	fill_end(&w, FROM, 100, 1);
	assert_int_equal(window_step(&w, OBS_SETTLED, 1700), FORB);
	assert_int_equal(w.end.locked, 1);
}

/* A second return to the page does not move the first one's time. */
static void first_retry_counts(void **state)
{
	struct window w = cleaned();

	(void)state;
	assert_int_equal(window_step(&w, OBS_RETRY, 1100), VERDICT_OPEN);
	assert_int_equal(window_step(&w, OBS_RETRY, 1200), VERDICT_OPEN);
	assert_int_equal(w.retry_ns, 1100);
	assert_int_equal(w.bits, R);
}

/* While the call runs, after it returned. */
static const struct {
	enum verdict early;
	enum verdict late;
} way_want[WAY_MAX] = {
	[WAY_UNKNOWN] = { WAIT, LOST },
	[WAY_KSWAPD] = { WAIT, LOST },
	[WAY_DIRECT] = { WAIT, LOST },
	[WAY_MEMCG] = { WAIT, LOST },
	[WAY_DROP_CACHES] = { WAIT, LOST },
	[WAY_FADVISE] = { WAIT, LOST },
	[WAY_MADVISE] = { WAIT, LOST },
	[WAY_INVALIDATE] = { WAIT, LOST },
	[WAY_INODE_LRU] = { WAIT, LOST },
	[WAY_EVICT] = { WAIT, LOST },
	[WAY_HWPOISON] = { WAIT, LOST },
	[WAY_DIRECT_IO] = { VERDICT_SUPERSEDED, VERDICT_SUPERSEDED },
	[WAY_TRUNCATE] = { VERDICT_VOID, VERDICT_VOID },
	[WAY_PUNCH] = { VERDICT_VOID, VERDICT_VOID },
	[WAY_REMAP] = { VERDICT_VOID, VERDICT_VOID },
	[WAY_ABORT] = { VERDICT_VOID, VERDICT_VOID },
};

static void every_way(void **state)
{
	int way;

	(void)state;
	for (way = 0; way < WAY_MAX; way++) {
		struct window early = cleaned();
		struct window late = cleaned();

		fill_drop(&early, way);
		assert_int_equal(window_step(&early, OBS_DROP, 0),
				 way_want[way].early);
		fill_end(&late, FROM, 100, 0);
		assert_int_equal(window_step(&late, OBS_END, 0), STRA);
		fill_drop(&late, way);
		assert_int_equal(window_step(&late, OBS_DROP, 0),
				 way_want[way].late);
	}
}

/* Dirty, without links, beyond the end of the file: whatever the way. */
static void thrown_away_by_any_way(void **state)
{
	int way, reason;

	(void)state;
	for (way = 0; way < WAY_MAX; way++) {
		for (reason = 0; reason < 3; reason++) {
			struct window w = cleaned();

			fill_drop(&w, way);
			w.drop.dirty = reason == 0;
			w.drop.unlinked = reason == 1;
			w.drop.i_size = reason == 2 ? FROM : w.i_size;
			assert_int_equal(window_step(&w, OBS_DROP, 0),
					 VERDICT_VOID);
		}
	}
}

/* One byte of the page inside the file is enough to be lost. */
static void last_byte_of_file(void **state)
{
	struct window w = cleaned();

	(void)state;
	fill_end(&w, FROM, 100, 0);
	assert_int_equal(window_step(&w, OBS_END, 0), STRA);
	fill_drop(&w, WAY_KSWAPD);
	w.drop.i_size = FROM + 1;
	assert_int_equal(window_step(&w, OBS_DROP, 0), LOST);
}

static const __u64 page_sizes[] = { 0, 1 << 20, FROM + 100, FROM };

static enum verdict final_verdict(struct window w, int drop_first)
{
	enum verdict v;

	v = window_step(&w, drop_first ? OBS_DROP : OBS_END, 0);
	if (v < VERDICT_REWRITTEN)
		v = window_step(&w, drop_first ? OBS_END : OBS_DROP, 0);
	return v;
}

/* Whoever comes first, the outcome is one. */
static void order_does_not_matter(void **state)
{
	unsigned int seen = 0;
	int n;

	(void)state;
	for (n = 0; n < WAY_MAX * 4 * 4 * 4; n++) {
		struct window w = cleaned();
		enum verdict v;

		w.i_size = page_sizes[n / WAY_MAX % 4];
		w.left = PAGE;
		fill_drop(&w, n % WAY_MAX);
		w.drop.dirty = n / WAY_MAX / 4 % 4 == 1;
		w.drop.unlinked = n / WAY_MAX / 4 % 4 == 2;
		fill_end(&w, FROM + n / WAY_MAX / 16 * (PAGE / 3 + 1),
			 PAGE - n / WAY_MAX / 16 * (PAGE / 3 + 1), 0);
		if (w.end.stop > TO)
			fill_end(&w, TO, 0, 0);
		v = final_verdict(w, 0);
		assert_int_equal(v, final_verdict(w, 1));
		seen |= 1U << v;
	}
	assert_int_equal(seen, 1U << LOST | 1U << VERDICT_SUPERSEDED |
				       1U << VERDICT_VOID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_whole),
		cmocka_unit_test(every_transition),
		cmocka_unit_test(beyond_the_enum),
		cmocka_unit_test(lock_counts_by_its_bit),
		cmocka_unit_test(first_retry_counts),
		cmocka_unit_test(every_way),
		cmocka_unit_test(thrown_away_by_any_way),
		cmocka_unit_test(last_byte_of_file),
		cmocka_unit_test(order_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
