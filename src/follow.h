/* SPDX-License-Identifier: GPL-2.0 */
/*
 * follow.h - after a loss, for a while: who reads the old bytes? Only then is
 * there a hook on the way into the page cache.
 */
#ifndef DIRTYWATCH_FOLLOW_H
#define DIRTYWATCH_FOLLOW_H

#include "finding.h"
#include "tracer.h"

/* Zero it to begin. */
struct follow {
	uint64_t until_ns; /* 0: nobody is followed */
	bool refused;	   /* the kernel did not take the hook */
};

/* A loss makes its readers be watched, for FOLLOW_NS from `now` on. */
void follow_finding(struct follow *follow, struct tracer *tracer,
		    const struct finding *f, uint64_t now);

/* Is anybody followed? */
static inline bool follow_busy(const struct follow *follow)
{
	return follow->until_ns;
}

/* Ends what has lasted long enough; to be called now and then. */
void follow_tick(struct follow *follow, struct tracer *tracer, uint64_t now);

#endif
