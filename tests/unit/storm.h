/* SPDX-License-Identifier: GPL-2.0 */
/*
 * storm.h - a world of pages and write calls that go wild, by a seed, and what
 * storm_oracle.h says must be counted of it.
 */
#ifndef DIRTYWATCH_TEST_STORM_H
#define DIRTYWATCH_TEST_STORM_H

#include "storm_oracle.h"

#define STORM_FILES 4
#define STORM_FILE_PAGES 16
#define STORM_PAGES (STORM_FILES * STORM_FILE_PAGES)
#define STORM_CALLS 16

enum storm_kind {
	STORM_CLEAN,
	STORM_RETRY,
	STORM_WRITTEN,
	STORM_DIRTY,
	STORM_DROP,
	STORM_FOUND, /* so the end that follows finds the page */
	STORM_END,
	STORM_SETTLED,
	STORM_OVER,
};

/* Each kind has the fields that a line of replay_line.h has for it. */
struct storm_event {
	enum storm_kind kind;
	__u64 ns;
	__u64 file, index, call;
	__u64 i_size, left, pos, stop;
	__s64 result;
	enum way way;
	bool dirty, locked, unlinked;
};

struct storm_call {
	__u64 id, file, pos, len, copied;
};

struct storm {
	__u64 random, ns, calls_made;
	struct storm_call calls[STORM_CALLS];
	struct story stories[STORM_PAGES][2];
	struct storm_sum sum; /* the oracle's */
	void (*take)(void *arg, const struct storm_event *e);
	void *arg;
};

static inline __u64 storm_random(struct storm *s, __u64 below)
{
	__u64 x = s->random += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (x ^ x >> 31) % below;
}

static inline void story_told(struct storm *s, struct story *t, __u64 index)
{
	if (!story_over(t))
		return;
	story_count(t, index, &s->sum);
	t->open = false;
}

/* ---- the world ---------------------------------------------------------- */

static inline void storm_tell(struct storm *s, struct storm_event e)
{
	e.ns = s->ns += 1 + storm_random(s, 4000);
	s->take(s->arg, &e);
}

/* The story of the page that is in the cache, or NULL. */
static inline struct story *storm_cached(struct storm *s, __u64 page)
{
	for (int i = 0; i < 2; i++) {
		struct story *t = &s->stories[page][i];

		if (t->open && !t->dropped)
			return t;
	}
	return NULL;
}

static inline struct storm_event storm_at(enum storm_kind kind, __u64 page)
{
	return (struct storm_event){ .kind = kind,
				     .file = page / STORM_FILE_PAGES,
				     .index = page % STORM_FILE_PAGES };
}

static inline __u64 storm_size(struct storm *s)
{
	/* Most files reach beyond their pages; some were cut short. */
	if (storm_random(s, 8))
		return STORM_FILE_PAGES * UNITS * UNIT;
	return storm_random(s, STORM_FILE_PAGES * UNITS) * UNIT;
}

static inline void storm_call_new(struct storm *s, struct storm_call *c)
{
	c->id = ++s->calls_made;
	c->file = storm_random(s, STORM_FILES);
	c->pos = storm_random(s, (STORM_FILE_PAGES - 3) * UNITS) * UNIT;
	c->len = (1 + storm_random(s, 2 * UNITS)) * UNIT;
	c->copied = 0;
}

static inline void storm_redirty(struct storm *s, __u64 page,
				 enum storm_kind kind)
{
	struct story *t = storm_cached(s, page);

	storm_tell(s, storm_at(kind, page));
	if (!t)
		return;
	t->redirtied = true;
	story_told(s, t, page % STORM_FILE_PAGES);
}

/* A call cleans a page where it stands, or the one behind that. */
static inline void storm_clean(struct storm *s)
{
	struct storm_call *c = &s->calls[storm_random(s, STORM_CALLS)];
	__u64 index = (c->pos + c->copied) / UNIT / UNITS + storm_random(s, 2);
	__u64 page = c->file * STORM_FILE_PAGES + index;
	struct storm_event e = storm_at(STORM_CLEAN, page);
	struct story *t = storm_cached(s, page);

	e.call = c->id;
	e.i_size = storm_size(s);
	e.left = c->len - c->copied;
	storm_tell(s, e);
	if (t) {
		t->redirtied = true;
		story_told(s, t, index);
	}
	t = &s->stories[page][s->stories[page][0].open];
	if (t->open) {
		s->sum.crowded++;
		return;
	}
	*t = (struct story){ .open = true,
			     .call = c->id,
			     .stood = c->pos + c->copied,
			     .size_then = e.i_size };
}

/* Sometimes another call finds the page clean, which proves nothing. */
static inline void storm_retry(struct storm *s, __u64 page)
{
	struct storm_event e = storm_at(STORM_RETRY, page);
	struct story *t = storm_cached(s, page);

	if (!t || t->ended)
		return;
	e.call = storm_random(s, 4) ? t->call : 0;
	storm_tell(s, e);
	t->retried |= e.call == t->call;
}

static inline void storm_drop(struct storm *s, __u64 page)
{
	struct storm_event e = storm_at(STORM_DROP, page);
	struct story *t = storm_cached(s, page);

	e.way = (enum way)storm_random(s, WAY_MAX);
	e.i_size = storm_size(s);
	e.dirty = !storm_random(s, 32);
	e.unlinked = !storm_random(s, 16);
	storm_tell(s, e);
	if (!t)
		return;
	t->dropped = true;
	t->dropped_in_call = !t->ended;
	t->way = e.way;
	t->size_at_drop = e.i_size;
	t->unwanted = e.dirty || e.way == WAY_TRUNCATE || e.way == WAY_PUNCH ||
		      e.way == WAY_ABORT ||
		      (e.unlinked && e.way == WAY_EVICT) ||
		      !units(e.index, 0, e.i_size);
	story_told(s, t, e.index);
}

static inline void storm_settled(struct storm *s, __u64 page)
{
	struct story *t = storm_cached(s, page);

	if (!t || !t->found_locked)
		return;
	storm_tell(s, storm_at(STORM_SETTLED, page));
	t->found_locked = false;
	t->left_clean = true;
}

/*
 * The story whose page was dropped by who is now done. Of two it is the one in
 * the second place, as in the table of a replay.
 */
static inline struct story *storm_awaiting(struct storm *s, __u64 page)
{
	for (int i = 1; i >= 0; i--) {
		struct story *t = &s->stories[page][i];

		if (t->open && t->dropped && is_replaced(t->way) && !t->told)
			return t;
	}
	return NULL;
}

static inline void storm_over(struct storm *s, __u64 page)
{
	struct storm_event e = storm_at(STORM_OVER, page);
	struct story *t = storm_awaiting(s, page);
	__u64 from = e.index * UNITS + storm_random(s, UNITS + 2);

	if (!t)
		t = storm_cached(s, page);
	if (!t || (!t->dropped && !t->ended))
		return;
	if (!storm_random(s, 2))
		from = e.index * UNITS;
	e.pos = from * UNIT;
	e.stop = e.pos + storm_random(s, UNITS + 4) * UNIT;
	storm_tell(s, e);
	t->told = true;
	t->over_from = e.pos;
	t->over_to = e.stop;
	/* Of a page that is still there it counts only if it was all of it. */
	t->deduped = !t->dropped && !story_misses(t, e.index);
	t->told = t->dropped;
	story_told(s, t, e.index);
}

/* What the end finds of the call's pages that are still there. */
static inline void storm_found(struct storm *s, __u64 page, __u64 call)
{
	struct story *t = storm_cached(s, page);
	struct storm_event e = storm_at(STORM_FOUND, page);

	if (!t || t->call != call)
		return;
	e.dirty = t->found_dirty = storm_random(s, 2);
	e.locked = t->found_locked = !e.dirty && !storm_random(s, 4);
	t->left_clean = !e.dirty && !e.locked;
	storm_tell(s, e);
}

static inline void storm_ended(struct storm *s, const struct storm_call *c)
{
	for (__u64 page = 0; page < STORM_PAGES; page++)
		for (int i = 0; i < 2; i++) {
			struct story *t = &s->stories[page][i];

			if (!t->open || t->call != c->id)
				continue;
			t->ended = true;
			t->got = c->pos + c->copied;
			story_told(s, t, page % STORM_FILE_PAGES);
		}
}

static inline void storm_end(struct storm *s)
{
	struct storm_call *c = &s->calls[storm_random(s, STORM_CALLS)];
	struct storm_event e = { .kind = STORM_END, .call = c->id };

	for (__u64 page = 0; page < STORM_PAGES; page++)
		storm_found(s, page, c->id);
	e.pos = c->pos;
	e.stop = c->pos + c->copied;
	e.left = c->len - c->copied;
	e.result = c->copied ? (__s64)c->copied : -14;
	storm_tell(s, e);
	storm_ended(s, c);
	storm_call_new(s, c);
}

static inline void storm_copy(struct storm *s)
{
	struct storm_call *c = &s->calls[storm_random(s, STORM_CALLS)];

	c->copied += storm_random(s, (c->len - c->copied) / UNIT + 1) * UNIT;
}

/* ---- the interface ------------------------------------------------------ */

static inline void storm_begin(struct storm *s, __u64 seed)
{
	s->random = seed;
	for (int i = 0; i < STORM_CALLS; i++)
		storm_call_new(s, &s->calls[i]);
}

/* One thing happens; it makes one event, some, or none. */
static inline void storm_step(struct storm *s)
{
	__u64 page = storm_random(s, STORM_PAGES);

	switch (storm_random(s, 16)) {
	case 0:
		storm_end(s);
		break;
	case 1:
		storm_redirty(s, page, STORM_WRITTEN);
		break;
	case 2:
		storm_redirty(s, page, STORM_DIRTY);
		break;
	case 3:
	case 4:
		storm_retry(s, page);
		break;
	case 5:
	case 6:
		storm_drop(s, page);
		break;
	case 7:
		storm_settled(s, page);
		break;
	case 8:
	case 9:
		storm_over(s, page);
		break;
	case 10:
		storm_copy(s);
		break;
	default:
		storm_clean(s);
	}
}

/* Counts what is still open. */
static inline void storm_finish(struct storm *s)
{
	for (__u64 page = 0; page < STORM_PAGES; page++)
		for (int i = 0; i < 2; i++)
			if (s->stories[page][i].open)
				story_count(&s->stories[page][i],
					    page % STORM_FILE_PAGES, &s->sum);
}

#endif
