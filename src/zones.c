// SPDX-License-Identifier: GPL-2.0
/* zones.c - see zones.h. */
#include <errno.h>
#include <time.h>

#include "zones.h"

/* Nobody changes the clocks twice within so many seconds. */
#define STEP 604800

#define DAY INT64_C(86400)

static int64_t local_offset(int64_t wall)
{
	time_t t = (time_t)wall;
	struct tm tm;

	return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

/* The first second in (from, to] at which the offset is that of `to`. */
static int64_t change_between(int64_t from, int64_t to)
{
	int64_t offset = local_offset(to);

	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;

		if (local_offset(middle) == offset)
			to = middle;
		else
			from = middle;
	}
	return to;
}

/* What is in force at `to`, if that is news. */
static int step(struct zones *z, int64_t to,
		int (*fn)(void *arg, const struct zone *zone), void *arg)
{
	struct zone zone = { .from = to, .offset = local_offset(to) };

	if (z->count && zone.offset == zones_offset(z, z->known))
		return 0;
	if (z->count)
		zone.from = change_between(z->known, to);
	/* With a full table the times of day may be off, and nothing else. */
	return zones_add(z, &zone) ? 0 : fn(arg, &zone);
}

int zones_follow(struct zones *z, int64_t wall,
		 int (*fn)(void *arg, const struct zone *zone), void *arg)
{
	int err = 0;

	if (!z->count)
		z->known = wall - 1;
	while (!err && z->known < wall) {
		int64_t to = wall - z->known > STEP ? z->known + STEP : wall;

		err = step(z, to, fn, arg);
		z->known = to;
	}
	return err;
}

int zones_add(struct zones *z, const struct zone *zone)
{
	if (z->count == ZONES_MAX || zone->offset <= -2 * DAY ||
	    zone->offset >= 2 * DAY)
		return -EBADMSG;
	if (z->count && zone->from <= z->zone[z->count - 1].from)
		return -EBADMSG;
	z->zone[z->count++] = *zone;
	return 0;
}

int64_t zones_offset(const struct zones *z, int64_t wall)
{
	size_t i = z->count;

	while (i > 1 && z->zone[i - 1].from > wall)
		i--;
	return i ? z->zone[i - 1].offset : 0;
}
