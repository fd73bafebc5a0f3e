// SPDX-License-Identifier: GPL-2.0
/* contents.c - see contents.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "contents.h"

/* Which page, which of its windows, and which moment of that. */
struct content_key {
	__u64 page;
	__u64 index;
	__u64 clean_ns;
	__u64 part;
};

struct held {
	UT_hash_handle hh;
	struct content_key key;
	struct content content;
	bool stays; /* somebody waits with it */
};

struct contents {
	struct held *all; /* in the order in which they came */
	unsigned int max;
};

struct contents *contents_new(unsigned int max)
{
	struct contents *c = calloc(1, sizeof(*c));

	if (c)
		c->max = max;
	return c;
}

static struct held *find(const struct contents *c,
			 const struct content_key *key)
{
	struct held *h;

	/* NOLINTNEXTLINE: the analyzer loses a struct that is read by bytes */
	HASH_FIND(hh, c->all, key, sizeof(*key), h);
	return h;
}

static void forget(struct contents *c, struct held *h)
{
	if (!h)
		return;
	HASH_DEL(c->all, h);
	free(h);
}

static void forget_oldest(struct contents *c)
{
	struct held *h = c->all;

	while (h && h->stays)
		h = h->hh.next;
	forget(c, h ? h : c->all);
}

int contents_put(struct contents *c, const void *data, size_t size)
{
	struct held *h, *old;

	if (size < sizeof(h->content))
		return -EBADMSG;
	h = malloc(sizeof(*h));
	if (!h)
		return -ENOMEM;
	memcpy(&h->content, data, sizeof(h->content));
	h->key.page = h->content.page;
	h->key.index = h->content.index;
	h->key.clean_ns = h->content.clean_ns;
	h->key.part = h->content.part;
	old = find(c, &h->key);
	h->stays = old && old->stays;
	forget(c, old);
	if (HASH_COUNT(c->all) >= c->max)
		forget_oldest(c);
	/* NOLINTNEXTLINE: the same */
	HASH_ADD(hh, c->all, key, sizeof(h->key), h);
	if (h->hh.tbl)
		return 0;
	free(h);
	return -ENOMEM;
}

static struct held *of(const struct contents *c, const struct window *w,
		       enum content_part part)
{
	const struct content_key key = {
		w->page,
		w->index,
		w->clean_ns ? w->clean_ns : w->drop.ns,
		part,
	};

	return find(c, &key);
}

const struct content *contents_of(const struct contents *c,
				  const struct window *w,
				  enum content_part part)
{
	const struct held *h = of(c, w, part);

	return h ? &h->content : NULL;
}

void contents_hold(struct contents *c, const struct window *w, bool hold)
{
	for (int part = 0; part < CONTENT_PARTS; part++) {
		struct held *h = of(c, w, (enum content_part)part);

		if (h)
			h->stays = hold;
	}
}

void contents_forget(struct contents *c, const struct window *w)
{
	for (int part = 0; part < CONTENT_PARTS; part++)
		forget(c, of(c, w, (enum content_part)part));
}

void contents_free(struct contents *c)
{
	struct held *h, *next;

	if (!c)
		return;
	h = c->all;
	HASH_CLEAR(hh, c->all);
	for (; h; h = next) {
		next = h->hh.next;
		free(h);
	}
	free(c);
}
