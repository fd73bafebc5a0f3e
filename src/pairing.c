// SPDX-License-Identifier: GPL-2.0
/* pairing.c - see pairing.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "blind_span.h"
#include "outbox.h"
#include "pairing.h"
#include "sighting_record.h"
#include "stack_facts.h"

/* What ended is known for this long, for sightings that come late. */
#define KEPT_NS 10000000000ULL
/* In a storm, of which more than this ended, no longer than that. */
#define PAIRS_MAX 65536
#define CROWDED_NS 1000000000ULL
/* Names follow at once; if they do not, they were lost. */
#define NAMES_NS 1000000000ULL
/* A dedupe may have waited this long for the write call to end. */
#define DEDUPE_NS 30000000000ULL

struct pair_key {
	__u64 mapping;
	__u64 index;
	__u64 clean_ns;
};

struct pair {
	struct pair_key key;
	struct window window; /* as far as sightings have told */
	struct trail trail;
	__u64 done_ns; /* 0: open */
	UT_hash_handle hh;
};

struct pairing {
	struct pairing_env env;
	struct pair *pairs;
	struct outbox outbox;
	__u64 looked_ns; /* when old pairs were last looked for */
	uint64_t counters[COUNT_MAX];
	struct blind_span blind[BLIND_MAX];
};

struct pairing *pairing_new(const struct pairing_env *env)
{
	struct pairing *p = calloc(1, sizeof(*p));

	if (p)
		p->env = *env;
	return p;
}

void pairing_go_blind(struct pairing *p, enum blind kind, __u64 times,
		      __u64 now)
{
	blind_note(&p->blind[kind], times, now);
}

/* ---- verdicts -------------------------------------------------------- */

static int say_verdict(struct pairing *p, const struct pair *pair,
		       const struct sighting *s, enum verdict v)
{
	struct record r;

	sighting_verdict(&r, s, v, &pair->window, &pair->trail);
	return outbox_put(&p->outbox, &r, &s->head, s->names);
}

/* Say a verdict: count it, make a record of it, end the window if it does. */
static int settle(struct pairing *p, struct pair *pair,
		  const struct sighting *s, enum verdict v)
{
	if (v >= VERDICT_REWRITTEN)
		pair->done_ns = s->head.ns;
	if (v == VERDICT_FORBIDDEN)
		pairing_go_blind(p, BLIND_vanished, 1, s->head.ns);
	if (verdict_counter(v) < 0)
		return 0;
	p->counters[verdict_counter(v)]++;
	p->counters[COUNT_unfollowed] += v == VERDICT_LOST;
	return v == VERDICT_REWRITTEN ? 0 : say_verdict(p, pair, s, v);
}

/* ---- stacks --------------------------------------------------------- */

/*
 * The stack of a sighting. Returns its depth, 0: it could not be read. Where
 * the kernel follows frame pointers, who called the function is not in it.
 */
static unsigned int stack_of(const struct pairing *p, __s32 id, __u64 caller,
			     __u64 ip[SIGHTING_STACK_DEPTH + 1])
{
	unsigned int depth = id < 0 ? 0 : p->env.stack(p->env.world, id, ip);

	if (!depth || !caller || (depth > 1 && ip[1] == caller))
		return depth;
	memmove(ip + 2, ip + 1, (depth - 1) * sizeof(*ip));
	ip[1] = caller;
	return depth + 1;
}

static void keep_clean_stack(const struct pairing *p, struct pair *pair,
			     const struct sighting *s)
{
	__u64 ip[SIGHTING_STACK_DEPTH + 1];
	unsigned int depth = stack_of(p, s->clean_stack, 0, ip);

	if (depth)
		sighting_stack(&pair->trail.clean, ip, depth);
}

/* ---- windows -------------------------------------------------------- */

/* The window of a sighting; a new one knows only that it was cleaned. */
static struct pair *pair_of(struct pairing *p, const struct sighting *s)
{
	struct pair_key key = { s->file.mapping, s->window.index,
				s->window.clean_ns };
	struct pair *pair;

	/* NOLINTNEXTLINE: the analyzer loses a struct that is read by bytes */
	HASH_FIND(hh, p->pairs, &key, sizeof(key), pair);
	if (pair)
		return pair;
	pair = calloc(1, sizeof(*pair));
	if (!pair)
		return NULL;
	pair->key = key;
	pair->window = s->window;
	pair->window.bits = 0;
	pair->window.rescue = RESCUE_not_asked;
	memset(&pair->window.drop, 0, sizeof(pair->window.drop));
	memset(&pair->window.end, 0, sizeof(pair->window.end));
	memset(&pair->window.over, 0, sizeof(pair->window.over));
	HASH_ADD(hh, p->pairs, key, sizeof(pair->key), pair);
	if (!pair->hh.tbl) {
		free(pair);
		return NULL;
	}
	keep_clean_stack(p, pair, s);
	return pair;
}

/* What the kernel side has known of the window for longer than we have. */
static void catch_up(struct pair *pair, const struct sighting *s)
{
	const struct window *seen = &s->window;
	struct window *w = &pair->window;

	if (seen->bits & WINDOW_RETRIED && !(w->bits & WINDOW_ENDED)) {
		w->bits |= WINDOW_RETRIED;
		w->retry_ns = seen->retry_ns;
	}
	/* Of a call that returned before this, without our hearing of it. */
	if (s->head.kind != SIGHTING_END && seen->bits & WINDOW_ENDED &&
	    !(w->bits & WINDOW_ENDED) && seen->end.ns <= s->head.ns) {
		w->end = seen->end;
		w->bits |= WINDOW_ENDED;
	}
}

/* Can a dedupe have put on disk what the page held? */
static bool deduped(const struct pairing *p, const struct pair *pair,
		    const struct sighting *s)
{
	__u64 ns = p->env.dedupe(p->env.world, s->file.dev);

	return ns && ns + DEDUPE_NS >= pair->window.clean_ns;
}

/*
 * Is it not known what became of the data of this dropped page? What replaces
 * it is not followed to its end on old kernels.
 */
static bool in_doubt(const struct pairing *p, const struct pair *pair,
		     const struct sighting *s, enum verdict v)
{
	if (window_awaits(&pair->window) && v != VERDICT_VOID)
		return true;
	return v == VERDICT_LOST && deduped(p, pair, s);
}

static int take_verdict(struct pairing *p, struct pair *pair,
			const struct sighting *s, enum verdict v)
{
	if (pair->window.bits & WINDOW_DROPPED && in_doubt(p, pair, s, v)) {
		pairing_go_blind(p, BLIND_direct_io, 1, s->head.ns);
		pair->done_ns = s->head.ns;
		return 0;
	}
	return settle(p, pair, s, v);
}

static int take_drop(struct pairing *p, struct pair *pair,
		     const struct sighting *s)
{
	__u64 ip[SIGHTING_STACK_DEPTH + 1];
	unsigned int depth = stack_of(p, s->stack, s->caller, ip);
	struct window *w = &pair->window;

	/* It may have been on purpose: no stack, no verdict. */
	if (!depth) {
		pairing_go_blind(p, BLIND_no_stack, 1, s->head.ns);
		pair->done_ns = s->head.ns;
		return 0;
	}
	sighting_stack(&pair->trail.drop, ip, depth);
	w->drop = s->window.drop;
	w->drop.way = stack_facts(p->env.frames, p->env.rows, ip, depth).way;
	if (w->drop.way == WAY_UNKNOWN)
		pairing_go_blind(p, BLIND_unknown_way, 1, s->head.ns);
	return take_verdict(p, pair, s, window_step(w, OBS_DROP, s->head.ns));
}

static int take_end(struct pairing *p, struct pair *pair,
		    const struct sighting *s)
{
	pair->window.end = s->window.end;
	return take_verdict(p, pair, s,
			    window_step(&pair->window, OBS_END, s->head.ns));
}

static int take_window(struct pairing *p, const struct sighting *s)
{
	struct pair *pair = pair_of(p, s);
	enum observation o;

	if (!pair)
		return -ENOMEM;
	if (pair->done_ns)
		return 0;
	catch_up(pair, s);
	if (s->head.kind == SIGHTING_DROP)
		return take_drop(p, pair, s);
	if (s->head.kind == SIGHTING_END)
		return take_end(p, pair, s);
	o = s->head.kind == SIGHTING_SETTLED ? OBS_SETTLED : OBS_DIRTY;
	return settle(p, pair, s, window_step(&pair->window, o, s->head.ns));
}

/* ---- cleans by nobody that is known at once ------------------------- */

static int say_unexplained(struct pairing *p, const struct sighting *s,
			   const __u64 *ip, unsigned int depth)
{
	struct record_stack stack = { 0 };
	struct record r;

	p->counters[COUNT_unexplained]++;
	pairing_go_blind(p, BLIND_unexplained, 1, s->head.ns);
	sighting_stack(&stack, ip, depth);
	sighting_clean(&r, s, &stack);
	return outbox_put(&p->outbox, &r, &s->head, s->names);
}

static int take_unexplained(struct pairing *p, const struct sighting *s)
{
	__u64 ip[SIGHTING_STACK_DEPTH + 1];
	unsigned int depth = stack_of(p, s->stack, s->caller, ip);

	if (!depth) {
		pairing_go_blind(p, BLIND_no_stack, 1, s->head.ns);
		return 0;
	}
	switch (stack_facts(p->env.frames, p->env.rows, ip, depth).scope) {
	case SCOPE_WRITEBACK:
		p->counters[COUNT_written]++;
		return 0;
	case SCOPE_DISCARD:
		return 0;
	case SCOPE_WRITE: /* by a part of it that has no name */
		pairing_go_blind(p, BLIND_unattributed, 1, s->head.ns);
		return 0;
	default:
		return say_unexplained(p, s, ip, depth);
	}
}

/* ---- the interface -------------------------------------------------- */

static int take_sighting(struct pairing *p, const void *data, size_t size)
{
	struct sighting s;

	if (size < sizeof(s))
		return -EBADMSG;
	memcpy(&s, data, sizeof(s));
	if (s.head.kind == SIGHTING_UNEXPLAINED)
		return take_unexplained(p, &s);
	return take_window(p, &s);
}

static int take_name(struct pairing *p, const void *data, size_t size)
{
	const size_t head = offsetof(struct sighting_name, name);
	struct sighting_name n = { 0 };

	if (size < head)
		return -EBADMSG;
	size = size < sizeof(n) ? size : sizeof(n);
	memcpy(&n, data, size);
	outbox_name(&p->outbox, &n, size - head);
	return 0;
}

int pairing_take(struct pairing *p, const void *data, size_t size)
{
	struct sighting_head head = { 0 };
	int err = -EBADMSG;

	if (size >= sizeof(head))
		memcpy(&head, data, sizeof(head));
	if (head.kind == SIGHTING_NAME)
		err = take_name(p, data, size);
	else if (head.kind && head.kind < SIGHTING_KINDS)
		err = take_sighting(p, data, size);
	if (err == -EBADMSG) {
		pairing_go_blind(p, BLIND_malformed, 1, head.ns);
		err = 0;
	}
	return err;
}

static void forget_old(struct pairing *p, __u64 now)
{
	__u64 kept = HASH_COUNT(p->pairs) > PAIRS_MAX ? CROWDED_NS : KEPT_NS;
	struct pair *pair, *next;

	if (now < p->looked_ns + kept)
		return;
	p->looked_ns = now;
	for (pair = p->pairs; pair; pair = next) {
		next = pair->hh.next;
		if (!pair->done_ns || pair->done_ns + kept > now)
			continue;
		/* NOLINTNEXTLINE: the analyzer does not follow its lists */
		HASH_DEL(p->pairs, pair);
		free(pair);
	}
}

int pairing_settle(struct pairing *p, __u64 now)
{
	forget_old(p, now);
	return outbox_flush(&p->outbox, now > NAMES_NS ? now - NAMES_NS : 0,
			    p->env.record, p->env.record_arg);
}

uint64_t pairing_undecided(const struct pairing *p)
{
	const struct pair *pair;
	uint64_t n = 0;

	for (pair = p->pairs; pair; pair = pair->hh.next)
		n += !pair->done_ns && pair->window.bits & WINDOW_DROPPED;
	return n;
}

void pairing_counters(const struct pairing *p, uint64_t counters[COUNT_MAX])
{
	for (int i = 0; i < COUNT_MAX; i++)
		counters[i] += p->counters[i];
}

void pairing_blind(const struct pairing *p, struct blind_span blind[BLIND_MAX])
{
	for (int i = 0; i < BLIND_MAX; i++)
		blind_add(&blind[i], &p->blind[i]);
}

void pairing_free(struct pairing *p)
{
	struct pair *pair, *next;

	if (!p)
		return;
	pair = p->pairs;
	HASH_CLEAR(hh, p->pairs);
	for (; pair; pair = next) {
		next = pair->hh.next;
		free(pair);
	}
	outbox_clear(&p->outbox);
	free(p);
}
