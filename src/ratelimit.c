// SPDX-License-Identifier: GPL-2.0
/* ratelimit.c - see ratelimit.h. */
#include <string.h>

#include "ratelimit.h"

/* Whose detail somebody needs: each names bytes that are gone, or in danger. */
static const bool dear[LEFT_KINDS] = {
	[FINDING_LOST] = true,
	[FINDING_STRANDED] = true,
	[FINDING_EVICTED] = true,
	[FINDING_STALE_READ] = true,
};

const char *ratelimit_word(unsigned int kind)
{
	return kind == LEFT_OWN_RETRY ? "own-retry" : finding_class_word(kind);
}

uint32_t ratelimit_budget(uint32_t max, unsigned int kind)
{
	uint32_t budget = dear[kind] ? max : max / 4;

	return budget ? budget : 1;
}

unsigned int ratelimit_kind(const struct finding *f)
{
	if (f->class == FINDING_STALE_READ && f->read == READ_BY_RETRY)
		return LEFT_OWN_RETRY;
	return f->class;
}

/* What was observed before the second began, and comes late, belongs to it. */
bool ratelimit_over(const struct ratelimit *l, uint64_t ns)
{
	return l->running && ns >= l->from_ns &&
	       ns - l->from_ns >= RATELIMIT_NS;
}

static bool is_full(const struct ratelimit *l, unsigned int kind)
{
	return l->max && l->said[kind] >= ratelimit_budget(l->max, kind);
}

bool ratelimit_full(const struct ratelimit *l, const struct finding *f)
{
	return !ratelimit_over(l, f->ns) && is_full(l, ratelimit_kind(f));
}

static void leave_out(struct left_out *left, unsigned int kind, uint64_t ns)
{
	if (!left->total || ns < left->first_ns)
		left->first_ns = ns;
	if (ns > left->last_ns)
		left->last_ns = ns;
	left->count[kind]++;
	left->total++;
}

bool ratelimit_take_at(struct ratelimit *l, unsigned int kind, uint64_t ns)
{
	if (!l->running || ratelimit_over(l, ns)) {
		l->running = true;
		l->from_ns = ns;
		memset(l->said, 0, sizeof(l->said));
	}
	if (is_full(l, kind)) {
		leave_out(&l->left, kind, ns);
		return false;
	}
	if (l->max)
		l->said[kind]++;
	return true;
}

bool ratelimit_take(struct ratelimit *l, const struct finding *f)
{
	return ratelimit_take_at(l, ratelimit_kind(f), f->ns);
}

struct left_out ratelimit_left(struct ratelimit *l)
{
	struct left_out left = l->left;

	memset(&l->left, 0, sizeof(l->left));
	return left;
}
