/* SPDX-License-Identifier: GPL-2.0 */
/* sighting_record.h - records as the modern tracer makes them. */
#ifndef DIRTYWATCH_SIGHTING_RECORD_H
#define DIRTYWATCH_SIGHTING_RECORD_H

#include "legacy/sighting.h"

/* The record of a verdict on a window, which the sighting led to. */
void sighting_verdict(struct record *r, const struct sighting *s,
		      enum verdict v, const struct window *w,
		      const struct trail *trail);

/* The record of a clean that nothing explains. */
void sighting_clean(struct record *r, const struct sighting *s,
		    const struct record_stack *stack);

/* Keep as much of a stack as there is room for. */
void sighting_stack(struct record_stack *to, const __u64 *ip,
		    unsigned int depth);

#endif
