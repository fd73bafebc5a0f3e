/* SPDX-License-Identifier: GPL-2.0 */
/*
 * holdback.h - a perf buffer is one buffer for each processor: what was read
 * from all of them is put into the order of time.
 */
#ifndef DIRTYWATCH_HOLDBACK_H
#define DIRTYWATCH_HOLDBACK_H

#include <linux/types.h>
#include <stddef.h>

struct holdback {
	struct held *held;
	size_t count, room;
	__u64 number; /* of samples that were taken so far */
};

/* Take a copy of a sample that was made at `ns`. Returns 0 or -ENOMEM. */
int holdback_add(struct holdback *h, __u64 ns, const void *data, size_t size);

/*
 * Hand on what was made before `until` (ns), by time, at equal times as it
 * came, and forget it. Returns 0 or the first thing else that `fn` returned;
 * the rest is then kept.
 */
int holdback_release(struct holdback *h, __u64 until,
		     int (*fn)(void *arg, const void *data, size_t size),
		     void *arg);

void holdback_clear(struct holdback *h);

#endif
