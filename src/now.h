/* SPDX-License-Identifier: GPL-2.0 */
/* now.h - the clock of all records and findings, and that of people. */
#ifndef DIRTYWATCH_NOW_H
#define DIRTYWATCH_NOW_H

#include <linux/types.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
static inline __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000ULL + (__u64)t.tv_nsec;
}

/* Nanoseconds of CLOCK_REALTIME. */
static inline __s64 wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

#endif
