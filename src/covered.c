// SPDX-License-Identifier: GPL-2.0
/* covered.c - see covered.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "covered.h"

/* What is asked for, and the parts that are made of it. */
struct asked {
	int64_t since;
	int64_t until;
	int64_t now;
};

/* One more element at the end of an array; NULL: no memory. */
static void *one_more(void *array, size_t *count, size_t size)
{
	char *all = reallocarray(*(void **)array, *count + 1, size);

	if (!all)
		return NULL;
	*(void **)array = all;
	memset(all + *count * size, 0, size);
	return all + (*count)++ * size;
}

static struct covered_host *host_of(struct covered *c, const char *name)
{
	struct covered_host *h;

	for (size_t i = 0; i < c->host_count; i++)
		if (!strcmp(c->hosts[i].name, name))
			return &c->hosts[i];
	h = one_more(&c->hosts, &c->host_count, sizeof(*h));
	if (h)
		h->name = name;
	return h;
}

static bool is_inside(const struct asked *a, int64_t from, int64_t to)
{
	return from < a->until && to >= a->since;
}

static int add_run(struct covered *c, const struct stored_run *run,
		   const struct asked *a)
{
	struct covered_host *h;

	if (!is_inside(a, run->begin_ns, run->covered_ns))
		return 0;
	h = host_of(c, run->host);
	if (!h)
		return -ENOMEM;
	c->runs++;
	c->unended += !run->ended;
	c->written_known = c->written_known && run->counted;
	if (__builtin_add_overflow(c->written, run->written, &c->written))
		c->written = UINT64_MAX;
	if (run->begin_ns < a->since || run->covered_ns > a->until)
		c->written_most = true;
	return spans_add(&h->watched, run->begin_ns, run->covered_ns);
}

static struct covered_kind *kind_of(struct covered *c, const char *host,
				    const char *kind)
{
	struct covered_kind *k;

	for (size_t i = 0; i < c->kind_count; i++) {
		k = &c->kinds[i];
		if (!strcmp(k->kind, kind) && !strcmp(k->host, host))
			return k;
	}
	k = one_more(&c->kinds, &c->kind_count, sizeof(*k));
	if (!k)
		return NULL;
	k->host = host;
	k->kind = kind;
	k->from_ns = INT64_MAX;
	return k;
}

static int add_blind(struct covered *c, const struct stored *s,
		     const struct stored_blind *b, const struct asked *a)
{
	const char *host = s->runs[b->run].host;
	struct covered_host *h;
	struct covered_kind *k;

	if (!is_inside(a, b->from_ns, b->to_ns))
		return 0;
	h = host_of(c, host);
	k = kind_of(c, host, b->kind);
	if (!h || !k)
		return -ENOMEM;
	if (__builtin_add_overflow(k->count, b->count, &k->count))
		k->count = UINT64_MAX;
	k->from_ns = b->from_ns < k->from_ns ? b->from_ns : k->from_ns;
	k->to_ns = b->to_ns > k->to_ns ? b->to_ns : k->to_ns;
	return spans_add(&h->blind, b->from_ns, b->to_ns);
}

/* Runs in the order in which they began, those of a host and boot together. */
static int by_boot(const void *a, const void *b)
{
	const struct stored_run *x = *(const struct stored_run *const *)a;
	const struct stored_run *y = *(const struct stored_run *const *)b;
	int order = strcmp(x->host, y->host);

	if (!order)
		order = strcmp(x->boot, y->boot);
	return order ? order
		     : (x->begin_ns > y->begin_ns) -
			       (x->begin_ns < y->begin_ns);
}

static int add_gap(struct covered *c, const char *host, int64_t from,
		   int64_t to, const struct asked *a)
{
	struct covered_gap *gap;
	struct covered_host *h;

	if (from >= to || !is_inside(a, from, to))
		return 0;
	h = host_of(c, host);
	gap = one_more(&c->gaps, &c->gap_count, sizeof(*gap));
	if (!h || !gap)
		return -ENOMEM;
	*gap = (struct covered_gap){ host, from, to };
	return spans_add(&h->blind, from, to);
}

/* What lies between a watch that did not end in order and the next one. */
static int add_gaps(struct covered *c, const struct stored *stores,
		    size_t count, const struct asked *a)
{
	const struct stored_run **runs = NULL;
	size_t used = 0;
	size_t room = 0;
	int err = 0;

	for (size_t i = 0; i < count; i++)
		room += stores[i].run_count;
	runs = calloc(room + 1, sizeof(struct stored_run *));
	if (!runs)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < stores[i].run_count; k++)
			runs[used++] = &stores[i].runs[k];
	qsort(runs, used, sizeof(struct stored_run *), by_boot);
	for (size_t i = 0; !err && i + 1 < used; i++)
		if (!runs[i]->ended &&
		    !strcmp(runs[i]->host, runs[i + 1]->host) &&
		    !strcmp(runs[i]->boot, runs[i + 1]->boot))
			err = add_gap(c, runs[i]->host, runs[i]->covered_ns,
				      runs[i + 1]->begin_ns, a);
	free(runs);
	return err;
}

static int64_t sum(int64_t a, int64_t b)
{
	return __builtin_add_overflow(a, b, &a) ? INT64_MAX : a;
}

/* The end of what is asked about: what is to come is not. */
static int64_t end_of(const struct covered_host *h, const struct asked *a)
{
	if (a->until < INT64_MAX)
		return a->until < a->now ? a->until : a->now;
	if (a->since > 0)
		return a->now;
	return h->watched.used ? h->watched.at[h->watched.used - 1].to : 0;
}

/* Cuts a host's intervals to the asked one, and adds up how long they are. */
static int settle_host(struct covered *c, struct covered_host *h,
		       const struct asked *a)
{
	struct spans seen = { 0 };
	struct spans all = { 0 };
	struct spans known = { 0 };
	int err = -ENOMEM;
	int64_t from;

	spans_settle(&h->watched);
	spans_settle(&h->blind);
	spans_clip(&h->watched, a->since, a->until);
	spans_clip(&h->blind, a->since, a->until);
	from = a->since > 0 || !h->watched.used ? a->since
						: h->watched.at[0].from;
	if (spans_add(&all, from, end_of(h, a)) ||
	    spans_without(&all, &h->watched, &known) ||
	    spans_without(&known, &h->blind, &h->unwatched) ||
	    spans_without(&h->watched, &h->blind, &seen))
		goto out;
	spans_free(&h->watched);
	h->watched = seen;
	seen = (struct spans){ 0 };
	c->watched_ns = sum(c->watched_ns, spans_length(&h->watched));
	c->blind_ns = sum(c->blind_ns, spans_length(&h->blind));
	c->unwatched_ns = sum(c->unwatched_ns, spans_length(&h->unwatched));
	err = 0;
out:
	spans_free(&seen);
	spans_free(&all);
	spans_free(&known);
	return err;
}

static void widen(struct covered *c, const struct spans *s)
{
	if (!s->used)
		return;
	if (s->at[0].from < c->from_ns)
		c->from_ns = s->at[0].from;
	if (s->at[s->used - 1].to > c->to_ns)
		c->to_ns = s->at[s->used - 1].to;
}

static int add_all(struct covered *c, const struct stored *stores, size_t count,
		   const struct asked *a)
{
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		const struct stored *s = &stores[i];

		for (size_t k = 0; !err && k < s->run_count; k++)
			err = add_run(c, &s->runs[k], a);
		for (size_t k = 0; !err && k < s->blind_count; k++)
			err = add_blind(c, s, &s->blinds[k], a);
	}
	return err ? err : add_gaps(c, stores, count, a);
}

int covered_of(struct covered *c, const struct stored *stores, size_t count,
	       int64_t since_ns, int64_t until_ns, int64_t now_ns)
{
	const struct asked a = { since_ns, until_ns, now_ns };
	int err;

	*c = (struct covered){ .from_ns = INT64_MAX, .written_known = true };
	err = add_all(c, stores, count, &a);
	for (size_t i = 0; !err && i < c->host_count; i++)
		err = settle_host(c, &c->hosts[i], &a);
	for (size_t i = 0; i < c->host_count; i++) {
		widen(c, &c->hosts[i].watched);
		widen(c, &c->hosts[i].blind);
		widen(c, &c->hosts[i].unwatched);
	}
	if (c->from_ns > c->to_ns)
		c->from_ns = c->to_ns;
	return err;
}

bool covered_is_blind(const struct covered *c)
{
	return c->kind_count || c->gap_count;
}

uint64_t covered_forgotten(const struct stored *stores, size_t count,
			   int64_t since_ns, int64_t until_ns)
{
	uint64_t forgotten = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < stores[i].run_count; k++) {
			const struct stored_run *r = &stores[i].runs[k];

			if (r->counted && r->lost > r->seen &&
			    r->begin_ns >= since_ns && r->covered_ns < until_ns)
				forgotten += r->lost - r->seen;
		}
	}
	return forgotten;
}

void covered_free(struct covered *c)
{
	for (size_t i = 0; i < c->host_count; i++) {
		spans_free(&c->hosts[i].watched);
		spans_free(&c->hosts[i].blind);
		spans_free(&c->hosts[i].unwatched);
	}
	free(c->hosts);
	free(c->kinds);
	free(c->gaps);
	*c = (struct covered){ 0 };
}
