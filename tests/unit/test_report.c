/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "report_fixture.h"

static void check_finding(struct page *p, const struct finding *f,
			  const char *want)
{
	assert_int_equal(report_finding(p->report, f), 0);
	assert_string_equal(page_text(p), want);
}

static void test_text_start(void **state)
{
	struct report_start_info info = made_start(true);
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, true);
	info.unseen = "this; \x1b[1mthat";
	assert_int_equal(report_start(p.report, &info), 0);
	assert_string_equal(page_text(&p),
			    "not seen: this; \\x1b[1mthat\n"
			    "TIME         CLASS           PID COMM             "
			    "  INODE  SUBVOL "
			    "BYTES            DROPPED-BY               PATH\n");
	page_free(&p);
}

static void test_text_rows(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct page p;

	(void)state;
	f.ns = 7654321;
	page_new(&p, false, false, 0, true);
	check_finding(&p, &f,
		      "12:34:56.007 lost             77 writer               "
		      "257       5 "
		      "12388+3996       fadvise:dropper[99]      /dir/file\n");
	f.bound[1].from = 16000;
	f.bound[1].to = 16001;
	f.subvol_known = false;
	check_finding(
		&p, &f,
		"12:34:56.007 lost             77 writer               257 "
		"unknown "
		"12388+3996,16000+1 fadvise:dropper[99]      /dir/file\n");
	f = made(VERDICT_NEAR_MISS);
	f.task_known = false;
	check_finding(&p, &f,
		      "12:34:56.000 near-miss         - -                    "
		      "257       5 "
		      "12388+3996       -                        /dir/file\n");
	page_free(&p);
	page_new(&p, false, false, 0, false);
	f.ns = 61234567890;
	check_finding(&p, &f,
		      "61.234       near-miss         - -                    "
		      "257       5 "
		      "12388+3996       -                        /dir/file\n");
	page_free(&p);
}

static void check_path(struct page *p, const struct finding *f,
		       const char *want)
{
	const char *text, *path;

	assert_int_equal(report_finding(p->report, f), 0);
	text = page_text(p);
	path = text + strlen("12:34:56.000 lost             77 writer          "
			     "     257       5 12388+3996       "
			     "fadvise:dropper[99]      ");
	assert_string_equal(path, want);
}

static void test_text_paths(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, true);
	snprintf(f.path, sizeof(f.path), "/a\x1b[2J\n\xff\\\xc3\xbc");
	check_path(&p, &f, "/a\\x1b[2J\\x0a\\xff\\\\\xc3\xbc\n");
	snprintf(f.path, sizeof(f.path), "%0*d", FINDING_PATH_LEN - 1, 7);
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_non_null(strstr(page_text(&p), f.path));
	snprintf(f.path, sizeof(f.path), "tail");
	f.path_truncated = true;
	f.path_in_fs = true;
	f.unlinked = true;
	check_path(&p, &f, "[unlinked] [not by a mount] .../tail\n");
	f.path_known = false;
	f.unlinked = false;
	check_path(&p, &f, "[path unknown]\n");
	page_free(&p);
}

static void test_text_comm(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, true);
	memcpy(f.task.comm, "\x1bw", 3);
	memcpy(f.dropper.comm, "\n", 2);
	assert_int_equal(report_finding(p.report, &f), 0);
	page_text(&p);
	assert_non_null(strstr(p.text, " \\x1bw           "));
	assert_non_null(strstr(p.text, "fadvise:\\x0a[99] "));
	page_free(&p);
}

static void test_text_shown(void **state)
{
	static const struct {
		enum verdict verdict;
		bool quiet;
	} cases[] = {
		{ VERDICT_PENDING, true },     { VERDICT_STRANDED, false },
		{ VERDICT_NEAR_MISS, false },  { VERDICT_LOST, false },
		{ VERDICT_SUPERSEDED, false }, { VERDICT_VOID, true },
	};
	struct page p;
	size_t i;
	int verbose;

	(void)state;
	for (verbose = 0; verbose < 2; verbose++) {
		page_new(&p, false, false, verbose, true);
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct finding f = made(cases[i].verdict);
			bool shown = verbose || !cases[i].quiet;

			assert_int_equal(report_finding(p.report, &f), 0);
			assert_int_equal(*page_text(&p) != '\0', shown);
		}
		page_free(&p);
	}
}

static void test_text_colour(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct page p;

	(void)state;
	page_new(&p, false, true, 0, true);
	assert_int_equal(report_finding(p.report, &f), 0);
	page_text(&p);
	assert_memory_equal(p.text, "\033[1;31m12:34", 12);
	assert_non_null(strstr(p.text, "/dir/file\033[0m\n"));
	f = made(VERDICT_NEAR_MISS);
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_null(strchr(page_text(&p), '\033'));
	page_free(&p);
}

static void test_text_unexplained(void **state)
{
	struct finding f = made_unexplained();
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, true);
	check_finding(&p, &f,
		      "12:34:56.000 unexplained       8 kworker              "
		      "257       5 "
		      "-                -                        /dir/file\n"
		      "    cleaned in do_it+0x12 0x20\n");
	page_free(&p);
}

static void check_last_line(struct page *p, const struct summary *s,
			    const char *want)
{
	const char *last;

	assert_int_equal(report_summary(p->report, s), 0);
	page_text(p);
	last = memrchr(p->text, '\n', strlen(p->text) - 1);
	assert_non_null(last);
	assert_string_equal(last + 1, want);
}

static void test_text_summary(void **state)
{
	struct summary s = made_summary();
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, true);
	check_last_line(&p, &s,
			"none lost: 0 lost in 12345 pages written back, "
			"12 near misses\n");
	assert_non_null(strstr(p.text, "         1.5 seconds watched\n"));
	assert_non_null(strstr(p.text, "       12345 pages cleaned by"));
	assert_non_null(strstr(p.text, "          12 windows that ended"));
	assert_null(strstr(p.text, "blind"));
	s.open_stranded = 3;
	s.exit_code = 1;
	check_last_line(&p, &s,
			"STRANDED: data that is in memory only; 0 lost in "
			"12345 pages written back, 3 stranded, 12 near "
			"misses\n");
	s.open_stranded = 0;
	s.counters[COUNT_lost] = 2;
	s.counters[COUNT_near_miss] = 1;
	check_last_line(&p, &s,
			"LOST: 2 lost in 12345 pages written back, 1 near "
			"miss\n");
	s.blind[BLIND_ring_full].count = 4;
	s.blind[BLIND_ring_full].last_ns = 1500000000;
	s.exit_code = 5;
	check_last_line(&p, &s,
			"BLIND: evidence is missing; 2 lost in 12345 pages "
			"written back, 1 near miss\n");
	assert_non_null(strstr(p.text,
			       "blind: 4 records that did not fit into the "
			       "ring (ring_full), 12:34:56.000 to "
			       "12:34:57.500\n"));
	page_free(&p);
}

static void test_verdict(void **state)
{
	struct summary s = made_summary();

	(void)state;
	assert_int_equal(summary_exit_code(&s), 0);
	assert_string_equal(summary_verdict(&s), "none lost");
	s.exit_code = 3;
	assert_string_equal(summary_verdict(&s), "no answer");
	s.exit_code = 0;
	s.open_stranded = 1;
	assert_int_equal(summary_exit_code(&s), 1);
	assert_string_equal(summary_verdict(&s), "stranded");
	s.counters[COUNT_lost] = 1;
	assert_int_equal(summary_exit_code(&s), 1);
	assert_string_equal(summary_verdict(&s), "lost");
	s.exit_code = 5;
	assert_string_equal(summary_verdict(&s), "blind");
	s.exit_code = 0;
	s.blind[BLIND_MAX - 1].count = 1;
	assert_int_equal(summary_exit_code(&s), 5);
	assert_string_equal(summary_verdict(&s), "blind");
}

static void test_text_blind(void **state)
{
	struct blind_info info = { .kind = "map_full",
				   .text = "pages",
				   .count = 3,
				   .last_ns = 2000000000 };
	struct page p;

	(void)state;
	page_new(&p, false, false, 0, true);
	assert_int_equal(report_blind(p.report, &info), 0);
	assert_string_equal(page_text(&p), "BLIND: 3 pages (map_full), "
					   "12:34:56.000 to 12:34:58.000\n");
	info.open = true;
	assert_int_equal(report_blind(p.report, &info), 0);
	assert_string_equal(page_text(&p),
			    "BLIND: 3 pages (map_full), 12:34:56.000 to "
			    "12:34:58.000, and going on\n");
	info.open = false;
	info.pid = 4711;
	assert_int_equal(report_blind(p.report, &info), 0);
	assert_string_equal(page_text(&p),
			    "BLIND: 3 pages (map_full), 12:34:56.000 to "
			    "12:34:58.000, process 4711\n");
	page_free(&p);
}

static void test_text_intervals(void **state)
{
	struct blind_intervals kinds[BLIND_MAX] = { 0 };
	struct summary s = made_summary();
	struct page p;

	(void)state;
	s.intervals = kinds;
	s.exit_code = 5;
	s.blind[BLIND_map_full] = (struct blind_span){ 3, 0, 2000000000 };
	kinds[BLIND_map_full].used = 1;
	kinds[BLIND_map_full].at[0] = s.blind[BLIND_map_full];
	page_new(&p, false, false, 0, true);
	assert_int_equal(report_summary(p.report, &s), 0);
	page_text(&p);
	assert_non_null(strstr(p.text, "(map_full), 12:34:56.000 to "
				       "12:34:58.000\nBLIND: "));
	kinds[BLIND_map_full].used = 2;
	kinds[BLIND_map_full].merged = 7;
	kinds[BLIND_map_full].at[0] = (struct blind_span){ 1, 0, 1000 };
	kinds[BLIND_map_full].at[1] =
		(struct blind_span){ 2, 1000000000, 2000000000 };
	assert_int_equal(report_summary(p.report, &s), 0);
	page_text(&p);
	assert_non_null(strstr(
		p.text, "           1 of them 12:34:56.000 to 12:34:56.000\n"
			"           2 of them 12:34:57.000 to 12:34:58.000\n"
			"           7 more intervals are part of these\n"));
	page_free(&p);
}

/* Every call says that nobody reads any more. */
static void check_errors(struct report *r, int err)
{
	struct report_start_info info = made_start(true);
	struct finding f = made(VERDICT_LOST);
	struct summary s = made_summary();
	struct blind_info blind = { .kind = "k", .text = "t" };

	assert_non_null(r);
	assert_int_equal(report_start(r, &info), err);
	assert_int_equal(report_finding(r, &f), err);
	assert_int_equal(report_blind(r, &blind), err);
	assert_int_equal(report_summary(r, &s), err);
	report_free(r);
}

static void test_errors(void **state)
{
	int ends[2];
	FILE *out;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	out = fdopen(ends[1], "w");
	assert_non_null(out);
	check_errors(report_text_new(out, false, 0), -EPIPE);
	check_errors(report_json_new(out), -EPIPE);
	fclose(out);
	out = fopen("/dev/full", "we");
	assert_non_null(out);
	check_errors(report_json_new(out), -ENOSPC);
	fclose(out);
}

/* A line must not wait for the next one. */
static void test_flush(void **state)
{
	struct finding f = made(VERDICT_LOST);
	struct report_start_info info = made_start(true);
	struct report *r;
	char text[4096];
	int ends[2];
	FILE *out;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	out = fdopen(ends[1], "w");
	assert_non_null(out);
	r = report_json_new(out);
	assert_non_null(r);
	assert_int_equal(report_start(r, &info), 0);
	assert_true(read(ends[0], text, sizeof(text)) > 0);
	assert_int_equal(report_finding(r, &f), 0);
	assert_true(read(ends[0], text, sizeof(text)) > 0);
	report_free(r);
	fclose(out);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_start),
		cmocka_unit_test(test_text_rows),
		cmocka_unit_test(test_text_paths),
		cmocka_unit_test(test_text_comm),
		cmocka_unit_test(test_text_shown),
		cmocka_unit_test(test_text_colour),
		cmocka_unit_test(test_text_unexplained),
		cmocka_unit_test(test_text_summary),
		cmocka_unit_test(test_text_blind),
		cmocka_unit_test(test_text_intervals),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_flush),
	};

	signal(SIGPIPE, SIG_IGN);
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
