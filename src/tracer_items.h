/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracer_items.h - items that wait: for room in a socket, or for their turn.
 */
#ifndef DIRTYWATCH_TRACER_ITEMS_H
#define DIRTYWATCH_TRACER_ITEMS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct tracer_item {
	STAILQ_ENTRY(tracer_item) next;
	uint32_t kind; /* enum wire_item */
	size_t size;
	unsigned char bytes[];
};

/* In their order; STAILQ_INIT() it to begin. */
STAILQ_HEAD(tracer_items, tracer_item);

/* Puts a copy at the end. Returns 0 or -ENOMEM. */
int tracer_items_put(struct tracer_items *q, uint32_t kind, const void *data,
		     size_t size);

/* Takes the first one away, to be given to free(); NULL: there is none. */
struct tracer_item *tracer_items_take(struct tracer_items *q);

void tracer_items_clear(struct tracer_items *q);

#endif
