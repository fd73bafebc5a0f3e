// SPDX-License-Identifier: GPL-2.0
/* follow.c - see follow.h. */
#include <string.h>

#include "follow.h"
#include "log.h"

void follow_finding(struct follow *follow, struct tracer *tracer,
		    const struct finding *f, uint64_t now)
{
	int err;

	if (f->class != FINDING_LOST || follow->refused)
		return;
	if (!follow->until_ns) {
		err = tracer_follow(tracer, true);
		if (err) {
			/* What is missing then is counted, loss by loss. */
			complain(
				"cannot watch who reads lost pages back in: %s",
				strerror(-err));
			follow->refused = true;
			return;
		}
	}
	follow->until_ns = now + FOLLOW_NS;
}

void follow_tick(struct follow *follow, struct tracer *tracer, uint64_t now)
{
	if (!follow->until_ns)
		return;
	if (now < follow->until_ns) {
		/* The clock may be younger than that. */
		if (now > FOLLOW_NS)
			tracer_forget(tracer, now - FOLLOW_NS);
		return;
	}
	tracer_follow(tracer, false);
	tracer_forget(tracer, now);
	follow->until_ns = 0;
}
