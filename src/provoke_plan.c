// SPDX-License-Identifier: GPL-2.0
#include "provoke_plan.h"

#include <errno.h>
#include <string.h>

#define PAGES_MAX 256 /* 1 MiB */
#define NEAR 3	      /* neighbours with a base, on each side of the page */
#define COVER_MAX 100 /* bytes of a page that a partial write covers */
#define VALID_MIN 128 /* so that a partial write leaves something over */

static const char *const outcome_names[] = {
	[PROVOKE_NONE] = "none",
	[PROVOKE_NEAR_MISS] = "near-miss",
	[PROVOKE_STRANDED] = "stranded",
	[PROVOKE_LOST] = "lost",
	[PROVOKE_SUPERSEDED] = "superseded",
};

const char *provoke_outcome_name(enum provoke_outcome outcome)
{
	return outcome_names[outcome];
}

int provoke_outcome_parse(const char *name)
{
	for (int i = PROVOKE_NONE; i <= PROVOKE_SUPERSEDED; i++)
		if (!strcmp(name, outcome_names[i]))
			return i;
	return -EINVAL;
}

/*
 * splitmix64: a counter that advances by the 64-bit golden ratio, put through
 * a mixer of two multiplications. mix() is also the hash of the contents.
 */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t next(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15u;
	return mix(*state);
}

/* A number from @low to @high, both included; the bias is below 2^-51. */
static uint64_t draw(uint64_t *state, uint64_t low, uint64_t high)
{
	return low + next(state) % (high - low + 1);
}

/* Sizes are drawn by their logarithm: small files are as likely as big ones. */
static void place_page(struct provoke_plan *plan, uint64_t *state)
{
	uint64_t pages = draw(state, 2, 1u << draw(state, 2, 8));

	_Static_assert(PAGES_MAX == 1u << 8, "the largest draw");
	plan->page = draw(state, 0, pages - 1);
	plan->valid = PROVOKE_PAGE;
	if (draw(state, 1, 4) == 1) {
		plan->page = pages - 1;
		plan->valid = draw(state, VALID_MIN, PROVOKE_PAGE - 1);
	}
	plan->first = plan->page < NEAR ? 0 : plan->page - NEAR;
	plan->end = plan->page + NEAR + 1;
	if (plan->end > pages)
		plan->end = pages;
	plan->size = pages * PROVOKE_PAGE;
	if (plan->page == pages - 1)
		plan->size -= PROVOKE_PAGE - plan->valid;
}

static void place_cover(struct provoke_plan *plan, uint64_t *state)
{
	plan->len = draw(state, 2, COVER_MAX);
	switch (draw(state, 1, 3)) {
	case 1:
		plan->off = 0;
		break;
	case 2:
		plan->off = plan->valid - plan->len;
		break;
	default:
		plan->off = draw(state, 1, plan->valid - plan->len - 1);
	}
}

void provoke_plan_make(struct provoke_plan *plan, uint64_t seed, uint64_t trial,
		       unsigned int attempt, enum provoke_outcome want)
{
	uint64_t state = mix(mix(mix(seed) + trial) + attempt);

	plan->key = next(&state);
	place_page(plan, &state);
	place_cover(plan, &state);
	if (want == PROVOKE_SUPERSEDED) {
		plan->off = 0;
		plan->len = plan->valid;
	}
	/* Both user pages must hold a part: the fault of the second is the cue.
	 */
	plan->head = draw(&state, 1, plan->len - 1);
}

void provoke_fill(const struct provoke_plan *plan, enum provoke_role role,
		  uint64_t off, void *buf, size_t len)
{
	unsigned char *byte = buf;
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++, off++) {
		if (!i || off % 8 == 0)
			word = mix(plan->key + (off / 8) * 4 + role);
		byte[i] = role << 6 | (word >> off % 8 * 8 & 0x3f);
	}
}

/* Overwrite in @buf, which begins at @off, what @role holds from @from on. */
static void overlay(const struct provoke_plan *plan, enum provoke_role role,
		    uint64_t from, uint64_t bytes, uint64_t off,
		    unsigned char *buf, size_t len)
{
	uint64_t start = from > off ? from : off;
	uint64_t end = from + bytes < off + len ? from + bytes : off + len;

	if (start < end)
		provoke_fill(plan, role, start, buf + (start - off),
			     end - start);
}

void provoke_expect(const struct provoke_plan *plan, int written, uint64_t off,
		    void *buf, size_t len)
{
	uint64_t page = plan->page * PROVOKE_PAGE;

	provoke_fill(plan, PROVOKE_BASE, off, buf, len);
	overlay(plan, PROVOKE_PENDING, page, plan->valid, off, buf, len);
	if (written)
		overlay(plan, PROVOKE_COVER, page + plan->off, plan->len, off,
			buf, len);
}

void provoke_bound(const struct provoke_plan *plan, int written,
		   struct provoke_spans *bound)
{
	uint64_t page = plan->page * PROVOKE_PAGE;
	uint32_t off = written ? plan->off : plan->valid;
	uint32_t end = written ? plan->off + plan->len : plan->valid;

	bound->n = 0;
	provoke_spans_add(bound, page, off);
	provoke_spans_add(bound, page + end, plan->valid - end);
}

int provoke_spans_add(struct provoke_spans *spans, uint64_t off, uint64_t len)
{
	unsigned int last = spans->n - 1;

	if (!len)
		return 0;
	if (spans->n && spans->v[last].off + spans->v[last].len == off) {
		spans->v[last].len += len;
		return 0;
	}
	if (spans->n == PROVOKE_SPANS)
		return -E2BIG;
	spans->v[spans->n].off = off;
	spans->v[spans->n].len = len;
	spans->n++;
	return 0;
}
