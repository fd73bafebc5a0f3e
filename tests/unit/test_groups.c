/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "groups.h"

#define NAMES 1000

static struct groups *make(void)
{
	struct groups *g = groups_new();
	char name[16];

	assert_non_null(g);
	for (unsigned int i = 0; i < NAMES; i++) {
		/* Some have as many as others, and differ by their bytes. */
		unsigned int many = i * 7919 % 10 + 1;

		snprintf(name, sizeof(name), "f%03u", i * 7919 % NAMES);
		for (unsigned int k = 0; k < many; k++)
			assert_int_equal(groups_add(g, NULL, name, HARM_LOST,
						    i % 3, 100 + k),
					 0);
	}
	return g;
}

/* Those with most losses first; then by bytes, then by name. */
static void test_sorted(void **state)
{
	struct groups *g = make();
	size_t count;
	const struct group **all = groups_sorted(g, SIZE_MAX, &count);

	(void)state;
	assert_int_equal(count, NAMES);
	for (size_t i = 1; i < count; i++) {
		const struct group *a = all[i - 1];
		const struct group *b = all[i];

		assert_true(a->count[HARM_LOST] >= b->count[HARM_LOST]);
		if (a->count[HARM_LOST] != b->count[HARM_LOST])
			continue;
		assert_true(a->bytes >= b->bytes);
		assert_true(a->bytes > b->bytes ||
			    strcmp(a->name, b->name) < 0);
	}
	assert_int_equal(all[0]->first_ns, 100);
	assert_int_equal(all[0]->last_ns, 109);
	free(all);
	groups_free(g);
}

static void test_first_ones(void **state)
{
	static const size_t mosts[] = { 0, 1, 10, NAMES - 1, NAMES, NAMES + 1 };
	struct groups *g = make();
	size_t count;
	const struct group **whole = groups_sorted(g, SIZE_MAX, &count);

	(void)state;
	for (size_t i = 0; i < sizeof(mosts) / sizeof(mosts[0]); i++) {
		const struct group **part = groups_sorted(g, mosts[i], &count);
		size_t most = mosts[i] < NAMES ? mosts[i] : NAMES;
		uint64_t sum = 0;

		assert_int_equal(count, NAMES);
		assert_memory_equal(part, whole, most * sizeof(*part));
		/* The others are all there, too. */
		for (size_t k = 0; k < count; k++)
			sum += part[k]->count[HARM_LOST];
		assert_int_equal(sum, 5500);
		free(part);
	}
	free(whole);
	groups_free(g);
}

static void test_names(void **state)
{
	struct groups *g = groups_new();
	size_t count;
	const struct group **all;

	(void)state;
	assert_int_equal(groups_add(g, "box", "/f", HARM_LOST, UINT64_MAX, 1),
			 0);
	assert_int_equal(groups_add(g, "nas", "/f", HARM_NEAR, 1, 2), 0);
	assert_int_equal(groups_add(g, "box", NULL, HARM_NONE, 1, 3), 0);
	assert_int_equal(groups_add(g, "box", "/f", HARM_STRANDED, 1, 4), 0);
	all = groups_sorted(g, SIZE_MAX, &count);
	assert_int_equal(count, 3);
	assert_string_equal(all[0]->name, "box:/f");
	assert_true(all[0]->bytes == UINT64_MAX);
	assert_string_equal(all[1]->name, "nas:/f");
	assert_string_equal(all[2]->name, "");
	free(all);
	groups_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_first_ones),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
