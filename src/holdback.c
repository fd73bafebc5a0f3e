// SPDX-License-Identifier: GPL-2.0
/* holdback.c - see holdback.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "holdback.h"

struct held {
	__u64 ns;
	__u64 number;
	size_t size;
	void *data;
};

static int make_room(struct holdback *h)
{
	size_t room = h->room ? 2 * h->room : 64;
	struct held *held;

	if (h->count < h->room)
		return 0;
	held = reallocarray(h->held, room, sizeof(*held));
	if (!held)
		return -ENOMEM;
	h->held = held;
	h->room = room;
	return 0;
}

int holdback_add(struct holdback *h, __u64 ns, const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (!copy || make_room(h)) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, data, size);
	h->held[h->count++] = (struct held){
		.ns = ns,
		.number = h->number++,
		.size = size,
		.data = copy,
	};
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

int holdback_release(struct holdback *h, __u64 until,
		     int (*fn)(void *arg, const void *data, size_t size),
		     void *arg)
{
	size_t done = 0;
	int err = 0;

	if (!h->count)
		return 0;
	qsort(h->held, h->count, sizeof(*h->held), by_time);
	while (!err && done < h->count && h->held[done].ns < until) {
		err = fn(arg, h->held[done].data, h->held[done].size);
		free(h->held[done++].data);
	}
	h->count -= done;
	memmove(h->held, h->held + done, h->count * sizeof(*h->held));
	return err;
}

void holdback_clear(struct holdback *h)
{
	for (size_t i = 0; i < h->count; i++)
		free(h->held[i].data);
	free(h->held);
	memset(h, 0, sizeof(*h));
}
