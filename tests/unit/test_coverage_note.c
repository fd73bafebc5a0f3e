/* SPDX-License-Identifier: GPL-2.0 */
/* What a note of a watch says, and what no note says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "coverage_note.h"

#define BOOT "01234567-89ab-cdef-0123-456789abcdef"

static const struct coverage_scope all;
static const struct coverage_scope one_fs = { .fs = { 1 } };
static const struct coverage_scope other_fs = { .fs = { 2 } };
static const struct coverage_scope one_process = { .tgid = 5 };

static struct coverage_note made_note(void)
{
	struct coverage_note note = {
		.boot = BOOT,
		.pid = 4711,
		.start_ns = 17,
		.beat_ns = UINT64_MAX,
		.scope = { .fs = { 0xab, 0, 0x0f }, .tgid = UINT32_MAX },
	};

	return note;
}

static void test_note(void **state)
{
	struct coverage_note note = made_note(), got;
	char text[COVERAGE_NOTE_LEN + 1];

	(void)state;
	coverage_format(&note, text);
	assert_string_equal(text, "btrfs-dirtywatch-coverage 1\n"
				  "boot=" BOOT "\n"
				  "pid=0000004711\n"
				  "start=00000000000000000017\n"
				  "beat=18446744073709551615\n"
				  "fs=ab000f00000000000000000000000000\n"
				  "tgid=4294967295\n");
	assert_int_equal(strlen(text), COVERAGE_NOTE_LEN);
	assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got), 0);
	assert_string_equal(got.boot, note.boot);
	assert_int_equal(got.pid, note.pid);
	assert_true(got.start_ns == 17 && got.beat_ns == UINT64_MAX);
	assert_memory_equal(got.scope.fs, note.scope.fs, COVERAGE_FS_LEN);
	assert_int_equal(got.scope.tgid, UINT32_MAX);
}

/* Not one byte may be another one, but a digit for a digit. */
static void test_bad_notes(void **state)
{
	struct coverage_note note = made_note(), got;
	char text[COVERAGE_NOTE_LEN + 2];

	(void)state;
	note.beat_ns = 18;
	coverage_format(&note, text);
	for (size_t len = 0; len < COVERAGE_NOTE_LEN; len++)
		assert_int_equal(coverage_parse(text, len, &got), -EBADMSG);
	text[COVERAGE_NOTE_LEN] = '\n';
	assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN + 1, &got),
			 -EBADMSG);
	for (size_t at = 0; at < COVERAGE_NOTE_LEN; at++) {
		char was = text[at];

		text[at] = 'X';
		assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got),
				 -EBADMSG);
		text[at] = '\0';
		assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got),
				 -EBADMSG);
		text[at] = was;
	}
	assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got), 0);
	memcpy(strstr(text, "tgid=") + 5, "4294967296", 10);
	assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got),
			 -EBADMSG);
}

static void test_contradictions(void **state)
{
	struct coverage_note note = made_note(), got;
	char text[COVERAGE_NOTE_LEN + 1];

	(void)state;
	note.beat_ns = 16;
	coverage_format(&note, text);
	assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got),
			 -EBADMSG);
	note = made_note();
	note.pid = 0;
	coverage_format(&note, text);
	assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got),
			 -EBADMSG);
	note = made_note();
	note.boot[3] = '\0';
	coverage_format(&note, text);
	assert_int_equal(coverage_parse(text, COVERAGE_NOTE_LEN, &got),
			 -EBADMSG);
}

static void test_scopes(void **state)
{
	(void)state;
	assert_true(coverage_meets(&all, &one_fs));
	assert_true(coverage_meets(&one_fs, &all));
	assert_true(coverage_meets(&one_fs, &one_fs));
	assert_false(coverage_meets(&one_fs, &other_fs));
	assert_true(coverage_meets(&one_fs, &one_process));
	assert_true(coverage_contains(&all, &one_fs));
	assert_true(coverage_contains(&all, &one_process));
	assert_true(coverage_contains(&one_fs, &one_fs));
	assert_false(coverage_contains(&one_fs, &all));
	assert_false(coverage_contains(&one_process, &all));
	assert_false(coverage_contains(&one_process, &one_fs));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_note),
		cmocka_unit_test(test_bad_notes),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_scopes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
