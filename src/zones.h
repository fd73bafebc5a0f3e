/* SPDX-License-Identifier: GPL-2.0 */
/*
 * zones.h - how far local time was from UTC, and when that changed: so that a
 * recording shows the same times of day wherever it is replayed.
 */
#ifndef DIRTYWATCH_ZONES_H
#define DIRTYWATCH_ZONES_H

#include <stddef.h>
#include <stdint.h>

struct zone {
	int64_t from;	/* seconds of CLOCK_REALTIME */
	int64_t offset; /* seconds east of UTC, from then on */
};

/* So many changes are kept, two a year. */
#define ZONES_MAX 256

struct zones {
	struct zone zone[ZONES_MAX]; /* in the order of `from` */
	size_t count;
	int64_t known; /* asked up to here */
};

/*
 * Asks the system for local time up to `wall` and calls `fn` for each change
 * since the last call; the first call takes what is in force then as a change.
 * Returns 0 or what `fn` returned.
 */
int zones_follow(struct zones *z, int64_t wall,
		 int (*fn)(void *arg, const struct zone *zone), void *arg);

/* Adds a zone. Returns 0 or -EBADMSG: impossible, out of order, too many. */
int zones_add(struct zones *z, const struct zone *zone);

/* The offset in force at `wall`; 0 if nothing is known. */
int64_t zones_offset(const struct zones *z, int64_t wall);

#endif
