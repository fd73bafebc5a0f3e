/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rhythm.h - when to look next: each second while anything goes on, else once
 * a minute. Pure: the time is given, ns of CLOCK_MONOTONIC.
 */
#ifndef DIRTYWATCH_RHYTHM_H
#define DIRTYWATCH_RHYTHM_H

#include <stdbool.h>
#include <stdint.h>

#define RHYTHM_BUSY_NS 1000000000ULL
#define RHYTHM_IDLE_NS 60000000000ULL

/* What has happened is looked after each second for so long. */
#define RHYTHM_AFTER_NS 5000000000ULL

struct rhythm {
	uint64_t look_ns;    /* the next look */
	uint64_t stirred_ns; /* something happened, the last time */
};

/*
 * The first multiple of `every` after now: whoever looks once a minute does it
 * together with all others that do, in one wake-up.
 */
static inline uint64_t rhythm_beat(uint64_t now, uint64_t every)
{
	return now - now % every + every;
}

/* A start is an event, too. */
void rhythm_begin(struct rhythm *r, uint64_t now);

/* Something happened: the next look comes within a second. */
void rhythm_stir(struct rhythm *r, uint64_t now);

/* Something happened that only a look can tell of. */
void rhythm_hurry(struct rhythm *r, uint64_t now);

/*
 * It was looked. `busy`: something goes on that looks must follow. `due`: a
 * look is wanted then, 0: no such wish.
 */
void rhythm_looked(struct rhythm *r, bool busy, uint64_t due, uint64_t now);

/* Milliseconds to sleep: until the next look, or the end (0: there is none). */
int rhythm_wait(const struct rhythm *r, uint64_t end, uint64_t now);

#endif
