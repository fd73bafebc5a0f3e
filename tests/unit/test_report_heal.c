/* SPDX-License-Identifier: GPL-2.0 */
/* What is said of healing, for people and in JSON. */
#include "report_fixture.h"

static const struct heal_note note = { .ns = 5000,
				       .id = "3e8-101-3",
				       .ino = 257,
				       .page = MADE_PAGE,
				       .heal = HEAL_leased,
				       .path = "/mnt/a\x1b[1m" };

static void check_has(struct page *p, const char *want)
{
	const char *text = page_text(p);

	if (!strstr(text, want))
		fail_msg("no '%s' in: %s", want, text);
}

static void test_text(void **state)
{
	struct finding f = made(VERDICT_NEAR_MISS);
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, false);
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_null(strstr(page_text(&p), "heal"));
	f.heal = HEAL_healed;
	assert_int_equal(report_finding(p.report, &f), 0);
	check_has(&p, "\n    healed: ");
	f = made(VERDICT_LOST);
	f.heal = HEAL_dropped;
	assert_int_equal(report_finding(p.report, &f), 0);
	check_has(&p, "\n    not healed: it was dropped before\n");
	assert_int_equal(report_heal(p.report, &note), 0);
	check_has(
		&p,
		"not healed: 0.000, page 3 of inode 257, its file is leased (leased): /mnt/a\\x1b[1m\n");
	page_free(&p);
}

static void test_json(void **state)
{
	struct finding f = made(VERDICT_NEAR_MISS);
	struct page p;

	(void)state;
	page_new(&p, true, false, 0, false);
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_null(strstr(page_text(&p), "heal"));
	f.heal = HEAL_healed;
	assert_int_equal(report_finding(p.report, &f), 0);
	check_has(&p, "\"heal\":{\"healed\":true}");
	f.heal = HEAL_eof;
	assert_int_equal(report_finding(p.report, &f), 0);
	check_has(&p, "\"heal\":{\"healed\":false,\"reason\":\"eof\"}");
	assert_int_equal(report_heal(p.report, &note), 0);
	assert_string_equal(
		page_text(&p),
		"{\"schema\":1,\"type\":\"not-healed\",\"mono_ns\":5000,\"id\":\"3e8-101-3\",\"reason\":\"leased\",\"text\":\"its file is leased\",\"inode\":257,\"page\":3,\"path\":\"/mnt/a\\u001b[1m\"}\n");
	page_free(&p);
}

static void test_sums(void **state)
{
	struct summary s = made_summary();

	(void)state;
	for (int json = 0; json < 2; json++) {
		struct page p;

		s.healing = false;
		page_new(&p, json, false, 0, false);
		assert_int_equal(report_summary(p.report, &s), 0);
		assert_null(strstr(page_text(&p), "heal"));
		s.healing = true;
		s.heal[HEAL_healed] = 7;
		s.heal[HEAL_swapfile] = 2;
		assert_int_equal(report_summary(p.report, &s), 0);
		check_has(
			&p,
			json ? "\"heal\":{\"healed\":7,\"not_healed\":{\"swapfile\":2}}"
			     : "\n           7 stranded pages healed\n           2 stranded pages not healed: its file is a swapfile\n");
		page_free(&p);
	}
}

/* Who prints nothing of it does not fail. */
static void test_none(void **state)
{
	struct report *r = report_none_new();

	(void)state;
	assert_non_null(r);
	assert_int_equal(report_heal(r, &note), 0);
	report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
