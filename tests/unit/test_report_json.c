/* SPDX-License-Identifier: GPL-2.0 */
#include <json-c/json.h>

#include "report_fixture.h"

/* What was printed is exactly one line, and the same JSON as `want`. */
static void check_json(struct page *p, const char *want)
{
	const char *text = page_text(p);
	struct json_object *got = json_tokener_parse(text);
	struct json_object *wanted = json_tokener_parse(want);

	assert_non_null(got);
	assert_non_null(wanted);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	if (!json_object_equal(got, wanted))
		fail_msg("got    %swanted %s", text, want);
	json_object_put(got);
	json_object_put(wanted);
}

static void test_json_start(void **state)
{
	struct report_start_info info = made_start(true);
	struct page p;

	(void)state;
	info.mount = "/m\xff";
	info.unseen = "this; that\xff";
	page_new(&p, true, false, 0, true);
	assert_int_equal(report_start(p.report, &info), 0);
	check_json(&p, "{\"schema\":1,\"type\":\"start\","
		       "\"ts\":\"2024-02-29T12:34:56.000000017Z\","
		       "\"mono_ns\":17,\"version\":\"1.2\",\"kernel\":\"6.1\","
		       "\"mount\":\"/m\xef\xbf\xbd\","
		       "\"unseen\":\"this; that\xef\xbf\xbd\"}");
	page_free(&p);
}

static void test_json_lost(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct page p;

	(void)state;
	page_new(&p, true, false, 0, true);
	assert_int_equal(report_finding(p.report, &f), 0);
	check_json(
		&p,
		"{\"schema\":1,\"type\":\"finding\",\"class\":\"lost\","
		"\"id\":\"3e8-101-3\",\"ts\":\"2024-02-29T12:34:56."
		"000005000Z\","
		"\"mono_ns\":5000,"
		"\"fs_uuid\":\"ab010203-0405-0607-0809-0a0b0c0d0eff\","
		"\"device\":\"0:43\",\"subvolume\":5,\"inode\":257,\"page\":3,"
		"\"bound\":[[12388,3996]],\"clean_ns\":1000,\"end_ns\":3000,"
		"\"drop_ns\":2000,\"write\":{\"pid\":77,\"tgid\":70,"
		"\"comm\":\"writer\",\"pos\":12288,\"result\":100},"
		"\"dropper\":{\"pid\":99,\"tgid\":90,\"comm\":\"dropper\","
		"\"way\":\"fadvise\"},\"complete\":true,\"unlinked\":false,"
		"\"not_observed\":[\"clean_stack\",\"drop_stack\","
		"\"stale_reads\"],"
		"\"path\":\"/dir/file\"}");
	page_free(&p);
}

static void test_json_unknown(void **state)
{
	struct finding f = made(VERDICT_NEAR_MISS);
	struct page p;

	(void)state;
	f.path_known = f.subvol_known = f.task_known = false;
	f.uuid[0] = '\0';
	f.ino = UINT64_MAX;
	memset(f.bound, 0, sizeof(f.bound));
	page_new(&p, true, false, 0, false);
	assert_int_equal(report_finding(p.report, &f), 0);
	check_json(&p, "{\"schema\":1,\"type\":\"finding\","
		       "\"class\":\"near-miss\",\"id\":\"3e8-101-3\","
		       "\"mono_ns\":5000,\"device\":\"0:43\","
		       "\"inode\":18446744073709551615,\"page\":3,"
		       "\"clean_ns\":1000,\"window_max_ns\":4000,"
		       "\"complete\":true,\"unlinked\":false}");
	page_free(&p);
}

static void test_json_failed_write(void **state)
{
	struct finding f = made(VERDICT_STRANDED);
	struct page p;

	(void)state;
	f.result = -14;
	f.was_stranded = true;
	page_new(&p, true, false, 0, false);
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_non_null(strstr(page_text(&p), "\"result\":-14}"));
	assert_non_null(strstr(p.text, "\"was_stranded\":true"));
	assert_null(strstr(p.text, "dropper"));
	page_free(&p);
}

static void test_json_names(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct page p;

	(void)state;
	page_new(&p, true, false, 0, false);
	snprintf(f.path, sizeof(f.path), "/a\x1b\n\"\\\xc3\xbc\xc2\x9b");
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_non_null(strstr(page_text(&p),
			       "\"path\":\"/a\\u001b\\n\\\"\\\\\xc3\xbc"
			       "\\u009b\"}"));
	snprintf(f.path, sizeof(f.path), "foo\xff");
	memcpy(f.task.comm, "\xfe", 2);
	f.path_in_fs = f.path_truncated = true;
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_non_null(strstr(page_text(&p), "\"path\":\"foo\xef\xbf\xbd\","
					      "\"path_b64\":\"Zm9v/w==\"}"));
	assert_non_null(strstr(p.text, "\"comm\":\"\xef\xbf\xbd\""));
	assert_non_null(strstr(p.text, "\"path_truncated\":true,"
				       "\"path_in_fs\":true"));
	page_free(&p);
}

static void test_json_unexplained(void **state)
{
	struct finding f = made_unexplained();
	struct page p;

	(void)state;
	page_new(&p, true, false, 0, false);
	assert_int_equal(report_finding(p.report, &f), 0);
	check_json(
		&p,
		"{\"schema\":1,\"type\":\"unexplained\","
		"\"class\":\"unexplained\",\"id\":\"3e8-101-3\","
		"\"mono_ns\":5000,\"pid\":8,\"tgid\":6,\"comm\":\"kworker\","
		"\"fs_uuid\":\"ab010203-0405-0607-0809-0a0b0c0d0eff\","
		"\"device\":\"0:43\",\"subvolume\":5,\"inode\":257,\"page\":3,"
		"\"clean_ns\":1000,\"complete\":false,\"unlinked\":false,"
		"\"stack\":[\"0xfffffffffffff012\",\"0x20\"],"
		"\"symbols\":[\"do_it+0x12\",null],\"path\":\"/dir/file\"}");
	page_free(&p);
}

static void test_json_blind(void **state)
{
	struct blind_info info = {
		.kind = report_blinds[BLIND_map_full].name,
		.text = report_blinds[BLIND_map_full].text,
		.count = 3,
		.first_ns = 1,
		.last_ns = 2,
	};
	struct page p;

	(void)state;
	page_new(&p, true, false, 0, true);
	assert_int_equal(report_blind(p.report, &info), 0);
	check_json(&p, "{\"schema\":1,\"type\":\"blind\",\"kind\":\"map_full\","
		       "\"text\":\"suspect pages that did not fit into the "
		       "map\",\"count\":3,\"first_ns\":1,\"last_ns\":2,"
		       "\"first\":\"2024-02-29T12:34:56.000000001Z\","
		       "\"last\":\"2024-02-29T12:34:56.000000002Z\"}");
	page_free(&p);
	info.open = true;
	info.pid = 4711;
	page_new(&p, true, false, 0, false);
	assert_int_equal(report_blind(p.report, &info), 0);
	check_json(&p, "{\"schema\":1,\"type\":\"blind\",\"kind\":\"map_full\","
		       "\"text\":\"suspect pages that did not fit into the "
		       "map\",\"count\":3,\"first_ns\":1,\"last_ns\":2,"
		       "\"open\":true,\"pid\":4711}");
	page_free(&p);
}

static void test_json_intervals(void **state)
{
	struct blind_intervals kinds[BLIND_MAX] = { 0 };
	struct summary s = made_summary();
	struct page p;

	(void)state;
	s.intervals = kinds;
	s.exit_code = 5;
	s.blind[BLIND_map_full] = (struct blind_span){ 3, 1, 9 };
	kinds[BLIND_map_full].used = 2;
	kinds[BLIND_map_full].merged = 1;
	kinds[BLIND_map_full].at[0] = (struct blind_span){ 1, 1, 2 };
	kinds[BLIND_map_full].at[1] = (struct blind_span){ 2, 8, 9 };
	page_new(&p, true, false, 0, false);
	assert_int_equal(report_summary(p.report, &s), 0);
	page_text(&p);
	assert_non_null(strstr(p.text,
			       "\"count\":3,\"first_ns\":1,\"last_ns\":9,"
			       "\"intervals\":[[1,2,1],[8,9,2]],"
			       "\"merged\":1}]"));
	page_free(&p);
}

static uint64_t number_at(struct json_object *o, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(o, key, &value));
	return json_object_get_uint64(value);
}

static void test_json_summary(void **state)
{
	struct summary s = made_summary();
	struct json_object *all, *counters, *blind, *verdict;
	struct page p;
	int i;

	(void)state;
	for (i = 0; i < COUNT_MAX; i++)
		s.counters[i] = 100U + (unsigned int)i;
	for (i = 0; i < BLIND_MAX; i++)
		s.blind[i].count = i % 2;
	s.open_stranded = 9;
	s.exit_code = 5;
	page_new(&p, true, false, 0, false);
	assert_int_equal(report_summary(p.report, &s), 0);
	all = json_tokener_parse(page_text(&p));
	assert_non_null(all);
	assert_int_equal(number_at(all, "schema"), 1);
	assert_int_equal(number_at(all, "lost"), 100 + COUNT_lost);
	assert_int_equal(number_at(all, "open_stranded"), 9);
	assert_int_equal(number_at(all, "exit_code"), 5);
	assert_true(json_object_object_get_ex(all, "verdict", &verdict));
	assert_string_equal(json_object_get_string(verdict), "blind");
	assert_true(json_object_object_get_ex(all, "counters", &counters));
	assert_int_equal(json_object_object_length(counters), COUNT_MAX);
	for (i = 0; i < COUNT_MAX; i++)
		assert_int_equal(number_at(counters, report_counters[i].name),
				 100 + i);
	assert_true(json_object_object_get_ex(all, "blind", &blind));
	assert_int_equal(json_object_array_length(blind), BLIND_MAX / 2);
	assert_int_equal(
		number_at(json_object_array_get_idx(blind, 0), "count"), 1);
	json_object_put(all);
	page_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_start),
		cmocka_unit_test(test_json_lost),
		cmocka_unit_test(test_json_unknown),
		cmocka_unit_test(test_json_failed_write),
		cmocka_unit_test(test_json_names),
		cmocka_unit_test(test_json_unexplained),
		cmocka_unit_test(test_json_blind),
		cmocka_unit_test(test_json_intervals),
		cmocka_unit_test(test_json_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
