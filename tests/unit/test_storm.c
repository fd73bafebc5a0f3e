/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A million observations by window.h, in a table as the kernel side has one:
 * every counter must be the oracle's. STORM_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "report.h"
#include "storm.h"

#define OBSERVATIONS 1000000

struct slot {
	bool used;
	struct window w;
};

static struct table {
	struct slot slots[STORM_PAGES][WINDOW_SLOTS];
	struct storm_sum sum;
	__u64 steps, forbidden;
} table;

static struct slot *page_of(const struct storm_event *e)
{
	return table.slots[e->file * STORM_FILE_PAGES + e->index];
}

static void observe(struct slot *slot, enum observation o, __u64 ns)
{
	enum verdict v = window_step(&slot->w, o, ns);
	int counter = verdict_counter(v);

	table.steps++;
	table.forbidden += v == VERDICT_FORBIDDEN;
	if (counter >= 0)
		table.sum.counters[counter]++;
	if (v >= VERDICT_REWRITTEN)
		slot->used = false;
}

static struct slot *cached(const struct storm_event *e)
{
	struct slot *slot = page_of(e);

	for (int i = 0; i < WINDOW_SLOTS; i++, slot++)
		if (slot->used && !(slot->w.bits & WINDOW_DROPPED))
			return slot;
	return NULL;
}

static void take_clean(const struct storm_event *e)
{
	struct slot *slot = cached(e);

	if (slot)
		observe(slot, OBS_CLEAN, e->ns);
	slot = page_of(e);
	for (int i = 0; i < WINDOW_SLOTS; i++, slot++) {
		if (slot->used)
			continue;
		slot->used = true;
		slot->w = (struct window){ .index = e->index,
					   .call = e->call,
					   .clean_ns = e->ns,
					   .i_size = e->i_size,
					   .left = e->left };
		table.sum.counters[COUNT_suspects]++;
		return;
	}
	table.sum.crowded++;
}

static void take_drop(struct slot *slot, const struct storm_event *e)
{
	slot->w.drop = (struct window_drop){ .ns = e->ns,
					     .i_size = e->i_size,
					     .way = e->way,
					     .dirty = e->dirty,
					     .unlinked = e->unlinked };
	observe(slot, OBS_DROP, e->ns);
}

static void take_end(const struct storm_event *e)
{
	struct slot *slot = table.slots[0];

	for (int i = 0; i < STORM_PAGES * WINDOW_SLOTS; i++, slot++) {
		if (!slot->used || slot->w.call != e->call)
			continue;
		slot->w.end.ns = e->ns;
		slot->w.end.pos = e->pos;
		slot->w.end.stop = e->stop;
		slot->w.end.left = e->left;
		slot->w.end.result = e->result;
		observe(slot, OBS_END, e->ns);
	}
}

/* Of the page that it dropped, or else of the one in the cache. */
static void take_over(const struct storm_event *e)
{
	struct slot *slot = page_of(e), *whose = cached(e);

	for (int i = 0; i < WINDOW_SLOTS; i++)
		if (slot[i].used && window_awaits(&slot[i].w))
			whose = &slot[i];
	assert_non_null(whose);
	whose->w.over.from = e->pos;
	whose->w.over.to = e->stop;
	observe(whose, OBS_OVERWRITTEN, e->ns);
}

static void take_page(const struct storm_event *e)
{
	struct slot *slot = cached(e);

	if (!slot)
		return;
	switch (e->kind) {
	case STORM_RETRY:
		if (slot->w.call == e->call)
			observe(slot, OBS_RETRY, e->ns);
		break;
	case STORM_WRITTEN:
		observe(slot, OBS_WRITTEN, e->ns);
		break;
	case STORM_DIRTY:
		observe(slot, OBS_DIRTY, e->ns);
		break;
	case STORM_DROP:
		take_drop(slot, e);
		break;
	case STORM_FOUND:
		slot->w.end.dirty = e->dirty;
		slot->w.end.locked = e->locked;
		break;
	default:
		observe(slot, OBS_SETTLED, e->ns);
	}
}

static void take(void *arg, const struct storm_event *e)
{
	(void)arg;
	if (e->kind == STORM_CLEAN)
		take_clean(e);
	else if (e->kind == STORM_END)
		take_end(e);
	else if (e->kind == STORM_OVER)
		take_over(e);
	else
		take_page(e);
}

static void take_leave(void)
{
	const struct slot *slot = table.slots[0];

	for (int i = 0; i < STORM_PAGES * WINDOW_SLOTS; i++, slot++) {
		if (!slot->used)
			continue;
		if (slot->w.bits & WINDOW_DROPPED)
			table.sum.undecided++;
		else if (slot->w.bits & WINDOW_ENDED)
			table.sum.open_stranded++;
	}
}

/* No kind of verdict is missing from a storm that is worth its name. */
static void check_counters(const struct storm_sum *got,
			   const struct storm_sum *want)
{
	for (enum verdict v = VERDICT_OPEN; v < VERDICT_MAX; v++) {
		int i = verdict_counter(v);

		if (i < 0)
			continue;
		print_message("%7llu %s, %llu by the oracle\n",
			      (unsigned long long)got->counters[i],
			      report_counters[i].name,
			      (unsigned long long)want->counters[i]);
		assert_true(want->counters[i] > OBSERVATIONS / 1000);
	}
	assert_memory_equal(got->counters, want->counters,
			    sizeof(want->counters));
}

static void a_million_observations(void **state)
{
	static struct storm storm = { .take = take };
	const char *again = getenv("STORM_SEED");
	__u64 seed = again ? strtoull(again, NULL, 10) : (__u64)time(NULL);

	(void)state;
	print_message("STORM_SEED=%llu\n", (unsigned long long)seed);
	storm_begin(&storm, seed);
	while (table.steps < OBSERVATIONS)
		storm_step(&storm);
	storm_finish(&storm);
	take_leave();
	check_counters(&table.sum, &storm.sum);
	assert_int_equal(table.forbidden, 0);
	assert_int_equal(table.sum.crowded, storm.sum.crowded);
	assert_true(storm.sum.crowded > 0);
	assert_int_equal(table.sum.open_stranded, storm.sum.open_stranded);
	assert_int_equal(table.sum.undecided, storm.sum.undecided);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_observations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
