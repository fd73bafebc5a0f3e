/* SPDX-License-Identifier: GPL-2.0 */
/*
 * outbox.h - records on their way out, in order: some wait for the names that
 * make their path, and the ones behind them wait with them.
 */
#ifndef DIRTYWATCH_OUTBOX_H
#define DIRTYWATCH_OUTBOX_H

#include <stdbool.h>

#include "legacy/sighting.h"
#include "tracer.h"

/* In a storm the first ones go without their names: some 20 MiB. */
#define OUTBOX_MAX 8192

struct outbox {
	struct outbox_entry *first, *last;
	unsigned int count;
};

/*
 * Put a copy of the record at the end. If `names`, it waits for those of
 * `head`'s chain. Returns 0 or -ENOMEM.
 */
int outbox_put(struct outbox *o, const struct record *r,
	       const struct sighting_head *head, bool names);

/* A name for all that wait for it. `room`: bytes of its `name` that exist. */
void outbox_name(struct outbox *o, const struct sighting_name *name,
		 size_t room);

/*
 * Hand on what is complete, and what was sighted before `expired` (ns) or is
 * more than OUTBOX_MAX, whatever it lacks. Returns 0 or what `fn` returned.
 */
int outbox_flush(struct outbox *o, __u64 expired, tracer_record_fn fn,
		 void *arg);

void outbox_clear(struct outbox *o);

#endif
