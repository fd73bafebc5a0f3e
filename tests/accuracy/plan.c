// SPDX-License-Identifier: GPL-2.0
/* What a trial writes and where: computed from its seed alone. */
#include <stdio.h>
#include <string.h>

#include "accuracy.h"

#define COVER 100 /* bytes of a page that a small write covers */

uint64_t mix64(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

uint64_t draw(uint64_t *state, uint64_t low, uint64_t high)
{
	*state += 0x9e3779b97f4a7c15u;
	return low + mix64(*state) % (high - low + 1);
}

uint64_t plan_at(const struct plan *plan, uint32_t off)
{
	return plan->start * PAGE + off;
}

void plan_fill(const struct plan *plan, enum provoke_role role, uint32_t off,
	       void *buf, size_t len)
{
	const struct provoke_plan keyed = { .key = plan->key };

	provoke_fill(&keyed, role, plan_at(plan, off), buf, len);
}

static void add_pend(struct plan *plan, uint32_t off, uint32_t len)
{
	plan->pend[plan->pends++] = (struct span){ off, len };
}

/* @pages whole pages in the file, and all of them dirty. */
static void all_dirty(struct plan *plan, uint32_t pages)
{
	plan->pages = pages;
	plan->size = pages * PAGE;
	add_pend(plan, 0, plan->size);
}

static void small(struct plan *plan, uint64_t *rnd)
{
	plan->len = draw(rnd, 2, COVER);
}

static void make_head(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	(void)number;
	all_dirty(plan, 1);
	small(plan, rnd);
}

static void make_tail(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	make_head(plan, rnd, number);
	plan->pos = PAGE - plan->len;
}

static void make_middle(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	make_head(plan, rnd, number);
	plan->pos = draw(rnd, 1, PAGE - plan->len - 1);
}

/* The usual one: any of the three. */
static void make_any(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	static void (*const some[])(struct plan *, uint64_t *,
				    uint64_t) = { make_head, make_tail,
						  make_middle };

	some[draw(rnd, 0, 2)](plan, rnd, number);
}

/* From within one page into the next, or the one after some whole pages. */
static void across(struct plan *plan, uint64_t *rnd, uint32_t pages)
{
	uint32_t end = (pages - 1) * PAGE + draw(rnd, 1, PAGE - 1);

	all_dirty(plan, pages);
	plan->pos = draw(rnd, 1, PAGE - 1);
	plan->len = end - plan->pos;
}

static void make_both(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	(void)number;
	do {
		plan->pends = 0;
		across(plan, rnd, 2);
	} while (plan->len < 2);
}

static void make_interior(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	(void)number;
	across(plan, rnd, draw(rnd, 3, 8));
}

static void make_whole(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	(void)number;
	(void)rnd;
	all_dirty(plan, 1);
	plan->len = PAGE;
}

/* Some bytes are dirty, and the write call leaves at least one of them. */
static void make_partly(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	uint32_t off = draw(rnd, 0, PAGE - 200), len = draw(rnd, 1, 200);

	(void)number;
	plan->pages = 1;
	plan->size = PAGE;
	add_pend(plan, off, len);
	small(plan, rnd);
	plan->pos = draw(rnd, 0, PAGE - plan->len);
	if (plan->pos <= off && plan->pos + plan->len >= off + len)
		plan->pos = off ? 0 : PAGE - plan->len;
	if (plan->pos <= off && plan->pos + plan->len >= off + len)
		plan->len = off + len - plan->pos - 1;
	if (plan->len < 2) {
		plan->pos = PAGE - 2;
		plan->len = 2;
	}
}

/* A full batch, with the copy short at each of its pages in turn. */
static void make_short(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	across(plan, rnd, 8);
	/* So that eight user pages precede the last one. */
	plan->pos = draw(rnd, 1, 1000);
	plan->len = 7 * PAGE + draw(rnd, 1100, PAGE - 1) - plan->pos;
	plan->head = draw(rnd, 1, (plan->len - 1) % PAGE ?: 1);
	plan->hole = number % 8;
}

/* Of eight pages every other, or so, is dirty. */
static void make_mixed(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	uint32_t which = draw(rnd, 1, 255);

	across(plan, rnd, 8);
	(void)number;
	plan->pends = 0;
	for (uint32_t page = 0; page < 8; page++)
		if (which >> page & 1)
			add_pend(plan, page * PAGE, PAGE);
}

/* The last page of the file is not full. */
static void make_last(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	uint32_t valid = draw(rnd, 128, PAGE - 1);

	(void)number;
	plan->pages = 2;
	plan->size = PAGE + valid;
	add_pend(plan, 0, plan->size);
	small(plan, rnd);
	plan->pos = PAGE + draw(rnd, 0, valid - plan->len);
}

/* At the end of the file, where a page is partly valid, and on. */
static void make_append(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	(void)number;
	plan->size = draw(rnd, 1, PAGE - 1);
	plan->pages = 3;
	add_pend(plan, 0, plan->size);
	plan->pos = plan->size;
	plan->len = draw(rnd, 2, 2 * PAGE - plan->size);
}

/* So small that btrfs puts it into the tree. */
static void make_inline(struct plan *plan, uint64_t *rnd, uint64_t number)
{
	(void)number;
	plan->start = 0;
	plan->pages = 1;
	plan->size = draw(rnd, 128, 2000);
	add_pend(plan, 0, plan->size);
	small(plan, rnd);
	plan->pos = draw(rnd, 0, plan->size - plan->len);
}

const struct shape shapes[] = {
	{ "any", make_any },	   { "head", make_head },
	{ "tail", make_tail },	   { "middle", make_middle },
	{ "both", make_both },	   { "interior", make_interior },
	{ "whole", make_whole },   { "partly", make_partly },
	{ "short", make_short },   { "mixed", make_mixed },
	{ "last", make_last },	   { "append", make_append },
	{ "inline", make_inline }, { NULL, NULL },
};

void plan_make(struct trial *trial, uint64_t seed)
{
	uint64_t rnd =
		mix64(mix64(mix64(seed) + trial->number) + trial->attempt);
	struct plan *plan = &trial->plan;

	for (const char *c = trial->row->name; *c; c++)
		rnd = mix64(rnd + (unsigned char)*c);
	memset(plan, 0, sizeof(*plan));
	plan->key = draw(&rnd, 0, UINT64_MAX - 1);
	if (draw(&rnd, 0, 2))
		plan->start = draw(&rnd, 0, 1u << draw(&rnd, 1, 18));
	plan->pieces = draw(&rnd, 2, 5);
	trial->row->shape->make(plan, &rnd, trial->number);
	/* Two user pages at least: the fault of the last is the cue. */
	if (!plan->head)
		plan->head = draw(&rnd, 1,
				  plan->len - 1 < PAGE - 1 ? plan->len - 1
							   : PAGE - 1);
}
