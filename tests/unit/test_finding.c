/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "finding.h"
#include "findings.h"
#include "record_fixture.h"

static struct finding made(enum verdict verdict)
{
	struct record r = made_record(verdict);
	struct finding f;

	finding_from_record(&r, &f);
	return f;
}

static void test_lost(void **state)
{
	struct finding f = made(VERDICT_LOST);

	(void)state;
	assert_int_equal(f.class, FINDING_LOST);
	assert_string_equal(f.id, "3e8-101-3");
	assert_string_equal(f.uuid, "ab010203-0405-0607-0809-0a0b0c0d0eff");
	assert_string_equal(f.path, "/dir/file");
	assert_true(f.path_known && f.path_in_fs && !f.path_truncated);
	assert_true(f.subvol_known && f.complete && !f.unlinked);
	assert_int_equal(f.subvol, 5);
	assert_int_equal(f.ino, 257);
	assert_int_equal(f.page, MADE_PAGE);
	assert_int_equal(f.bound[0].from, MADE_FROM + 100);
	assert_int_equal(f.bound[0].to, MADE_FROM + 4096);
	assert_true(f.task_known && f.write_known && f.dropped);
	assert_int_equal(f.task.pid, 77);
	assert_int_equal(f.task.tgid, 70);
	assert_string_equal(f.task.comm, "writer");
	assert_int_equal(f.pos, MADE_FROM);
	assert_int_equal(f.result, 100);
	assert_int_equal(f.dropper.pid, 99);
	assert_string_equal(f.dropper.comm, "dropper");
	assert_int_equal(f.way, WAY_FADVISE);
	assert_int_equal(f.end_ns, 3000);
	assert_int_equal(f.drop_ns, 2000);
	assert_int_equal(f.window_max_ns, 0);
}

static void test_words(void **state)
{
	static const struct {
		enum verdict verdict;
		const char *word;
	} words[] = {
		{ VERDICT_PENDING, "pending" },
		{ VERDICT_STRANDED, "stranded" },
		{ VERDICT_NEAR_MISS, "near-miss" },
		{ VERDICT_LOST, "lost" },
		{ VERDICT_SUPERSEDED, "superseded" },
		{ VERDICT_VOID, "void" },
	};
	struct record r = made_record(VERDICT_LOST);
	struct finding f;
	size_t i;
	int way;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		f = made(words[i].verdict);
		assert_string_equal(finding_class_word(f.class), words[i].word);
	}
	r.kind = RECORD_UNEXPLAINED;
	finding_from_record(&r, &f);
	assert_string_equal(finding_class_word(f.class), "unexplained");
	for (way = 0; way < WAY_MAX; way++)
		assert_non_null(finding_way_word(way));
	assert_string_equal(finding_way_word(WAY_DIRECT), "direct");
	assert_string_equal(finding_way_word(WAY_ABORT), "abort");
	assert_string_equal(finding_way_word(WAY_MAX), "unknown");
}

/* The other party may add its part to the window while a record is made. */
static void test_other_party(void **state)
{
	struct record r = made_record(VERDICT_LOST);
	struct finding f;

	(void)state;
	r.verdict = VERDICT_PENDING;
	finding_from_record(&r, &f);
	assert_false(f.write_known || f.complete);
	assert_true(f.task_known);
	assert_int_equal(f.end_ns, 0);
	assert_true(f.dropped);
	r.verdict = VERDICT_STRANDED;
	finding_from_record(&r, &f);
	assert_true(f.write_known && f.complete);
	assert_false(f.dropped);
}

static void test_unknown_way(void **state)
{
	struct record r = made_record(VERDICT_LOST);
	struct finding f;

	(void)state;
	r.window.drop.way = WAY_UNKNOWN;
	finding_from_record(&r, &f);
	assert_false(f.complete);
}

/* Direct writes tell what they wrote; a clone that failed does not. */
static void test_overwritten(void **state)
{
	struct record r = made_record(VERDICT_LOST);
	struct finding f;

	(void)state;
	r.window.bits |= WINDOW_OVERWRITTEN;
	r.window.drop.way = WAY_DIRECT_IO;
	finding_from_record(&r, &f);
	assert_true(f.complete);
	r.window.drop.way = WAY_REMAP;
	finding_from_record(&r, &f);
	assert_false(f.complete);
	r.window.over.to = MADE_FROM + 100;
	finding_from_record(&r, &f);
	assert_true(f.complete);
	r.window.over.to = 0;
	r.verdict = VERDICT_VOID;
	finding_from_record(&r, &f);
	assert_true(f.complete);
}

/* A dedupe supersedes what is still cached. */
static void test_superseded_in_cache(void **state)
{
	struct record r = made_record(VERDICT_STRANDED);
	struct finding f;

	(void)state;
	r.verdict = VERDICT_SUPERSEDED;
	finding_from_record(&r, &f);
	assert_int_equal(f.class, FINDING_SUPERSEDED);
	assert_true(f.complete && f.write_known);
	assert_false(f.dropped);
}

static void test_unexplained(void **state)
{
	struct record r = made_record(VERDICT_NEAR_MISS);
	struct finding f;

	(void)state;
	r.kind = RECORD_UNEXPLAINED;
	r.window.clean_ns = 0;
	r.pid = 8;
	r.tgid = 6;
	memcpy(r.comm, "kworker", 8);
	r.stack_len = 2;
	r.stack[0] = 0xffffffff81000001;
	r.stack[1] = 2;
	finding_from_record(&r, &f);
	assert_true(f.task_known);
	assert_int_equal(f.window_max_ns, 0);
	assert_false(f.write_known || f.complete);
	assert_int_equal(f.task.pid, 8);
	assert_string_equal(f.task.comm, "kworker");
	assert_int_equal(f.stack_len, 2);
	assert_true(f.stack[0] == 0xffffffff81000001);
	assert_string_equal(f.id, "1388-101-3");
}

static void test_near_miss_time(void **state)
{
	struct record r = made_record(VERDICT_NEAR_MISS);
	struct finding f;

	(void)state;
	finding_from_record(&r, &f);
	assert_int_equal(f.window_max_ns, 5000 - 1000);
	assert_int_equal(f.retry_ns, 0);
	r.window.retry_ns = 1250;
	r.window.bits = WINDOW_RETRIED;
	finding_from_record(&r, &f);
	assert_int_equal(f.window_max_ns, 250);
	assert_int_equal(f.retry_ns, 1250);
	r.window.bits |= WINDOW_ENDED;
	r.window.end.locked = 1;
	finding_from_record(&r, &f);
	assert_int_equal(f.window_max_ns, 250);
	r.window.end.locked = 0;
	finding_from_record(&r, &f);
	assert_int_equal(f.window_max_ns, 4000);
	r.ns = 900;
	finding_from_record(&r, &f);
	assert_int_equal(f.window_max_ns, 0);
}

static void test_paths(void **state)
{
	struct record r = made_record(VERDICT_LOST);
	struct finding f;

	(void)state;
	r.flags |= RECORD_PATH_TRUNCATED;
	finding_from_record(&r, &f);
	assert_string_equal(f.path, "dir/file");
	assert_true(f.path_known && f.path_truncated);
	r.flags = RECORD_NO_DENTRY;
	finding_from_record(&r, &f);
	assert_string_equal(f.path, "");
	assert_false(f.path_known || f.subvol_known);
	r.flags = 0;
	r.path_len = 0;
	finding_from_record(&r, &f);
	assert_false(f.path_known);
	made_name(&r, "one");
	finding_from_record(&r, &f);
	assert_string_equal(f.path, "/one");
	while (r.path_len + 3 <= sizeof(r.path))
		made_name(&r, "ab");
	finding_from_record(&r, &f);
	assert_int_equal(strlen(f.path), r.path_len);
	assert_memory_equal(f.path, "/ab/ab/", 7);
	assert_string_equal(f.path + r.path_len - 4, "/one");
}

static void test_unlinked(void **state)
{
	struct record r = made_record(VERDICT_VOID);
	struct finding f;

	(void)state;
	r.window.drop.unlinked = 1;
	finding_from_record(&r, &f);
	assert_true(f.unlinked);
	r.window.drop.unlinked = 0;
	finding_from_record(&r, &f);
	assert_false(f.unlinked);
	r.nlink = 0;
	finding_from_record(&r, &f);
	assert_true(f.unlinked);
}

static void test_no_uuid(void **state)
{
	struct record r = made_record(VERDICT_LOST);
	struct finding f;

	(void)state;
	memset(r.uuid, 0, sizeof(r.uuid));
	finding_from_record(&r, &f);
	assert_string_equal(f.uuid, "");
}

static void test_open(void **state)
{
	static const enum verdict ends[] = { VERDICT_LOST, VERDICT_NEAR_MISS,
					     VERDICT_SUPERSEDED, VERDICT_VOID };
	struct findings *t = findings_new();
	struct finding f;
	size_t i;

	(void)state;
	assert_non_null(t);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		f = made(VERDICT_STRANDED);
		assert_int_equal(findings_note(t, &f), 0);
		assert_int_equal(findings_open(t), 1);
		assert_int_equal(findings_note(t, &f), 0);
		assert_int_equal(findings_open(t), 1);
		f = made(ends[i]);
		f.id[0] = 'x';
		assert_int_equal(findings_note(t, &f), 0);
		assert_int_equal(findings_open(t), 1);
		f = made(ends[i]);
		assert_int_equal(findings_note(t, &f), 0);
		assert_int_equal(findings_open(t), 0);
	}
	f = made(VERDICT_PENDING);
	assert_int_equal(findings_note(t, &f), 0);
	assert_int_equal(findings_open(t), 0);
	f = made(VERDICT_STRANDED);
	assert_int_equal(findings_note(t, &f), 0);
	f.class = FINDING_UNEXPLAINED;
	assert_int_equal(findings_note(t, &f), 0);
	assert_int_equal(findings_open(t), 1);
	findings_free(t);
	findings_free(NULL);
}

static void check_inherits(struct findings *t, struct finding *first)
{
	struct finding f = made(VERDICT_LOST);

	snprintf(first->path, sizeof(first->path), "/mnt/seen");
	assert_int_equal(findings_note(t, first), 0);
	f.path_in_fs = !first->path_in_fs;
	f.path_known = false;
	f.path[0] = '\0';
	f.subvol_known = false;
	assert_int_equal(findings_note(t, &f), 0);
	assert_string_equal(f.path, "/mnt/seen");
	assert_true(f.path_known && f.subvol_known);
	assert_int_equal(f.path_in_fs, first->path_in_fs);
	assert_int_equal(f.subvol, 5);
}

static void test_inherit(void **state)
{
	struct findings *t = findings_new();
	struct finding first, f;

	(void)state;
	first = made(VERDICT_STRANDED);
	check_inherits(t, &first);
	first = made(VERDICT_PENDING);
	first.path_in_fs = false;
	check_inherits(t, &first);
	first.subvol = 7;
	assert_int_equal(findings_note(t, &first), 0);
	f = made(VERDICT_LOST);
	assert_int_equal(findings_note(t, &f), 0);
	assert_string_equal(f.path, "/dir/file");
	assert_int_equal(f.subvol, 5);
	first = made(VERDICT_STRANDED);
	first.path_known = false;
	first.subvol_known = false;
	assert_int_equal(findings_note(t, &first), 0);
	f = made(VERDICT_LOST);
	f.path_known = false;
	assert_int_equal(findings_note(t, &f), 0);
	assert_false(f.path_known);
	findings_free(t);
}

#define MANY 65600

static void note_many(struct findings *t, enum verdict verdict)
{
	struct finding f = made(verdict);
	unsigned int i;

	f.was_stranded = true;
	for (i = 0; i < MANY; i++) {
		snprintf(f.id, sizeof(f.id), "%x", i);
		assert_int_equal(findings_note(t, &f), 0);
	}
}

static void test_full(void **state)
{
	struct findings *t = findings_new();
	struct finding f = made(VERDICT_LOST);

	(void)state;
	note_many(t, VERDICT_STRANDED);
	assert_int_equal(findings_open(t), MANY);
	assert_int_equal(findings_note(t, &f), 0);
	assert_int_equal(findings_open(t), MANY);
	note_many(t, VERDICT_LOST);
	assert_int_equal(findings_open(t), 0);
	findings_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_other_party),
		cmocka_unit_test(test_unknown_way),
		cmocka_unit_test(test_overwritten),
		cmocka_unit_test(test_superseded_in_cache),
		cmocka_unit_test(test_unexplained),
		cmocka_unit_test(test_near_miss_time),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_unlinked),
		cmocka_unit_test(test_no_uuid),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
