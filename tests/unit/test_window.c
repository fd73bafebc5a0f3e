/* SPDX-License-Identifier: GPL-2.0 */
/* Every transition of window.h, the forbidden ones too. */
#include "window_fixture.h"

#define R WINDOW_RETRIED
#define D WINDOW_DROPPED
#define E WINDOW_ENDED
#define O WINDOW_OVERWRITTEN

#define OPEN VERDICT_OPEN
#define WAIT VERDICT_PENDING
#define STRA VERDICT_STRANDED
#define REWR VERDICT_REWRITTEN
#define NEAR VERDICT_NEAR_MISS
#define LOST VERDICT_LOST
#define FORB VERDICT_FORBIDDEN

/* What an observation does; an end finds the page in one state or another. */
enum column {
	REDIRTIED,
	RETRIED,
	DROP,
	END,
	END_LOCKED,
	END_DIRTY,
	SETTLED,
	OVERWRITTEN,
	COLUMNS,
};

static const struct step {
	enum observation what;
	enum column column;
	__u32 locked;
	__u32 dirty;
} steps[] = {
	{ OBS_CLEAN, REDIRTIED, 0, 0 },
	{ OBS_WRITTEN, REDIRTIED, 0, 0 },
	{ OBS_DIRTY, REDIRTIED, 0, 0 },
	{ OBS_RETRY, RETRIED, 0, 0 },
	{ OBS_DROP, DROP, 0, 0 },
	{ OBS_END, END, 0, 0 },
	{ OBS_END, END_LOCKED, 1, 0 },
	{ OBS_END, END_DIRTY, 0, 1 },
	{ OBS_END, END_DIRTY, 1, 1 },
	{ OBS_SETTLED, SETTLED, 0, 0 },
	{ OBS_OVERWRITTEN, OVERWRITTEN, 0, 0 },
};

/*
 * The whole automaton. A state is the bits and, once ended, whether the page
 * was locked then; had it been dirty then, the window would be over. The drop
 * takes bytes along. It is by fadvise, and where nothing tells what was
 * overwritten, a dedupe found one byte less than the page on disk.
 */
static const struct state {
	__u32 bits;
	__u32 locked;
	enum verdict want[COLUMNS];
} states[] = {
	/* redirtied retried drop end end-locked end-dirty settled overwritten
	 */
	{ 0, 0, { REWR, OPEN, WAIT, STRA, OPEN, REWR, FORB, FORB } },
	{ R, 0, { NEAR, OPEN, WAIT, STRA, OPEN, NEAR, FORB, FORB } },
	{ D, 0, { FORB, FORB, FORB, LOST, LOST, LOST, FORB, FORB } },
	{ R | D, 0, { FORB, FORB, FORB, LOST, LOST, LOST, FORB, FORB } },
	{ E, 0, { NEAR, FORB, LOST, FORB, FORB, FORB, FORB, OPEN } },
	{ R | E, 0, { NEAR, FORB, LOST, FORB, FORB, FORB, FORB, OPEN } },
	{ E, 1, { REWR, FORB, LOST, FORB, FORB, FORB, STRA, OPEN } },
	{ R | E, 1, { NEAR, FORB, LOST, FORB, FORB, FORB, STRA, OPEN } },
	{ D | E, 0, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, FORB } },
	{ R | D | E, 0, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, FORB } },
	{ D | E, 1, { FORB, FORB, FORB, FORB, FORB, FORB, OPEN, FORB } },
	{ R | D | E, 1, { FORB, FORB, FORB, FORB, FORB, FORB, OPEN, FORB } },
};

/*
 * The same where the page is dropped by what replaces its data, all but one
 * byte. A window that is over keeps its bits only until it is taken.
 */
static const struct state replaced_states[] = {
	{ D, 0, { FORB, FORB, FORB, OPEN, OPEN, OPEN, FORB, OPEN } },
	{ R | D, 0, { FORB, FORB, FORB, OPEN, OPEN, OPEN, FORB, OPEN } },
	{ E, 0, { NEAR, FORB, WAIT, FORB, FORB, FORB, FORB, OPEN } },
	{ R | E, 0, { NEAR, FORB, WAIT, FORB, FORB, FORB, FORB, OPEN } },
	{ E, 1, { REWR, FORB, WAIT, FORB, FORB, FORB, STRA, OPEN } },
	{ R | E, 1, { NEAR, FORB, WAIT, FORB, FORB, FORB, STRA, OPEN } },
	{ D | E, 0, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, LOST } },
	{ R | D | E, 0, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, LOST } },
	{ D | E, 1, { FORB, FORB, FORB, FORB, FORB, FORB, OPEN, LOST } },
	{ R | D | E, 1, { FORB, FORB, FORB, FORB, FORB, FORB, OPEN, LOST } },
	{ D | O, 0, { FORB, FORB, FORB, LOST, LOST, LOST, FORB, FORB } },
	{ R | D | O, 0, { FORB, FORB, FORB, LOST, LOST, LOST, FORB, FORB } },
	{ E | O, 0, { NEAR, FORB, LOST, FORB, FORB, FORB, FORB, FORB } },
	{ R | E | O, 0, { NEAR, FORB, LOST, FORB, FORB, FORB, FORB, FORB } },
	{ D | E | O, 0, { FORB, FORB, FORB, FORB, FORB, FORB, FORB, FORB } },
	{ D | E | O, 1, { FORB, FORB, FORB, FORB, FORB, FORB, OPEN, FORB } },
};

static struct window in_state(const struct state *s, enum way way)
{
	struct window w = cleaned();

	w.bits = s->bits;
	if (s->bits & R)
		w.retry_ns = 1500;
	if (s->bits & D)
		fill_drop(&w, way);
	if (s->bits & O)
		fill_over(&w, FROM, TO - 1);
	if (s->bits & E)
		fill_end(&w, FROM, 100, s->locked);
	return w;
}

/* What a step that is not forbidden leaves behind. */
static void expect_after(struct window *w, const struct state *s,
			 const struct step *step)
{
	if (step->what == OBS_DROP)
		w->bits |= D;
	if (step->what == OBS_END)
		w->bits |= E;
	if (step->what == OBS_SETTLED)
		w->end.locked = 0;
	if (step->what == OBS_OVERWRITTEN && s->bits & D)
		w->bits |= O;
	if (step->what == OBS_RETRY && !(s->bits & R)) {
		w->bits |= R;
		w->retry_ns = 1700;
	}
}

static void check_step(const struct state *s, const struct step *step,
		       enum way way)
{
	enum verdict want_verdict = s->want[step->column];
	struct window w = in_state(s, way);
	struct window want;
	enum verdict got;

	if (step->what == OBS_DROP)
		fill_drop(&w, way);
	if (step->what == OBS_OVERWRITTEN)
		fill_over(&w, FROM, TO - 1);
	if (step->what == OBS_END && !(s->bits & E)) {
		fill_end(&w, FROM, 100, step->locked);
		w.end.dirty = step->dirty;
	}
	want = w;
	got = window_step(&w, step->what, 1700);
	if (got != want_verdict)
		fail_msg("bits %u, locked %u, column %d: verdict %d, want %d",
			 s->bits, s->locked, step->column, got, want_verdict);
	if (want_verdict != FORB)
		expect_after(&want, s, step);
	if (memcmp(&w, &want, sizeof(w)))
		fail_msg("bits %u, locked %u, column %d: wrong state after",
			 s->bits, s->locked, step->column);
}

static void check_replaced(const struct state *s, const struct step *step)
{
	int way;

	for (way = WAY_DIRECT_IO; way <= WAY_REMAP; way++)
		check_step(s, step, way);
}

static void every_transition(void **state)
{
	unsigned int seen = 0;
	size_t s, c;

	(void)state;
	for (c = 0; c < ARRAY_SIZE(steps); c++) {
		seen |= 1U << steps[c].what;
		for (s = 0; s < ARRAY_SIZE(states); s++)
			check_step(&states[s], &steps[c], WAY_FADVISE);
		for (s = 0; s < ARRAY_SIZE(replaced_states); s++)
			check_replaced(&replaced_states[s], &steps[c]);
	}
	assert_int_equal(seen, (1U << OBS_MAX) - 1);
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
	[WAY_DIRECT_IO] = { WAIT, WAIT },
	[WAY_ENCODED] = { WAIT, WAIT },
	[WAY_REMAP] = { WAIT, WAIT },
	[WAY_TRUNCATE] = { VERDICT_VOID, VERDICT_VOID },
	[WAY_PUNCH] = { VERDICT_VOID, VERDICT_VOID },
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

/*
 * Dirty, or beyond the end of the file: whatever the way. Without links: only
 * with the inode, for the file may still be open.
 */
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
			if (reason == 1 && way < WAY_TRUNCATE &&
			    way != WAY_EVICT)
				assert_int_not_equal(
					window_step(&w, OBS_DROP, 0),
					VERDICT_VOID);
			else
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

/* The parties in the order of `order`'s digits; the last one must speak. */
static enum verdict final_verdict(struct window w, const char *order)
{
	enum verdict v = VERDICT_OPEN;

	for (; *order; order++) {
		enum observation what = *order == 'd'	? OBS_DROP
					: *order == 'e' ? OBS_END
							: OBS_OVERWRITTEN;

		if (v >= VERDICT_REWRITTEN)
			return v;
		v = window_step(&w, what, 0);
	}
	return v;
}

/* A file's size, why its page is dropped, how much of that is written anew. */
static enum verdict check_order(__u64 i_size, int reason, __u64 written)
{
	int way = reason % WAY_MAX;
	int replaced = way >= WAY_DIRECT_IO && way <= WAY_REMAP;
	struct window w = cleaned();
	enum verdict v;

	w.i_size = i_size;
	w.left = PAGE;
	fill_drop(&w, way);
	w.drop.dirty = reason / WAY_MAX == 1;
	w.drop.unlinked = reason / WAY_MAX == 2;
	fill_end(&w, FROM + written, PAGE - written, 0);
	fill_over(&w, FROM, FROM);
	v = final_verdict(w, replaced ? "edo" : "ed");
	assert_int_equal(v, final_verdict(w, replaced ? "deo" : "de"));
	if (replaced)
		assert_int_equal(v, final_verdict(w, "doe"));
	return v;
}

/* Whoever comes first, the outcome is one. */
static void order_does_not_matter(void **state)
{
	static const __u64 sizes[] = { 0, FROM, FROM + 100, TO + PAGE };
	static const __u64 writes[] = { 0, 50, 100, PAGE - 1, PAGE };
	unsigned int seen = 0;
	size_t i, k;
	int reason;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (k = 0; k < ARRAY_SIZE(writes); k++)
			for (reason = 0; reason < 3 * WAY_MAX; reason++)
				seen |= 1U << check_order(sizes[i], reason,
							  writes[k]);
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
