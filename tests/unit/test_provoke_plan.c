/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "provoke_plan.h"

#define TRIALS 2000
#define FILE_MAX (256 * PROVOKE_PAGE)

static struct provoke_plan made(uint64_t seed, uint64_t trial,
				unsigned int attempt, enum provoke_outcome want)
{
	struct provoke_plan plan;

	/* What is not set would differ. */
	memset(&plan, (int)trial, sizeof(plan));
	provoke_plan_make(&plan, seed, trial, attempt, want);
	return plan;
}

static bool same(const struct provoke_plan *a, const struct provoke_plan *b)
{
	return a->key == b->key && a->size == b->size && a->page == b->page &&
	       a->first == b->first && a->end == b->end &&
	       a->valid == b->valid && a->off == b->off && a->len == b->len &&
	       a->head == b->head;
}

static void test_seed(void **state)
{
	struct provoke_plan plan = made(1, 2, 3, PROVOKE_LOST);
	struct provoke_plan again = made(1, 2, 3, PROVOKE_LOST);
	struct provoke_plan other;

	(void)state;
	assert_true(same(&plan, &again));
	other = made(2, 2, 3, PROVOKE_LOST);
	assert_false(same(&plan, &other));
	other = made(1, 3, 3, PROVOKE_LOST);
	assert_false(same(&plan, &other));
	other = made(1, 2, 4, PROVOKE_LOST);
	assert_false(same(&plan, &other));
	/* What is wanted does not move the page. */
	other = made(1, 2, 3, PROVOKE_STRANDED);
	assert_true(same(&plan, &other));
}

static void check_plan(const struct provoke_plan *p, enum provoke_outcome want)
{
	assert_in_range(p->size, PROVOKE_PAGE, FILE_MAX);
	assert_in_range(p->valid, 128, PROVOKE_PAGE);
	assert_true(p->first <= p->page && p->page < p->end);
	assert_true(p->page - p->first <= 3 && p->end - p->page <= 4);
	assert_true(p->page * PROVOKE_PAGE + p->valid <= p->size);
	if (p->valid < PROVOKE_PAGE)
		assert_true(p->page * PROVOKE_PAGE + p->valid == p->size);
	assert_true(p->off + p->len <= p->valid);
	assert_true(p->head > 0 && p->head < p->len);
	if (want == PROVOKE_SUPERSEDED)
		assert_true(!p->off && p->len == p->valid);
	else
		assert_true(p->len <= 100 && p->len < p->valid);
}

static void test_bounds(void **state)
{
	unsigned int heads = 0, tails = 0, middles = 0, partial = 0;

	(void)state;
	for (uint64_t trial = 1; trial <= TRIALS; trial++) {
		struct provoke_plan p = made(9, trial, 1, PROVOKE_SUPERSEDED);

		check_plan(&p, PROVOKE_SUPERSEDED);
		p = made(9, trial, 1, PROVOKE_LOST);
		check_plan(&p, PROVOKE_LOST);
		heads += !p.off;
		tails += p.off + p.len == p.valid;
		middles += p.off && p.off + p.len < p.valid;
		partial += p.valid < PROVOKE_PAGE;
	}
	/* Each shape is there: a third, a third, a third, and a quarter. */
	assert_in_range(heads, TRIALS / 4, TRIALS / 2);
	assert_in_range(tails, TRIALS / 4, TRIALS / 2);
	assert_in_range(middles, TRIALS / 4, TRIALS / 2);
	assert_in_range(partial, TRIALS / 5, TRIALS / 3);
}

/* No two roles put the same byte anywhere: what is read tells who wrote it. */
static void test_roles(void **state)
{
	struct provoke_plan p = made(3, 1, 1, PROVOKE_LOST);
	unsigned char base[256], pending[256], cover[256], part[256];

	(void)state;
	provoke_fill(&p, PROVOKE_BASE, 4096, base, sizeof(base));
	provoke_fill(&p, PROVOKE_PENDING, 4096, pending, sizeof(pending));
	provoke_fill(&p, PROVOKE_COVER, 4096, cover, sizeof(cover));
	for (size_t i = 0; i < sizeof(base); i++) {
		assert_true(base[i] != pending[i] && base[i] != cover[i] &&
			    pending[i] != cover[i]);
		/* A byte depends on its place, not on where the filling began.
		 */
		provoke_fill(&p, PROVOKE_BASE, 4096 + i, part,
			     sizeof(part) - i);
		assert_memory_equal(part, base + i, sizeof(part) - i);
	}
}

static void test_expect(void **state)
{
	struct provoke_plan p = made(3, 5, 1, PROVOKE_LOST);
	static unsigned char want[FILE_MAX], got[FILE_MAX];
	uint64_t page = p.page * PROVOKE_PAGE;

	(void)state;
	provoke_fill(&p, PROVOKE_BASE, 0, want, p.size);
	provoke_fill(&p, PROVOKE_PENDING, page, want + page, p.valid);
	provoke_expect(&p, 0, 0, got, p.size);
	assert_memory_equal(got, want, p.size);
	provoke_fill(&p, PROVOKE_COVER, page + p.off, want + page + p.off,
		     p.len);
	provoke_expect(&p, 1, 0, got, p.size);
	assert_memory_equal(got, want, p.size);
	provoke_expect(&p, 1, page + p.off + 1, got, p.len);
	assert_memory_equal(got, want + page + p.off + 1, p.len);
}

static uint64_t total(const struct provoke_spans *spans)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < spans->n; i++)
		sum += spans->v[i].len;
	return sum;
}

static void test_bound(void **state)
{
	struct provoke_spans bound;

	(void)state;
	for (uint64_t trial = 1; trial <= 50; trial++) {
		struct provoke_plan p = made(4, trial, 1, PROVOKE_LOST);

		provoke_bound(&p, 0, &bound);
		assert_int_equal(bound.n, 1);
		assert_int_equal(bound.v[0].off, p.page * PROVOKE_PAGE);
		assert_int_equal(bound.v[0].len, p.valid);
		provoke_bound(&p, 1, &bound);
		assert_int_equal(bound.n,
				 p.off && p.off + p.len < p.valid ? 2 : 1);
		assert_int_equal(total(&bound), p.valid - p.len);
		p = made(4, trial, 1, PROVOKE_SUPERSEDED);
		provoke_bound(&p, 1, &bound);
		assert_int_equal(bound.n, 0);
	}
}

static void test_spans(void **state)
{
	struct provoke_spans spans = { 0 };

	(void)state;
	assert_int_equal(provoke_spans_add(&spans, 10, 0), 0);
	assert_int_equal(spans.n, 0);
	assert_int_equal(provoke_spans_add(&spans, 10, 5), 0);
	assert_int_equal(provoke_spans_add(&spans, 15, 5), 0);
	assert_int_equal(spans.n, 1);
	assert_int_equal(spans.v[0].len, 10);
	for (uint64_t i = 1; i < PROVOKE_SPANS; i++)
		assert_int_equal(provoke_spans_add(&spans, 100 * i, 1), 0);
	assert_int_equal(provoke_spans_add(&spans, 5000, 1), -E2BIG);
	assert_int_equal(spans.n, PROVOKE_SPANS);
}

static void test_names(void **state)
{
	(void)state;
	for (int i = PROVOKE_NONE; i <= PROVOKE_SUPERSEDED; i++)
		assert_int_equal(provoke_outcome_parse(provoke_outcome_name(
					 (enum provoke_outcome)i)),
				 i);
	assert_int_equal(provoke_outcome_parse(""), -EINVAL);
	assert_int_equal(provoke_outcome_parse("los"), -EINVAL);
	assert_int_equal(provoke_outcome_parse("void"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seed),  cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_roles), cmocka_unit_test(test_expect),
		cmocka_unit_test(test_bound), cmocka_unit_test(test_spans),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
