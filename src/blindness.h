/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blindness.h - when was evidence missing? Counts that are looked at now and
 * then become intervals. Pure: the time is given.
 */
#ifndef DIRTYWATCH_BLINDNESS_H
#define DIRTYWATCH_BLINDNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

/* Intervals kept of each kind; then the two that are closest become one. */
#define BLINDNESS_INTERVALS 16

/*
 * An interval is over when its kind has not grown for so long; the next one
 * of the same kind needs twice that, up to the maximum: who is blind again
 * and again is told so less and less often.
 */
#define BLINDNESS_QUIET_NS 3000000000ULL
#define BLINDNESS_QUIET_MAX_NS 3600000000000ULL

/*
 * A look that comes so long after the one before, or after there was something
 * to do again: the tool was held up.
 */
#define BLINDNESS_LATE_NS 3000000000ULL

/* The intervals of one kind, the oldest first. */
struct blind_intervals {
	struct blind_span at[BLINDNESS_INTERVALS];
	unsigned int used;
	unsigned int merged; /* that became part of the one before them */
};

struct blindness {
	struct blind_intervals kinds[BLIND_MAX];
	struct {
		uint64_t count; /* when it was looked at last */
		uint64_t grown_ns;
		uint64_t quiet_ns;
		bool open; /* its last interval goes on */
	} state[BLIND_MAX];
	uint64_t looked_ns;
	uint64_t rested_ns; /* until then it had nothing to do */
	uint64_t held_up;   /* BLIND_consumer, so far */
};

/* Told of an interval that begins (`open`), or that has ended. */
typedef int (*blindness_fn)(void *arg, enum blind kind,
			    const struct blind_span *interval, bool open);

/* Nothing is missing yet. Times here are ns of CLOCK_MONOTONIC. */
void blindness_init(struct blindness *b, uint64_t now_ns);

/*
 * A look at `now_ns`, taken before the counts `seen` were read. A span without
 * times has its time bounded by that of the looks. Returns 0, or what `fn`
 * returned if not 0.
 */
int blindness_look(struct blindness *b, const struct blind_span seen[BLIND_MAX],
		   uint64_t now_ns, blindness_fn fn, void *arg);

/* The last look: what is open ends. Returns as above. */
int blindness_finish(struct blindness *b,
		     const struct blind_span seen[BLIND_MAX], uint64_t now_ns,
		     blindness_fn fn, void *arg);

/*
 * The tool slept on purpose until `ns`, when the first record came or its time
 * was over: up to then it was not held up.
 */
void blindness_rested(struct blindness *b, uint64_t ns);

/* When the first of the open intervals will be over, 0: none is open. */
uint64_t blindness_due(const struct blindness *b);

/* An interval that is known from elsewhere, over before the next look. */
void blindness_add(struct blindness *b, enum blind kind,
		   const struct blind_span *interval);

/* All intervals of each kind as one: how often, from when, until when. */
void blindness_spans(const struct blindness *b,
		     struct blind_span spans[BLIND_MAX]);

#endif
