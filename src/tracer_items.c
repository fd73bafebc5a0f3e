// SPDX-License-Identifier: GPL-2.0
/* tracer_items.c - see tracer_items.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tracer_items.h"

int tracer_items_put(struct tracer_items *q, uint32_t kind, const void *data,
		     size_t size)
{
	struct tracer_item *item = malloc(sizeof(*item) + size);

	if (!item)
		return -ENOMEM;
	item->kind = kind;
	item->size = size;
	if (size)
		memcpy(item->bytes, data, size);
	STAILQ_INSERT_TAIL(q, item, next);
	return 0;
}

struct tracer_item *tracer_items_take(struct tracer_items *q)
{
	struct tracer_item *item = STAILQ_FIRST(q);

	if (item)
		STAILQ_REMOVE_HEAD(q, next);
	return item;
}

void tracer_items_clear(struct tracer_items *q)
{
	struct tracer_item *item;

	while ((item = tracer_items_take(q)))
		free(item);
}
