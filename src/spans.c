// SPDX-License-Identifier: GPL-2.0
/* spans.c - see spans.h. */
#include <errno.h>
#include <stdlib.h>

#include "spans.h"

int spans_add(struct spans *s, int64_t from, int64_t to)
{
	if (from >= to)
		return 0;
	if (s->used == s->room) {
		size_t room = s->room ? 2 * s->room : 16;
		struct span *at = reallocarray(s->at, room, sizeof(*at));

		if (!at)
			return -ENOMEM;
		s->at = at;
		s->room = room;
	}
	s->at[s->used++] = (struct span){ from, to };
	return 0;
}

static int by_begin(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

void spans_settle(struct spans *s)
{
	size_t kept = 0;

	if (!s->used)
		return;
	qsort(s->at, s->used, sizeof(*s->at), by_begin);
	for (size_t i = 1; i < s->used; i++) {
		struct span *last = &s->at[kept];

		if (s->at[i].from > last->to)
			s->at[++kept] = s->at[i];
		else if (s->at[i].to > last->to)
			last->to = s->at[i].to;
	}
	s->used = kept + 1;
}

void spans_clip(struct spans *s, int64_t from, int64_t to)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->used; i++) {
		struct span one = s->at[i];

		one.from = one.from < from ? from : one.from;
		one.to = one.to > to ? to : one.to;
		if (one.from < one.to)
			s->at[kept++] = one;
	}
	s->used = kept;
}

int spans_without(const struct spans *a, const struct spans *b,
		  struct spans *out)
{
	size_t k = 0;
	int err = 0;

	for (size_t i = 0; !err && i < a->used; i++) {
		int64_t from = a->at[i].from;
		int64_t to = a->at[i].to;

		while (k < b->used && b->at[k].to <= from)
			k++;
		for (; !err && k < b->used && b->at[k].from < to; k++) {
			err = spans_add(out, from, b->at[k].from);
			from = b->at[k].to;
			/* It may reach into the next one, too. */
			if (from >= to)
				break;
		}
		if (!err)
			err = spans_add(out, from, to);
	}
	return err;
}

int64_t spans_length(const struct spans *s)
{
	int64_t length = 0;

	for (size_t i = 0; i < s->used; i++)
		if (__builtin_add_overflow(length, s->at[i].to - s->at[i].from,
					   &length))
			return INT64_MAX;
	return length;
}

void spans_free(struct spans *s)
{
	free(s->at);
	*s = (struct spans){ 0 };
}
