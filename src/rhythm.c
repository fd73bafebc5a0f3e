// SPDX-License-Identifier: GPL-2.0
/* rhythm.c - see rhythm.h. */
#include "rhythm.h"

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void rhythm_begin(struct rhythm *r, uint64_t now)
{
	r->stirred_ns = now;
	r->look_ns = now + RHYTHM_BUSY_NS;
}

void rhythm_stir(struct rhythm *r, uint64_t now)
{
	r->stirred_ns = now;
	r->look_ns = sooner(r->look_ns, now + RHYTHM_BUSY_NS);
}

void rhythm_hurry(struct rhythm *r, uint64_t now)
{
	r->stirred_ns = now;
	r->look_ns = sooner(r->look_ns, now);
}

void rhythm_looked(struct rhythm *r, bool busy, uint64_t due, uint64_t now)
{
	uint64_t soon = now + RHYTHM_BUSY_NS;

	if (busy || now - r->stirred_ns < RHYTHM_AFTER_NS) {
		r->look_ns = soon;
		return;
	}
	r->look_ns = rhythm_beat(now, RHYTHM_IDLE_NS);
	if (due)
		r->look_ns = sooner(r->look_ns, due > soon ? due : soon);
}

int rhythm_wait(const struct rhythm *r, uint64_t end, uint64_t now)
{
	uint64_t until = end ? sooner(end, r->look_ns) : r->look_ns;

	return until > now ? (int)((until - now) / 1000000) + 1 : 0;
}
