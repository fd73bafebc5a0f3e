/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings of what seldom happens: no end, and times before the start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "recording_fixture.h"
#include "recording_play.h"
#include "recording_printed.h"

#define SECOND UINT64_C(1000000000)

/* A watch that is killed: its recording has no summary. */
static void retries_without_an_end(void **state)
{
	static const enum record_read reads[] = { READ_BY_RETRY, READ_BY_READ,
						  READ_BY_RETRY,
						  READ_BY_RETRY };
	struct made m = made_begin();
	struct recorder *recorder = recorder_new(m.writer, NULL, 0);
	struct report *report = report_none_new();
	struct report_start_info info = made_start();
	struct record r = made_stale();
	struct recording rec;
	FILE *in;

	(void)state;
	report_also(report, recorder_report(recorder));
	assert_int_equal(report_start(report, &info), 0);
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		r.read = reads[i];
		assert_int_equal(made_note(recorder, report, &r, NULL), 0);
	}
	recorder_free(recorder);
	assert_true(made_end(&m));
	in = fmemopen(m.bytes, m.size, "r");
	report_also(report, NULL);
	assert_int_equal(recording_play(&rec, in, true, report), 0);
	assert_true(rec.partial);
	assert_int_equal(rec.summary.counters[COUNT_own_retries], 3);
	assert_int_equal(rec.summary.counters[COUNT_stale_reads], 1);
	recording_free(&rec);
	report_free(report);
	fclose(in);
	free(m.bytes);
}

static void zone_set(const char *name)
{
	if (name)
		setenv("TZ", name, 1);
	else
		unsetenv("TZ");
	tzset();
}

/* Started 500 s after the change to summer time; `gap` is what was missed. */
static void record_gap(struct made *m, const struct blind_span *gap,
		       int64_t wall_ns, struct printed *live)
{
	static struct blind_intervals intervals[BLIND_MAX];
	const struct report_word *word = &report_blinds[BLIND_gap];
	struct blind_info blind = { .kind = word->name,
				    .text = word->text,
				    .count = gap->count,
				    .first_ns = gap->first_ns,
				    .last_ns = gap->last_ns };
	struct report_start_info info = made_start();
	struct summary sum = { .seconds = 1, .intervals = intervals };
	struct recorder *recorder;

	info.ns = 1000 * SECOND;
	info.wall_ns = wall_ns;
	sum.blind[BLIND_gap] = *gap;
	intervals[BLIND_gap] = (struct blind_intervals){
		.at = { { 1, gap->first_ns, gap->first_ns }, *gap },
		.used = 2,
	};
	*m = made_begin();
	recorder = recorder_new(m->writer, NULL, 0);
	print_begin(live, text);
	report_also(live->report, recorder_report(recorder));
	assert_int_equal(report_start(live->report, &info), 0);
	assert_int_equal(report_blind(live->report, &blind), 0);
	assert_int_equal(report_summary(live->report, &sum), 0);
	print_end(live);
	recorder_free(recorder);
	assert_true(made_end(m));
}

static void check_same_again(const struct made *m, const char *live)
{
	struct recording rec;
	struct printed again;
	FILE *in = fmemopen(m->bytes, m->size, "r");

	print_begin(&again, text);
	assert_int_equal(recording_play(&rec, in, false, again.report), 0);
	recording_free(&rec);
	print_end(&again);
	fclose(in);
	assert_string_equal(live, again.text);
	free(again.text);
}

/* Local time may have changed between the boot, the gap and the start. */
static void a_gap_before_the_start(void **state)
{
	const int64_t march = 1711846800; /* 2024-03-31 01:00:00 UTC */
	static const struct {
		uint64_t from;
		uint64_t to;
		const char *says;
	} cases[] = {
		{ 0, 1000, "01:51:40.000 to 03:08:20.000" },
		{ 499, 501, "01:59:59.000 to 03:00:01.000" },
		{ 100, 200, "01:53:20.000 to 01:55:00.000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct blind_span gap = { 2, cases[i].from * SECOND,
					  cases[i].to * SECOND };
		struct printed live;
		struct made m;

		zone_set("CET-1CEST,M3.5.0,M10.5.0/3");
		record_gap(&m, &gap, (march - 500) * (int64_t)SECOND, &live);
		assert_non_null(strstr(live.text, cases[i].says));
		zone_set("XXX+11");
		check_same_again(&m, live.text);
		free(live.text);
		free(m.bytes);
	}
	zone_set(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retries_without_an_end),
		cmocka_unit_test(a_gap_before_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
