/* SPDX-License-Identifier: GPL-2.0 */
/* blindness.c - see blindness.h. */
#include <string.h>

#include "blindness.h"

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void blindness_init(struct blindness *b, uint64_t now_ns)
{
	memset(b, 0, sizeof(*b));
	for (int i = 0; i < BLIND_MAX; i++)
		b->state[i].quiet_ns = BLINDNESS_QUIET_NS;
	b->looked_ns = now_ns;
}

/* Between an interval and the next one; bounds may overlap. */
static uint64_t gap_behind(const struct blind_intervals *k, unsigned int i)
{
	uint64_t end = k->at[i].last_ns, begin = k->at[i + 1].first_ns;

	return begin > end ? begin - end : 0;
}

static void join(struct blind_span *to, const struct blind_span *other)
{
	to->count += other->count;
	to->first_ns = sooner(to->first_ns, other->first_ns);
	to->last_ns = later(to->last_ns, other->last_ns);
}

/* What is lost is only that nothing was missing between the two. */
static void merge_closest(struct blind_intervals *k)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i + 1 < k->used; i++)
		if (gap_behind(k, i) < gap_behind(k, best))
			best = i;
	join(&k->at[best], &k->at[best + 1]);
	k->used--;
	k->merged++;
	memmove(&k->at[best + 1], &k->at[best + 2],
		(k->used - best - 1) * sizeof(k->at[0]));
}

static struct blind_span *append(struct blind_intervals *k,
				 const struct blind_span *span)
{
	if (k->used == BLINDNESS_INTERVALS)
		merge_closest(k);
	k->at[k->used] = *span;
	return &k->at[k->used++];
}

/*
 * What the kind has grown by since the last look. When it began is known of
 * the very first time only; later it was after the last look, as the kernel
 * counts at once, and surely not after the last time.
 */
static bool growth(const struct blindness *b, enum blind kind,
		   const struct blind_span *seen, uint64_t now_ns,
		   struct blind_span *new)
{
	uint64_t before = b->state[kind].count;

	if (seen->count <= before)
		return false;
	new->count = seen->count - before;
	new->last_ns = seen->last_ns ? seen->last_ns : now_ns;
	new->first_ns = sooner(b->looked_ns, new->last_ns);
	if (!before && seen->first_ns)
		new->first_ns = sooner(seen->first_ns, new->last_ns);
	return true;
}

/* The interval that goes on, or NULL. */
static struct blind_span *open_interval(struct blindness *b, enum blind kind)
{
	struct blind_intervals *k = &b->kinds[kind];

	return b->state[kind].open ? &k->at[k->used - 1] : NULL;
}

/* Take note of a kind's count. Returns the interval if it is a new one. */
static struct blind_span *note(struct blindness *b, enum blind kind,
			       const struct blind_span *seen, uint64_t now_ns)
{
	struct blind_span *open = open_interval(b, kind);
	struct blind_span new;

	if (!growth(b, kind, seen, now_ns, &new))
		return NULL;
	b->state[kind].count = seen->count;
	b->state[kind].grown_ns = now_ns;
	if (open) {
		new.first_ns = open->first_ns;
		join(open, &new);
		return NULL;
	}
	b->state[kind].open = true;
	return append(&b->kinds[kind], &new);
}

static int end_interval(struct blindness *b, enum blind kind, blindness_fn fn,
			void *arg)
{
	const struct blind_span *open = open_interval(b, kind);

	b->state[kind].open = false;
	b->state[kind].quiet_ns =
		sooner(b->state[kind].quiet_ns * 2, BLINDNESS_QUIET_MAX_NS);
	return fn(arg, kind, open, false);
}

static bool is_over(const struct blindness *b, enum blind kind, uint64_t now_ns)
{
	return b->state[kind].open &&
	       now_ns - b->state[kind].grown_ns >= b->state[kind].quiet_ns;
}

/* Records that met a full ring while the tool itself did not run. */
static struct blind_span held_up(struct blindness *b,
				 const struct blind_span *ring, uint64_t now_ns)
{
	uint64_t since = later(b->looked_ns, b->rested_ns);
	struct blind_span span = { 0 };

	if (now_ns > since && now_ns - since >= BLINDNESS_LATE_NS &&
	    ring->count > b->state[BLIND_ring_full].count)
		b->held_up += ring->count - b->state[BLIND_ring_full].count;
	span.count = b->held_up;
	span.last_ns = ring->last_ns;
	return span;
}

int blindness_look(struct blindness *b, const struct blind_span seen[BLIND_MAX],
		   uint64_t now_ns, blindness_fn fn, void *arg)
{
	struct blind_span late = held_up(b, &seen[BLIND_ring_full], now_ns);
	int err = 0;

	for (int i = 0; i < BLIND_MAX && !err; i++) {
		const struct blind_span *new = note(
			b, i, i == BLIND_consumer ? &late : &seen[i], now_ns);

		if (new)
			err = fn(arg, i, new, true);
		else if (is_over(b, i, now_ns))
			err = end_interval(b, i, fn, arg);
	}
	b->looked_ns = now_ns;
	return err;
}

int blindness_finish(struct blindness *b,
		     const struct blind_span seen[BLIND_MAX], uint64_t now_ns,
		     blindness_fn fn, void *arg)
{
	struct blind_span late = held_up(b, &seen[BLIND_ring_full], now_ns);
	int err = 0;

	for (int i = 0; i < BLIND_MAX; i++)
		note(b, i, i == BLIND_consumer ? &late : &seen[i], now_ns);
	for (int i = 0; i < BLIND_MAX && !err; i++)
		if (b->state[i].open)
			err = end_interval(b, i, fn, arg);
	b->looked_ns = now_ns;
	return err;
}

void blindness_rested(struct blindness *b, uint64_t ns)
{
	b->rested_ns = ns;
}

uint64_t blindness_due(const struct blindness *b)
{
	uint64_t due = 0;

	for (int i = 0; i < BLIND_MAX; i++) {
		uint64_t end = b->state[i].grown_ns + b->state[i].quiet_ns;

		if (b->state[i].open)
			due = due ? sooner(due, end) : end;
	}
	return due;
}

void blindness_add(struct blindness *b, enum blind kind,
		   const struct blind_span *interval)
{
	append(&b->kinds[kind], interval);
	b->state[kind].count += interval->count;
}

void blindness_spans(const struct blindness *b,
		     struct blind_span spans[BLIND_MAX])
{
	memset(spans, 0, sizeof(*spans) * BLIND_MAX);
	for (int i = 0; i < BLIND_MAX; i++) {
		const struct blind_intervals *k = &b->kinds[i];

		if (k->used)
			spans[i] = k->at[0];
		for (unsigned int j = 1; j < k->used; j++)
			join(&spans[i], &k->at[j]);
	}
}
