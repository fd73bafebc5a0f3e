/* SPDX-License-Identifier: GPL-2.0 */
/* What a finding says beyond its verdict, and the records of their own kind. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <json-c/json.h>

#include "cgroup.h"
#include "names.h"
#include "report_fixture.h"

static struct finding of_record(const struct record *r)
{
	struct finding f;

	finding_from_record(r, &f);
	f.path_in_fs = false;
	return f;
}

static const char *text_of(struct page *p, const struct finding *f)
{
	assert_int_equal(report_finding(p->report, f), 0);
	return page_text(p);
}

static void check_json(const struct finding *f, const char *want)
{
	struct json_object *got, *wanted = json_tokener_parse(want);
	struct page p;

	assert_non_null(wanted);
	page_new(&p, true, false, 0, false);
	got = json_tokener_parse(text_of(&p, f));
	assert_non_null(got);
	if (!json_object_equal(got, wanted))
		fail_msg("got    %s\nwanted %s", p.text, want);
	json_object_put(got);
	json_object_put(wanted);
	page_free(&p);
}

static void test_evicted(void **state)
{
	struct record r = made_evicted();
	struct finding f = of_record(&r);

	(void)state;
	assert_int_equal(f.class, FINDING_EVICTED);
	assert_true(f.complete);
	assert_true(f.dropped);
	assert_false(f.task_known);
	assert_int_equal(f.bound[0].from, MADE_FROM);
	assert_int_equal(f.bound[0].to, 81925);
	r.evicted.i_size = 1 << 20;
	r.flags |= RECORD_MORE_PAGES;
	f = of_record(&r);
	assert_int_equal(f.bound[0].to, 21 * 4096);
	assert_false(f.complete);
	/* Beyond the end of the file nothing is at stake, and nothing breaks.
	 */
	r.evicted.i_size = 4096;
	f = of_record(&r);
	assert_true(f.bound[0].from >= f.bound[0].to);
}

static void test_evicted_json(void **state)
{
	struct record r = made_evicted();
	struct finding f = of_record(&r);

	(void)state;
	check_json(&f,
		   "{\"schema\":1,\"type\":\"finding\","
		   "\"class\":\"evicted-dirty\",\"id\":\"1388-101-3\","
		   "\"mono_ns\":5000,"
		   "\"fs_uuid\":\"ab010203-0405-0607-0809-0a0b0c0d0eff\","
		   "\"device\":\"0:43\",\"inode\":257,\"subvolume\":5,"
		   "\"page\":3,\"bound\":[[12288,69637]],\"drop_ns\":5000,"
		   "\"dropper\":{\"pid\":99,\"tgid\":90,\"comm\":\"umount\","
		   "\"cgroup_id\":12,\"way\":\"evict\"},"
		   "\"i_size\":81925,\"dirty_pages\":4,\"complete\":true,"
		   "\"stack\":[\"0xfffffffffffff012\",\"0x20\"],"
		   "\"symbols\":[\"do_it+0x12\",null],"
		   "\"drop_stack\":[\"do_it+0x12\",\"0x20\"],"
		   "\"unlinked\":false,\"path\":\"/dir/file\"}");
}

static void test_evicted_text(void **state)
{
	struct record r = made_evicted();
	struct finding f = of_record(&r);
	struct page p;

	(void)state;
	page_new(&p, false, false, 1, true);
	snprintf(f.dropper.cgroup_path, sizeof(f.dropper.cgroup_path),
		 "/a\x1b");
	assert_string_equal(
		text_of(&p, &f),
		"12:34:56.000 evicted-dirty       - -                    257"
		"       5 12288+69637      evict:umount[99]         /dir/file\n"
		"    4 pages dirty, file size 81925\n"
		"    evicted in do_it+0x12 0x20\n"
		"    evicted by cgroup /a\\x1b\n");
	page_free(&p);
}

static void test_stale_read(void **state)
{
	static const char *const ways[READ_MAX] = {
		[READ_BY_READ] = "read",
		[READ_BY_WRITE] = "write",
		[READ_BY_RETRY] = "own retry",
	};
	struct record r = made_stale();
	struct finding f;
	char want[1024];

	(void)state;
	for (r.read = 0; r.read < READ_MAX; r.read++) {
		f = of_record(&r);
		snprintf(want, sizeof(want),
			 "{\"schema\":1,\"type\":\"stale-read\","
			 "\"class\":\"stale-read\",\"id\":\"3e8-101-3\","
			 "\"mono_ns\":5000,"
			 "\"fs_uuid\":\"ab010203-0405-0607-0809-0a0b0c0d0eff\","
			 "\"device\":\"0:43\",\"inode\":257,\"subvolume\":5,"
			 "\"page\":3,\"clean_ns\":1000,"
			 "\"reader\":{\"pid\":55,\"tgid\":50,"
			 "\"comm\":\"reader\",\"cgroup_id\":12,"
			 "\"way\":\"%s\"},\"own_retry\":%s,"
			 "\"complete\":true,"
			 "\"unlinked\":false,\"path\":\"/dir/file\"}",
			 ways[r.read],
			 r.read == READ_BY_RETRY ? "true" : "false");
		check_json(&f, want);
	}
}

/* The writer's own retry is no stale read: it is shown on demand. */
static void test_stale_shown(void **state)
{
	struct record r = made_stale();
	struct finding f = of_record(&r);
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, true);
	assert_non_null(strstr(text_of(&p, &f),
			       "\n    page 3 of finding 3e8-101-3, read back "
			       "in with old bytes\n"));
	r.read = READ_BY_RETRY;
	f = of_record(&r);
	assert_string_equal(text_of(&p, &f), "");
	page_free(&p);
	page_new(&p, false, false, 1, true);
	assert_non_null(strstr(text_of(&p, &f), "by the writer's own retry\n"));
	page_free(&p);
}

/* What was not observed is said to be so, and what was is not. */
static void test_not_observed(void **state)
{
	struct record r = made_record(VERDICT_LOST);
	struct finding f = of_record(&r);
	const char *text;
	struct page p;

	(void)state;
	page_new(&p, false, false, 1, true);
	text = text_of(&p, &f);
	assert_non_null(strstr(text, "\n    cleaned in (not observed)\n"));
	assert_non_null(strstr(text, "\n    dropped in (not observed)\n"));
	assert_non_null(strstr(text, "\n    written by cgroup unknown\n"));
	assert_non_null(
		strstr(text, "\n    stale reads so far: not observed\n"));
	r.trail.followed = 1;
	r.trail.dropper_cgroup = 77;
	/* Our own hooks stand on top, without a name. */
	r.trail.clean.len = 3;
	r.trail.clean.ip[0] = 0x10;
	r.trail.clean.ip[1] = 0x101;
	r.trail.clean.ip[2] = 0x11;
	r.trail.drop.len = 1;
	r.trail.drop.ip[0] = 0x12;
	f = of_record(&r);
	text = text_of(&p, &f);
	assert_non_null(strstr(text, "\n    cleaned in do_it+0x1 0x11\n"));
	assert_non_null(strstr(text, "\n    dropped in 0x12\n"));
	assert_non_null(
		strstr(text, "\n    dropped by cgroup 77 (path unknown)\n"));
	assert_null(strstr(text, "not observed"));
	page_free(&p);
	page_new(&p, true, false, 0, true);
	text = text_of(&p, &f);
	assert_null(strstr(text, "not_observed"));
	assert_non_null(
		strstr(text, "\"clean_stack\":[\"do_it+0x1\",\"0x11\"]"));
	page_free(&p);
}

static void test_links(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct page p;

	(void)state;
	f.link_count = 3;
	memcpy(f.links, "/dir/file\0/b\xff", 13);
	f.links_len = 13;
	page_new(&p, true, false, 0, true);
	assert_non_null(strstr(text_of(&p, &f),
			       "\"link_count\":3,\"links\":[\"/dir/file\","
			       "\"/b\xef\xbf\xbd\"]"));
	page_free(&p);
	page_new(&p, false, false, 0, true);
	assert_non_null(strstr(text_of(&p, &f), " [3 links] /dir/file\n"));
	page_free(&p);
}

static void test_names(void **state)
{
	char name[NAMES_LEN + 1];
	struct names names = { 0 };
	const char *at;

	(void)state;
	assert_null(names_first(&names));
	assert_true(names_add(&names, "/a"));
	assert_true(names_add(&names, "/a/b"));
	assert_true(names_add(&names, "/a"));
	at = names_first(&names);
	assert_string_equal(at, "/a");
	at = names_next(&names, at);
	assert_string_equal(at, "/a/b");
	assert_null(names_next(&names, at));
	memset(name, 'n', sizeof(name));
	name[NAMES_LEN - names.len] = '\0';
	assert_false(names_add(&names, name));
	name[NAMES_LEN - names.len - 1] = '\0';
	assert_true(names_add(&names, name));
	assert_int_equal(names.len, NAMES_LEN);
	assert_false(names_add(&names, "x"));
	assert_true(names_add(&names, "/a/b"));
}

/* No filesystem but a cgroup's knows such handles. */
static void test_cgroup_unknown(void **state)
{
	struct mount m = { 0 };
	char root[] = "/", proc[] = "/proc", none[] = "/nonexistent";
	char path[FINDING_CGROUP_LEN];

	(void)state;
	m.root = root;
	m.point = none;
	assert_int_equal(cgroup_path(&m, 1, path, sizeof(path)), -ENOENT);
	m.point = proc;
	memset(path, 'x', sizeof(path));
	assert_true(cgroup_path(&m, 1, path, sizeof(path)) < 0);
	assert_string_equal(path, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evicted),
		cmocka_unit_test(test_evicted_json),
		cmocka_unit_test(test_evicted_text),
		cmocka_unit_test(test_stale_read),
		cmocka_unit_test(test_stale_shown),
		cmocka_unit_test(test_not_observed),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cgroup_unknown),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
