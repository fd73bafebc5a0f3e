// SPDX-License-Identifier: GPL-2.0
/* budget.c - see budget.h. */
#include <string.h>

#include "budget.h"

#define DAY_NS (24ULL * 3600 * 1000000000ULL)
#define PAUSES (sizeof(((struct budget *)0)->pause_ns) / sizeof(uint64_t))

const char *budget_word(enum budget_state state)
{
	static const char *const words[BUDGET_STATE_MAX] = {
		[BUDGET_OK] = "ok",
		[BUDGET_OVER] = "over",
		[BUDGET_PAUSED] = "paused",
		[BUDGET_DETACHED] = "detached",
	};

	return state < BUDGET_STATE_MAX ? words[state] : "unknown";
}

void budget_armed(struct budget *b, uint64_t now)
{
	b->state = BUDGET_OK;
	b->strikes = 0;
	b->began_ns = 0;
	b->due_ns = now + BUDGET_AGAIN_NS;
}

bool budget_due(const struct budget *b, uint64_t now)
{
	return now >= b->due_ns;
}

void budget_begin(struct budget *b, const struct budget_spent *spent,
		  uint64_t now)
{
	b->began_ns = now;
	b->then = *spent;
	b->due_ns = now + BUDGET_SAMPLE_NS;
}

static double ratio(uint64_t then, uint64_t now, uint64_t ns)
{
	return now > then && ns ? (double)(now - then) / (double)ns : 0;
}

static bool too_much(const struct budget *b, const struct budget_limits *l)
{
	return (l->cpu_percent && b->cpu_ratio * 100 > l->cpu_percent) ||
	       (l->bytes && b->bytes > l->bytes);
}

static unsigned int pauses_lately(const struct budget *b, uint64_t now)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < PAUSES; i++)
		count += b->pause_ns[i] && now - b->pause_ns[i] < DAY_NS;
	return count;
}

/* One more than allowed ends it. */
static void detach(struct budget *b, const struct budget_limits *l,
		   uint64_t now)
{
	bool often = pauses_lately(b, now) >= l->pauses ||
		     pauses_lately(b, now) >= PAUSES;

	b->state = often ? BUDGET_DETACHED : BUDGET_PAUSED;
	b->pause_ns[b->next_pause++ % PAUSES] = now;
	b->due_ns = now + l->pause_ns;
}

bool budget_end(struct budget *b, const struct budget_limits *l,
		const struct budget_spent *spent, uint64_t now)
{
	uint64_t ns = now - b->began_ns;

	b->hooks_ratio = ratio(b->then.hooks_ns, spent->hooks_ns, ns);
	b->cpu_ratio =
		b->hooks_ratio + ratio(b->then.cpu_ns, spent->cpu_ns, ns);
	b->bytes = spent->bytes;
	b->sampled = true;
	b->began_ns = 0;
	if (!too_much(b, l)) {
		b->state = BUDGET_OK;
		b->strikes = 0;
		b->due_ns = now + l->every_ns;
		return false;
	}
	b->state = BUDGET_OVER;
	b->due_ns = now + BUDGET_AGAIN_NS;
	if (++b->strikes < BUDGET_STRIKES)
		return false;
	detach(b, l, now);
	return true;
}
