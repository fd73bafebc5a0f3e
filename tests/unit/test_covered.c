/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "covered.h"

/* Intervals as text: "1-3 5-9". */
static const char *text_of(const struct spans *s)
{
	static char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < s->used; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%s%lld-%lld", i ? " " : "",
					(long long)s->at[i].from,
					(long long)s->at[i].to);
	return text;
}

static void fill(struct spans *s, const int64_t *pairs, size_t count)
{
	for (size_t i = 0; i < count; i += 2)
		assert_int_equal(spans_add(s, pairs[i], pairs[i + 1]), 0);
	spans_settle(s);
}

#define FILL(s, ...)                                                           \
	do {                                                                   \
		const int64_t pairs[] = { __VA_ARGS__ };                       \
		fill(s, pairs, sizeof(pairs) / sizeof(pairs[0]));              \
	} while (0)

static void test_joined(void **state)
{
	struct spans s = { 0 };

	(void)state;
	spans_settle(&s);
	assert_int_equal(spans_length(&s), 0);
	FILL(&s, 50, 60, 1, 3, 3, 5, 10, 30, 15, 20, 7, 7, 9, 8);
	assert_string_equal(text_of(&s), "1-5 10-30 50-60");
	assert_int_equal(spans_length(&s), 34);
	spans_clip(&s, 4, 55);
	assert_string_equal(text_of(&s), "4-5 10-30 50-55");
	spans_free(&s);
	FILL(&s, INT64_MIN, -1, 1, INT64_MAX);
	assert_true(spans_length(&s) == INT64_MAX);
	spans_free(&s);
}

static void test_without(void **state)
{
	struct spans a = { 0 }, b = { 0 }, rest = { 0 };

	(void)state;
	FILL(&a, 0, 10, 20, 30, 40, 50);
	FILL(&b, 2, 3, 5, 22, 25, 26, 29, 45);
	assert_int_equal(spans_without(&a, &b, &rest), 0);
	assert_string_equal(text_of(&rest), "0-2 3-5 22-25 26-29 45-50");
	spans_free(&rest);
	assert_int_equal(spans_without(&a, &(struct spans){ 0 }, &rest), 0);
	assert_string_equal(text_of(&rest), "0-10 20-30 40-50");
	spans_free(&a);
	spans_free(&b);
	spans_free(&rest);
}

/* A store of one host: what was watched, and what not. */
struct made {
	struct stored_run runs[4];
	struct stored_blind blinds[2];
	struct stored store;
};

static struct stored_run run_of(char *boot, int64_t begin, int64_t covered,
				bool ended)
{
	return (struct stored_run){ .host = "box",
				    .boot = boot,
				    .begin_ns = begin,
				    .covered_ns = covered,
				    .ended = ended,
				    .counted = true,
				    .written = 10 };
}

static void make(struct made *m)
{
	*m = (struct made){
		.runs = { run_of("a", 100, 200, false),
			  run_of("a", 250, 300, true),
			  run_of("a", 400, 500, false),
			  run_of("b", 600, 700, true) },
		.blinds = { { 1, "map_full", 3, 260, 270 },
			    { 3, "no_task", 1, 650, 650 } },
	};
	m->store = (struct stored){ .runs = m->runs,
				    .run_count = 4,
				    .blinds = m->blinds,
				    .blind_count = 2 };
}

static void check(const struct covered *c, const char *watched,
		  const char *blind, const char *unwatched)
{
	assert_int_equal(c->host_count, 1);
	assert_string_equal(text_of(&c->hosts[0].watched), watched);
	assert_string_equal(text_of(&c->hosts[0].blind), blind);
	assert_string_equal(text_of(&c->hosts[0].unwatched), unwatched);
}

static void test_open(void **state)
{
	struct covered c;
	struct made m;

	(void)state;
	make(&m);
	assert_int_equal(covered_of(&c, &m.store, 1, 0, INT64_MAX, 1000), 0);
	check(&c, "100-200 250-260 270-300 400-500 600-700", "200-250 260-270",
	      "300-400 500-600");
	assert_int_equal(c.watched_ns, 340);
	assert_int_equal(c.blind_ns, 60);
	assert_int_equal(c.unwatched_ns, 200);
	assert_int_equal(c.gap_count, 1);
	assert_int_equal(c.gaps[0].from_ns, 200);
	assert_int_equal(c.kind_count, 2);
	assert_int_equal(c.unended, 2);
	assert_int_equal(c.written, 40);
	assert_true(c.written_known && !c.written_most);
	covered_free(&c);
}

static void test_asked(void **state)
{
	struct covered c;
	struct made m;

	(void)state;
	make(&m);
	assert_int_equal(covered_of(&c, &m.store, 1, 265, 450, 1000), 0);
	check(&c, "270-300 400-450", "265-270", "300-400");
	assert_true(c.written_most && covered_is_blind(&c));
	assert_int_equal(c.written, 20);
	covered_free(&c);
	/* Up to now, if nobody says until when. */
	assert_int_equal(covered_of(&c, &m.store, 1, 660, INT64_MAX, 1000), 0);
	check(&c, "660-700", "", "700-1000");
	assert_false(covered_is_blind(&c));
	covered_free(&c);
	/* What is no length of time is blindness, too. */
	assert_int_equal(covered_of(&c, &m.store, 1, 640, 700, 1000), 0);
	assert_true(covered_is_blind(&c));
	covered_free(&c);
	assert_int_equal(covered_of(&c, &m.store, 1, 800, 900, 1000), 0);
	assert_int_equal(c.host_count, 0);
	covered_free(&c);
}

static void test_forgotten(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	m.runs[0].lost = 5;
	m.runs[0].seen = 2;
	m.runs[1].lost = 1;
	m.runs[1].seen = 2;
	m.runs[3].lost = 1;
	assert_int_equal(covered_forgotten(&m.store, 1, 0, INT64_MAX), 4);
	/* Of a part of a run nobody knows how many were in it. */
	assert_int_equal(covered_forgotten(&m.store, 1, 150, INT64_MAX), 1);
	m.runs[3].counted = false;
	assert_int_equal(covered_forgotten(&m.store, 1, 150, INT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_without),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
