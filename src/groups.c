// SPDX-License-Identifier: GPL-2.0
/* groups.c - see groups.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "groups.h"

struct member {
	struct group sum;
	UT_hash_handle hh;
	char name[];
};

struct groups {
	struct member *all;
	struct member *rest; /* not in the table */
	size_t bytes;
};

enum harm harm_of(enum finding_class class)
{
	static const enum harm harms[FINDING_CLASS_MAX] = {
		[FINDING_PENDING] = HARM_NONE,
		[FINDING_STRANDED] = HARM_STRANDED,
		[FINDING_NEAR_MISS] = HARM_NEAR,
		[FINDING_LOST] = HARM_LOST,
		[FINDING_SUPERSEDED] = HARM_NONE,
		[FINDING_VOID] = HARM_NONE,
		[FINDING_UNEXPLAINED] = HARM_NONE,
		[FINDING_EVICTED] = HARM_LOST,
		[FINDING_STALE_READ] = HARM_NONE,
	};

	return harms[class];
}

struct groups *groups_new(void)
{
	return calloc(1, sizeof(struct groups));
}

static struct member *member_new(const char *name, size_t len)
{
	struct member *m = calloc(1, sizeof(*m) + len + 1);

	if (!m)
		return NULL;
	memcpy(m->name, name, len);
	m->sum.name = m->name;
	m->sum.first_ns = INT64_MAX;
	return m;
}

static struct member *rest_of(struct groups *g)
{
	if (!g->rest)
		g->rest = member_new("", 0);
	if (g->rest)
		g->rest->sum.name = NULL;
	return g->rest;
}

static struct member *member_of(struct groups *g, const char *name, size_t len)
{
	struct member *m = NULL;

	HASH_FIND(hh, g->all, name, len, m);
	if (m)
		return m;
	if (g->bytes + len > GROUPS_BYTES_MAX)
		return rest_of(g);
	m = member_new(name, len);
	if (!m)
		return NULL;
	HASH_ADD_KEYPTR(hh, g->all, m->name, len, m);
	if (!m->hh.tbl) {
		free(m);
		return NULL;
	}
	g->bytes += sizeof(*m) + len;
	return m;
}

int groups_add(struct groups *g, const char *host, const char *name,
	       enum harm harm, uint64_t bytes, int64_t at_ns)
{
	char joined[FINDING_PATH_LEN + 512];
	struct member *m;

	if (host && name) {
		snprintf(joined, sizeof(joined), "%s:%s", host, name);
		name = joined;
	}
	name = name ? name : "";
	m = member_of(g, name, strlen(name));
	if (!m)
		return -ENOMEM;
	m->sum.count[harm]++;
	if (__builtin_add_overflow(m->sum.bytes, bytes, &m->sum.bytes))
		m->sum.bytes = UINT64_MAX;
	if (at_ns < m->sum.first_ns)
		m->sum.first_ns = at_ns;
	if (at_ns > m->sum.last_ns)
		m->sum.last_ns = at_ns;
	return 0;
}

static int worse(const void *a, const void *b)
{
	const struct group *x = *(const struct group *const *)a;
	const struct group *y = *(const struct group *const *)b;

	for (unsigned int h = 0; h < HARM_MAX; h++)
		if (x->count[h] != y->count[h])
			return x->count[h] < y->count[h] ? 1 : -1;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

/* The first `most` become those that a full sort would put there. */
static void pick(const struct group **all, size_t count, size_t most)
{
	qsort(all, most, sizeof(struct group *), worse);
	for (size_t i = most; i < count; i++) {
		const struct group *one = all[i];
		size_t to = most;

		while (to && worse(&one, &all[to - 1]) < 0)
			to--;
		if (to == most)
			continue;
		all[i] = all[most - 1];
		memmove(&all[to + 1], &all[to],
			(most - 1 - to) * sizeof(struct group *));
		all[to] = one;
	}
}

const struct group **groups_sorted(const struct groups *g, size_t most,
				   size_t *count)
{
	size_t room = HASH_COUNT(g->all) + 1;
	const struct group **all = calloc(room, sizeof(struct group *));
	const struct member *m;

	*count = 0;
	if (!all)
		return NULL;
	for (m = g->all; m; m = m->hh.next)
		all[(*count)++] = &m->sum;
	if (g->rest)
		all[(*count)++] = &g->rest->sum;
	pick(all, *count, most < *count ? most : *count);
	return all;
}

void groups_free(struct groups *g)
{
	struct member *m = g ? g->all : NULL;

	if (!g)
		return;
	HASH_CLEAR(hh, g->all);
	while (m) {
		struct member *next = m->hh.next;

		free(m);
		m = next;
	}
	free(g->rest);
	free(g);
}
