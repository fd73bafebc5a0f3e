/* SPDX-License-Identifier: GPL-2.0 */
/* Whole recordings: exit codes, and recordings that cannot be. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log.h"
#include "replay.h"
#include "replay_line.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define CLEAN "clean t=5 map=1 index=2 page=3 call=4 isize=9000 left=100 pid=9"
#define DROP "drop t=6 map=1 index=2 way=fadvise pid=8 isize=9000"
#define END "end t=7 call=4 pos=8192 stop=8292 left=0 result=100"

/* What a printer was told. */
static struct seen {
	int starts;
	int findings[FINDING_CLASS_MAX];
	int summaries;
	int fail; /* what the printer returns for a finding */
	struct summary summary;
} seen;

static int see_start(struct report *r, const struct report_start_info *info)
{
	(void)r;
	(void)info;
	seen.starts++;
	return 0;
}

static int see_finding(struct report *r, const struct finding *f)
{
	(void)r;
	seen.findings[f->class]++;
	return seen.fail;
}

static int see_blind(struct report *r, const struct blind_info *info)
{
	(void)r;
	(void)info;
	return 0;
}

static int see_summary(struct report *r, const struct summary *s)
{
	(void)r;
	seen.summaries++;
	seen.summary = *s;
	return 0;
}

static const struct report_ops seeing = {
	.start = see_start,
	.finding = see_finding,
	.blind = see_blind,
	.summary = see_summary,
};

/* Replays bytes, and keeps the messages away from those of the test. */
static int run_bytes(const char *bytes, size_t len)
{
	FILE *in = fmemopen((void *)(uintptr_t)bytes, len, "r");
	FILE *quiet = fopen("/dev/null", "w");
	struct report *report = report_new(&seeing, quiet);
	FILE *loud = stderr;
	int code;

	assert_non_null(in);
	assert_non_null(quiet);
	assert_non_null(report);
	memset(&seen, 0, offsetof(struct seen, fail));
	stderr = quiet;
	code = replay_run(in, "test", report);
	stderr = loud;
	fclose(quiet);
	fclose(in);
	report_free(report);
	return code;
}

#define HEAD REPLAY_HEADER "\nbegin t=1\nfile map=1 ino=257 dev=0:1\n"
#define OVER "over t=100\n"

static int run(const char *text)
{
	return run_bytes(text, strlen(text));
}

static void codes_of_recordings(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD OVER), EXIT_NONE_LOST);
	assert_int_equal(seen.starts, 1);
	assert_int_equal(seen.summaries, 1);
	assert_int_equal(run(HEAD CLEAN "\n" DROP "\n" END "\n" OVER),
			 EXIT_LOST);
	assert_int_equal(seen.findings[FINDING_PENDING], 1);
	assert_int_equal(seen.findings[FINDING_LOST], 1);
	assert_int_equal(run(HEAD CLEAN "\n" END "\n" OVER), EXIT_LOST);
	assert_int_equal(seen.summary.open_stranded, 1);
	assert_int_equal(run(HEAD CLEAN "\n" DROP "\n" OVER), EXIT_BLIND);
	assert_int_equal(seen.summary.blind[BLIND_undecided].count, 1);
}

/* Not what a recorder writes: no answer, and nothing that looks like one. */
static void impossible_recordings(void **state)
{
	static const char *const texts[] = {
		"\n",
		"btrfs-dirtywatch-observations 2\nbegin t=1\n" OVER,
		REPLAY_HEADER "\r\nbegin t=1\n" OVER,
		REPLAY_HEADER "\n",
		REPLAY_HEADER "\n" OVER,
		REPLAY_HEADER "\nbegin t=1\n",
		REPLAY_HEADER "\nbegin t=1\nover t=100",
		REPLAY_HEADER "\nbegin t=101\n" OVER,
		REPLAY_HEADER "\nbegin t=1\n" CLEAN "\n" OVER,
		HEAD "begin t=1\n" OVER,
		HEAD OVER OVER,
		HEAD OVER CLEAN "\n",
		HEAD OVER "#",
		HEAD "dirty t=1 map=2 index=0\n" OVER,
		HEAD "unexplained t=1 map=2 pid=1\n" OVER,
		HEAD CLEAN "\n" END "\nfound t=8 map=1 index=2\n" OVER,
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (run(texts[i]) != EXIT_NO_ANSWER)
			fail_msg("recording %zu taken", i);
		assert_int_equal(seen.summaries, 0);
	}
}

static void nul_bytes(void **state)
{
	static const char text[] = HEAD "over t=100\0\n";

	(void)state;
	assert_int_equal(run_bytes(text, sizeof(text) - 1), EXIT_NO_ANSWER);
}

/* A comment as long as a line may be, and one byte more. */
static void long_lines(void **state)
{
	char text[sizeof(HEAD) + REPLAY_LINE_MAX + sizeof(OVER) + 1];
	int more;

	(void)state;
	for (more = 0; more < 2; more++) {
		snprintf(text, sizeof(text), "%s%0*d\n%s", HEAD,
			 REPLAY_LINE_MAX + more, 0, OVER);
		text[sizeof(HEAD) - 1] = '#';
		assert_int_equal(run(text),
				 more ? EXIT_NO_ANSWER : EXIT_NONE_LOST);
	}
}

/* What says nothing after the over may stand there. */
static void comment_behind_the_over(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD OVER "\n# end\n"), EXIT_NONE_LOST);
}

/* The table's rules that no recording of a sane kernel needs. */
static void what_cannot_happen_blinds(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD CLEAN "\n" END "\n" END "\n" OVER),
			 EXIT_BLIND);
	assert_int_equal(seen.summary.blind[BLIND_vanished].count, 1);
	assert_int_equal(run(HEAD CLEAN "\nsettled t=6 map=1 index=2\n" OVER),
			 EXIT_BLIND);
	assert_int_equal(run(HEAD CLEAN
			     "\n" END
			     "\nretry t=8 map=1 index=2 call=4\n" OVER),
			 EXIT_BLIND);
}

/* Observations of pages that have no window are nobody's. */
static void pages_without_window(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD DROP "\n" END
				       "\nretry t=1 map=1 index=2 call=4\n"
				       "dirty t=1 map=1 index=2\n"
				       "settled t=1 map=1 index=2\n"
				       "found t=1 map=1 index=2 locked=1\n"
				       "move t=1 map=1 index=2 page=1\n"
				       "written t=1 map=1 index=2\n" OVER),
			 EXIT_NONE_LOST);
	assert_int_equal(seen.summary.counters[COUNT_written], 1);
	assert_int_equal(seen.summary.counters[COUNT_calls], 1);
	assert_int_equal(seen.summary.counters[COUNT_migrated], 0);
}

/* The retry of another call is no sign that this one let the page go. */
static void retry_by_another_call(void **state)
{
	(void)state;
	assert_int_equal(run(HEAD CLEAN "\nretry t=6 map=1 index=2 call=5\n"
					"dirty t=6 map=1 index=2\n" OVER),
			 EXIT_NONE_LOST);
	assert_int_equal(seen.summary.counters[COUNT_rewritten], 1);
	assert_int_equal(seen.summary.counters[COUNT_near_miss], 0);
}

static void printer_that_fails(void **state)
{
	(void)state;
	seen.fail = -EPIPE;
	assert_int_equal(run(HEAD CLEAN "\n" DROP "\n" END "\n" OVER),
			 EXIT_NO_ANSWER);
	assert_int_equal(seen.findings[FINDING_PENDING], 1);
	assert_int_equal(seen.findings[FINDING_LOST], 0);
	seen.fail = 0;
}

/* Any byte of a recording changed to any other: an answer or a refusal. */
static void damaged_recordings(void **state)
{
	static const char text[] = HEAD CLEAN "\n" DROP "\n" END "\n" OVER;
	char damaged[sizeof(text)];
	size_t at;
	int with;

	(void)state;
	for (at = 0; at < sizeof(text) - 1; at++) {
		for (with = 0; with < 256; with += 5) {
			int code;

			memcpy(damaged, text, sizeof(text));
			damaged[at] = (char)with;
			code = run_bytes(damaged, sizeof(text) - 1);
			assert_true(code == EXIT_NO_ANSWER ||
				    seen.summaries == 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_of_recordings),
		cmocka_unit_test(impossible_recordings),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(comment_behind_the_over),
		cmocka_unit_test(what_cannot_happen_blinds),
		cmocka_unit_test(pages_without_window),
		cmocka_unit_test(retry_by_another_call),
		cmocka_unit_test(printer_that_fails),
		cmocka_unit_test(damaged_recordings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
