/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pairing.h - the legacy tracer's judge: sightings go into windows, verdicts
 * come out as records. Each sighting carries its window, so one that is lost
 * or comes late costs no more than itself.
 */
#ifndef DIRTYWATCH_PAIRING_H
#define DIRTYWATCH_PAIRING_H

#include <stdint.h>

#include "legacy/sighting.h"
#include "tracer.h"

/* What pairing needs of the world. */
struct pairing_env {
	const struct frame *frames; /* known functions, sorted by address */
	unsigned int rows;
	/* Copy stack `id`, innermost first. Returns its depth, 0: no such. */
	unsigned int (*stack)(void *arg, __s32 id,
			      __u64 ip[SIGHTING_STACK_DEPTH]);
	/* When the last dedupe on the filesystem began, ns; 0: none did. */
	__u64 (*dedupe)(void *arg, __u32 dev);
	tracer_record_fn record;
	void *world;	  /* `arg` of the two above */
	void *record_arg; /* of `record` */
};

struct pairing;

/* NULL: no memory. The frames stay the caller's. */
struct pairing *pairing_new(const struct pairing_env *env);

/*
 * Take a sighting or a name, in the order of their times. Returns 0, -ENOMEM,
 * or what the record's callback returned. What makes no sense is counted as
 * malformed.
 */
int pairing_take(struct pairing *p, const void *data, size_t size);

/*
 * Hand on the records that need not wait any longer for their names at time
 * `now` (ns), and forget the windows that ended a while before.
 */
int pairing_settle(struct pairing *p, __u64 now);

/* Windows whose page was dropped, and whose write call did not return. */
uint64_t pairing_undecided(const struct pairing *p);

/* Add what was counted here. */
void pairing_counters(const struct pairing *p, uint64_t counters[COUNT_MAX]);
void pairing_blind(const struct pairing *p, struct blind_span blind[BLIND_MAX]);

/* Evidence of this kind is missing, as of `now` (ns): `times` more. */
void pairing_go_blind(struct pairing *p, enum blind kind, __u64 times,
		      __u64 now);

/* NULL is fine. */
void pairing_free(struct pairing *p);

#endif
