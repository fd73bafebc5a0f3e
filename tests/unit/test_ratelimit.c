/* SPDX-License-Identifier: GPL-2.0 */
/* What is said of a flood of findings, and that what is left out is told. */
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

static struct finding seen(enum finding_class class, uint64_t ns)
{
	struct finding f = { .class = class, .ns = ns };

	return f;
}

/* `times` findings at the same time; returns how many of them were said. */
static unsigned int flood(struct ratelimit *l, enum finding_class class,
			  uint64_t ns, unsigned int times)
{
	const struct finding f = seen(class, ns);
	unsigned int said = 0;

	while (times--) {
		bool full = ratelimit_full(l, &f);
		bool say = ratelimit_take(l, &f);

		assert_true(full == !say);
		said += say;
	}
	return said;
}

static void no_limit(void **state)
{
	struct ratelimit l = { 0 };

	(void)state;
	assert_int_equal(flood(&l, FINDING_NEAR_MISS, 5, 100000), 100000);
	assert_int_equal(ratelimit_left(&l).total, 0);
}

static void what_is_dear_gets_more(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < LEFT_KINDS; i++) {
		bool dear = i == FINDING_LOST || i == FINDING_STRANDED ||
			    i == FINDING_EVICTED || i == FINDING_STALE_READ;

		assert_int_equal(ratelimit_budget(1000, i), dear ? 1000 : 250);
		assert_int_equal(ratelimit_budget(1, i), 1);
		assert_int_equal(ratelimit_budget(UINT32_MAX, i),
				 dear ? UINT32_MAX : UINT32_MAX / 4);
	}
}

static void near_misses_do_not_hide_a_loss(void **state)
{
	struct ratelimit l = { .max = 8 };
	struct left_out left;

	(void)state;
	assert_int_equal(flood(&l, FINDING_NEAR_MISS, 100, 1000), 2);
	assert_int_equal(flood(&l, FINDING_SUPERSEDED, 101, 1000), 2);
	assert_int_equal(flood(&l, FINDING_LOST, 102, 9), 8);
	assert_int_equal(flood(&l, FINDING_EVICTED, 103, 1), 1);
	left = ratelimit_left(&l);
	assert_int_equal(left.count[FINDING_NEAR_MISS], 998);
	assert_int_equal(left.count[FINDING_SUPERSEDED], 998);
	assert_int_equal(left.count[FINDING_LOST], 1);
	assert_int_equal(left.count[FINDING_EVICTED], 0);
	assert_int_equal(left.total, 998 + 998 + 1);
	assert_int_equal(left.first_ns, 100);
	assert_int_equal(left.last_ns, 102);
	assert_int_equal(ratelimit_left(&l).total, 0);
}

static void own_retries_do_not_hide_a_stale_read(void **state)
{
	struct ratelimit l = { .max = 4 };
	struct finding f = seen(FINDING_STALE_READ, 1);

	(void)state;
	f.read = READ_BY_RETRY;
	assert_true(ratelimit_take(&l, &f));
	assert_false(ratelimit_take(&l, &f));
	assert_int_equal(flood(&l, FINDING_STALE_READ, 1, 5), 4);
	assert_int_equal(l.left.count[LEFT_OWN_RETRY], 1);
	assert_int_equal(l.left.count[FINDING_STALE_READ], 1);
	assert_string_equal(ratelimit_word(LEFT_OWN_RETRY), "own-retry");
	assert_string_equal(ratelimit_word(FINDING_STALE_READ), "stale-read");
}

static void a_second_ends(void **state)
{
	struct ratelimit l = { .max = 4 };

	(void)state;
	assert_false(ratelimit_over(&l, UINT64_MAX));
	assert_int_equal(flood(&l, FINDING_LOST, 7 * SECOND, 5), 4);
	assert_false(ratelimit_over(&l, 8 * SECOND - 1));
	assert_int_equal(flood(&l, FINDING_LOST, 8 * SECOND - 1, 1), 0);
	assert_true(ratelimit_over(&l, 8 * SECOND));
	assert_int_equal(flood(&l, FINDING_LOST, 8 * SECOND, 5), 4);
	/* One that comes late belongs to the second that goes on. */
	assert_false(ratelimit_over(&l, 1));
	assert_int_equal(flood(&l, FINDING_LOST, 1, 1), 0);
	assert_int_equal(l.left.first_ns, 1);
	assert_int_equal(l.left.last_ns, 8 * SECOND);
	assert_int_equal(l.left.total, 4);
}

/* Each second has its own share, and nothing gets lost between them. */
static void all_are_said_or_counted(void **state)
{
	struct ratelimit l = { .max = 10 };
	uint64_t said = 0, left = 0, state_ns = 1;

	(void)state;
	for (unsigned int i = 0; i < 100000; i++) {
		const struct finding f =
			seen(i % FINDING_CLASS_MAX, state_ns += 100000);

		if (ratelimit_over(&l, f.ns))
			left += ratelimit_left(&l).total;
		said += ratelimit_take(&l, &f);
	}
	left += ratelimit_left(&l).total;
	assert_int_equal(said + left, 100000);
	/* Ten seconds; four kinds of ten, five of two. */
	assert_int_equal(said, 10 * (4 * 10 + 5 * 2));
}

/* ---- reports ---------------------------------------------------------- */

/* Near misses and losses in a storm of three seconds from `ns` on. */
static int storm(struct recorder *recorder, struct report *report, uint64_t ns)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < 300; i++) {
		struct record r =
			made_record(i % 3 ? VERDICT_NEAR_MISS : VERDICT_LOST);

		r.ns = ns + i * SECOND / 100;
		r.window.clean_ns = r.ns - 100;
		err = made_note(recorder, report, &r, "/mnt/file");
	}
	return err ? err : report_tick(report, ns + 10 * SECOND);
}

/* The same, and what else is said; into a recording too. */
static void tell_storm(struct made *m, struct printed *p, uint32_t limit)
{
	struct report_start_info info = made_start();
	struct summary sum = { .counters = { [COUNT_lost] = 200 },
			       .exit_code = 1 };
	struct recorder *recorder = recorder_new(m->writer, NULL, 0);
	const struct blind_info blind = {
		.kind = "malformed",
		.text = "records that could not be read",
		.count = 1
	};

	info.limit = limit;
	report_limit(p->report, limit);
	report_also(p->report, recorder_report(recorder));
	assert_int_equal(report_start(p->report, &info), 0);
	assert_int_equal(storm(recorder, p->report, SECOND), 0);
	assert_int_equal(report_blind(p->report, &blind), 0);
	assert_int_equal(storm(recorder, p->report, 20 * SECOND), 0);
	assert_int_equal(report_summary(p->report, &sum), 0);
	report_also(p->report, NULL);
	recorder_free(recorder);
}

static unsigned int count(const char *in, const char *what)
{
	unsigned int n = 0;

	while ((in = strstr(in, what))) {
		n++;
		in += strlen(what);
	}
	return n;
}

/* Replays a recording by a limit; what is printed is to be freed. */
static char *replayed(const struct made *m, printer_fn printer, uint32_t limit)
{
	FILE *in = fmemopen(m->bytes, m->size, "r");
	struct recording rec;
	struct printed p;

	assert_non_null(in);
	print_begin(&p, printer);
	report_limit(p.report, limit);
	assert_int_equal(recording_play(&rec, in, false, p.report), 0);
	recording_free(&rec);
	print_end(&p);
	fclose(in);
	return p.text;
}

static void check_replay(const struct made *m, printer_fn printer,
			 const char *live, const char *class)
{
	char *again = replayed(m, printer, RATELIMIT_AS_TOLD);
	char *all = replayed(m, printer, 0);
	char *few = replayed(m, printer, 1);

	assert_string_equal(again, live);
	assert_int_equal(count(live, class), 2 * 3 * 8);
	assert_int_equal(count(all, class), 2 * 100);
	assert_int_equal(count(all, "left out:") + count(all, "left-out"), 0);
	assert_int_equal(count(few, class), 2 * 3);
	free(again);
	free(all);
	free(few);
}

/* Each second of the two storms tells what it left out, at its end. */
static void a_storm_as_text(void **state)
{
	struct made m = made_begin();
	struct printed live;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	print_begin(&live, text);
	tell_storm(&m, &live, 8);
	print_end(&live);
	assert_true(made_end(&m));
	check_replay(&m, text, live.text, " lost    ");
	assert_int_equal(count(live.text, "left out: "), 6);
	assert_non_null(strstr(
		live.text,
		"\nleft out: 64 near-miss, 26 lost; 12:34:57.040 to 12:34:57.990\n"));
	unsetenv("TZ");
	tzset();
	free(live.text);
	free(m.bytes);
}

static void a_storm_as_json(void **state)
{
	struct made m = made_begin();
	struct printed live;

	(void)state;
	print_begin(&live, report_json_new);
	tell_storm(&m, &live, 8);
	print_end(&live);
	assert_true(made_end(&m));
	check_replay(&m, report_json_new, live.text, "\"class\":\"lost\"");
	assert_int_equal(count(live.text, "\"type\":\"left-out\""), 6);
	assert_non_null(
		strstr(live.text,
		       "{\"schema\":1,\"type\":\"left-out\",\"count\":90,"
		       "\"classes\":{\"near-miss\":64,\"lost\":26},\"limit\":8,"
		       "\"first_ns\":1040000000,\"last_ns\":1990000000,"
		       "\"first\":\"2024-02-29T12:34:57.040000000Z\","
		       "\"last\":\"2024-02-29T12:34:57.990000000Z\"}\n"));
	free(live.text);
	free(m.bytes);
}

/* Before the clock says that the second is over, and at the end in any case. */
static void when_it_is_told(void **state)
{
	const struct summary sum = { 0 };
	struct finding f = seen(FINDING_LOST, SECOND);
	struct printed p;

	(void)state;
	print_begin(&p, text);
	report_limit(p.report, 1);
	assert_false(report_leaves_out(p.report, &f));
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_true(report_leaves_out(p.report, &f));
	assert_int_equal(report_finding(p.report, &f), 0);
	assert_int_equal(report_tick(p.report, 2 * SECOND - 1), 0);
	assert_null(strstr(p.text, "left out"));
	assert_int_equal(report_tick(p.report, 2 * SECOND), 0);
	assert_int_equal(count(p.text, "left out: 1 lost; 1.000 to 1.000\n"),
			 1);
	/* Nothing more was left out, and so nothing more is told. */
	assert_int_equal(report_tick(p.report, 3 * SECOND), 0);
	f.ns = 2 * SECOND;
	for (int i = 0; i < 3; i++)
		assert_int_equal(report_finding(p.report, &f), 0);
	assert_int_equal(report_summary(p.report, &sum), 0);
	assert_int_equal(count(p.text, "left out: "), 2);
	assert_non_null(strstr(p.text, "left out: 2 lost; 2.000 to 2.000\n\n"));
	print_end(&p);
	free(p.text);
}

static struct report *plain_text(FILE *out)
{
	return report_text_new(out, false, 0);
}

/* What is not for people who did not ask for -v is not counted for them. */
static void what_is_not_shown_is_not_missed(void **state)
{
	const struct finding f = seen(FINDING_VOID, 1);
	struct printed p;

	(void)state;
	print_begin(&p, plain_text);
	report_limit(p.report, 1);
	for (int i = 0; i < 5; i++)
		assert_int_equal(report_finding(p.report, &f), 0);
	assert_int_equal(report_left(p.report), 0);
	assert_int_equal(fflush(p.out), 0);
	assert_int_equal(p.len, 0);
	print_end(&p);
	free(p.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_limit),
		cmocka_unit_test(what_is_dear_gets_more),
		cmocka_unit_test(near_misses_do_not_hide_a_loss),
		cmocka_unit_test(own_retries_do_not_hide_a_stale_read),
		cmocka_unit_test(a_second_ends),
		cmocka_unit_test(all_are_said_or_counted),
		cmocka_unit_test(a_storm_as_text),
		cmocka_unit_test(a_storm_as_json),
		cmocka_unit_test(when_it_is_told),
		cmocka_unit_test(what_is_not_shown_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
