/* SPDX-License-Identifier: GPL-2.0 */
/* when.h - points in time as users type them, and times made fit to read. */
#ifndef DIRTYWATCH_WHEN_H
#define DIRTYWATCH_WHEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define WHEN_NS_PER_S INT64_C(1000000000)
#define WHEN_LEN 40

/*
 * A point in time, in ns of CLOCK_REALTIME: "now", "today", "yesterday" (their
 * local midnight), an age ("2h", "3 days ago"), or a date with or without a
 * time and a zone, as in RFC 3339. Returns 0, or -EINVAL if it is none of them,
 * or lies before 1970 or behind 2200.
 */
int when_parse(const char *text, int64_t now_ns, int64_t *ns);

/*
 * Writes "2026-11-28 22:18:24.305", local or else UTC, without the fraction
 * where it is not asked for. A time that cannot be said is "unknown".
 */
void when_text(int64_t ns, bool utc, bool fraction, char text[WHEN_LEN]);

/* The same as RFC 3339 has it: UTC, to the ns. */
void when_rfc3339(int64_t ns, char text[WHEN_LEN]);

/* Writes a length of time in its two largest units: "3 d 4 h", "2.04 ms". */
void when_duration(int64_t ns, char text[WHEN_LEN]);

/* Sums and differences of times of which nobody knows who made them. */
static inline int64_t when_plus(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static inline int64_t when_less(int64_t a, int64_t b)
{
	int64_t rest;

	if (__builtin_sub_overflow(a, b, &rest))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return rest;
}

#endif
