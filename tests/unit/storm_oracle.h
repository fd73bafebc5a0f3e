/* SPDX-License-Identifier: GPL-2.0 */
/*
 * storm_oracle.h - what must be counted of a suspect page, by another way than
 * window.h: the whole story of the page is kept and judged once, by the
 * definitions of the model: which bytes were at stake, and which of them did
 * somebody write anew? It knows where a write call stood and got to, so it need
 * not infer that from results.
 *
 * All offsets are multiples of UNIT, so that a page is eight bits.
 */
#ifndef DIRTYWATCH_TEST_STORM_ORACLE_H
#define DIRTYWATCH_TEST_STORM_ORACLE_H

#include <stdbool.h>

#include "record.h"

#define UNIT 512ULL
#define UNITS 8 /* of a page */

/* What is said of all suspects, by the oracle or by whom it checks. */
struct storm_sum {
	__u64 counters[COUNT_MAX];
	__u64 crowded, open_stranded, undecided;
};

/* A suspect page's story up to now. */
struct story {
	bool open;
	__u64 call;
	__u64 stood, got; /* file offsets of its call: at the clean, the end */
	__u64 size_then, size_at_drop;
	bool retried, redirtied, deduped;
	bool ended, found_dirty, found_locked, left_clean;
	bool dropped, dropped_in_call, unwanted, told;
	enum way way;
	__u64 over_from, over_to;
};

/* The units of a page that lie in [from, to) of its file. */
static inline unsigned int units(__u64 index, __u64 from, __u64 to)
{
	unsigned int mask = 0;

	for (__u64 i = 0; i < UNITS; i++) {
		__u64 at = index * UNITS * UNIT + i * UNIT;

		if (at >= from && at < to)
			mask |= 1U << i;
	}
	return mask;
}

static inline bool is_replaced(enum way way)
{
	return way == WAY_DIRECT_IO || way == WAY_ENCODED || way == WAY_REMAP;
}

/* Is a byte gone, or about to be, that nobody wrote anew? */
static inline bool story_misses(const struct story *t, __u64 index)
{
	unsigned int gone = units(index, 0, t->size_then);

	if (t->dropped)
		gone &= units(index, 0, t->size_at_drop);
	/* What the call wrote into a page that was gone went into another. */
	if (t->dropped_in_call && t->ended)
		gone &= ~units(index, t->stood, t->got);
	if (t->told)
		gone &= ~units(index, t->over_from, t->over_to);
	return gone;
}

static inline bool story_over(const struct story *t)
{
	if (t->dropped)
		return t->unwanted ||
		       (t->ended && (!is_replaced(t->way) || t->told));
	return t->redirtied || t->deduped || (t->ended && t->found_dirty);
}

static inline enum counter story_dropped(const struct story *t, __u64 index)
{
	if (t->unwanted)
		return COUNT_voided;
	if (story_misses(t, index))
		return COUNT_lost;
	return t->way == WAY_REMAP ? COUNT_voided : COUNT_superseded;
}

static inline enum counter story_kept(const struct story *t)
{
	if (t->deduped)
		return COUNT_superseded;
	return t->retried || t->left_clean ? COUNT_near_miss : COUNT_rewritten;
}

/* Count all that was said of the story, which is over or as far as it got. */
static inline void story_count(const struct story *t, __u64 index,
			       struct storm_sum *sum)
{
	sum->counters[COUNT_suspects]++;
	if (t->left_clean)
		sum->counters[COUNT_stranded]++;
	if (t->dropped && !t->unwanted &&
	    (t->dropped_in_call || is_replaced(t->way)))
		sum->counters[COUNT_pending]++;
	if (story_over(t))
		sum->counters[t->dropped ? story_dropped(t, index)
					 : story_kept(t)]++;
	else if (t->dropped)
		sum->undecided++;
	else if (t->ended)
		sum->open_stranded++;
}

#endif
