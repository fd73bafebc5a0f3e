/* SPDX-License-Identifier: GPL-2.0 */
/* What Prometheus reads: every value where it belongs, and closed labels. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "metrics_fixture.h"
#include "report_fixture.h"

/* Is it a line of the text? */
static void assert_line(const char *line)
{
	const char *text = printed(), *at = text;
	size_t len = strlen(line);

	while ((at = strstr(at, line))) {
		if ((at == text || at[-1] == '\n') && at[len] == '\n')
			return;
		at++;
	}
	fail_msg("there is no line '%s'", line);
}

static unsigned int count(const char *what)
{
	const char *at = printed();
	unsigned int n = 0;

	while ((at = strstr(at, what))) {
		n++;
		at++;
	}
	return n;
}

static struct finding found(enum finding_class class, const char *uuid)
{
	struct finding f = made(VERDICT_LOST);

	f.class = class;
	snprintf(f.uuid, sizeof(f.uuid), "%s", uuid);
	memset(f.bound, 0, sizeof(f.bound));
	f.bound[0].from = 100;
	f.bound[0].to = 4096;
	f.bound[1].from = 8192;
	f.bound[1].to = 8193;
	f.ns = 5000000007;
	return f;
}

/* ---- the table --------------------------------------------------------- */

/* No two of its values are the same, so that none is in another's place. */
static void every_counter_has_its_value(void **state)
{
	static const char *const names[COUNT_MAX] = {
		[COUNT_written] = "written_pages",
		[COUNT_calls] = "write_calls",
		[COUNT_suspects] = "suspect_pages",
		[COUNT_rewritten] = "rewritten_pages",
		[COUNT_near_miss] = "near_misses",
		[COUNT_stranded] = "stranded_pages",
		[COUNT_pending] = "pending_drops",
		[COUNT_lost] = "lost_pages",
		[COUNT_superseded] = "superseded_pages",
		[COUNT_voided] = "voided_pages",
		[COUNT_unexplained] = "unexplained_cleans",
		[COUNT_in_flight] = "in_flight_write_calls",
		[COUNT_migrated] = "migrated_pages",
		[COUNT_evicted_dirty] = "evicted_dirty_inodes",
		[COUNT_stale_reads] = "stale_read_pages",
		[COUNT_own_retries] = "own_retry_pages",
		[COUNT_unfollowed] = "unfollowed_pages",
		[COUNT_left_out] = "left_out_near_misses",
		[COUNT_sent] = "sent_records",
	};
	char line[128];

	(void)state;
	for (int i = 0; i < COUNT_MAX; i++)
		m.counters[i] = 1000 + (uint64_t)i;
	for (int i = 0; i < COUNT_MAX; i++) {
		assert_non_null(names[i]);
		snprintf(line, sizeof(line), "btrfs_dirtywatch_%s_total %d",
			 names[i], 1000 + i);
		assert_line(line);
	}
}

static void assert_each(const char *head, const char *tail,
			const struct report_word *words, int from, int to)
{
	char line[160];

	for (int i = from; i < to; i++) {
		snprintf(line, sizeof(line), METRICS_PREFIX "%s=\"%s\"} %d%s",
			 head, words[i].name, 100 + i, tail);
		assert_line(line);
	}
}

static void every_word_has_its_value(void **state)
{
	(void)state;
	for (int i = 0; i < BLIND_MAX; i++) {
		m.blind_count[i] = 100 + (uint64_t)i;
		m.blind_ns[i] = (100 + (uint64_t)i) * 1000000000 + 5;
	}
	for (int i = 0; i < RESCUE_MAX; i++)
		m.rescue[i] = 100 + (uint64_t)i;
	for (int i = 0; i < HEAL_MAX; i++)
		m.heal[i] = 100 + (uint64_t)i;
	m.blind_open[BLIND_no_task] = 1;
	assert_each("blind_events_total{kind", "", report_blinds, 0, BLIND_MAX);
	assert_each("blind_seconds_total{kind", ".000000005", report_blinds, 0,
		    BLIND_MAX);
	assert_each("rescue_pages_total{outcome", "", report_rescues, 1,
		    RESCUE_MAX);
	assert_each("heal_pages_total{outcome", "", report_heals, 1, HEAL_MAX);
	assert_int_equal(count("not_asked"), 0);
	assert_line("btrfs_dirtywatch_blind{kind=\"no_task\"} 1");
	assert_int_equal(count("btrfs_dirtywatch_blind{"), BLIND_MAX);
}

/* All values of the struct that are not by label: each has a line of its own.
 */
static void every_field_has_its_line(void **state)
{
	const struct {
		uint64_t *field;
		const char *line;
	} rows[] = {
		{ &m.armed, "armed " },
		{ &m.start_ns, "start_timestamp_seconds 0.000000" },
		{ &m.armed_ns, "armed_timestamp_seconds 0.000000" },
		{ &m.covered_ns, "covered_timestamp_seconds 0.000000" },
		{ &m.updated_ns, "updated_timestamp_seconds 0.000000" },
		{ &m.open_stranded, "open_stranded_pages " },
		{ &m.rescue_on, "rescue_enabled " },
		{ &m.heal_on, "heal_enabled " },
		{ &m.self_test_runs, "self_tests_total " },
		{ &m.self_test_failures, "self_test_failures_total " },
		{ &m.self_test_ns, "self_test_timestamp_seconds 0.000000" },
		{ &m.self_test_ok_ns,
		  "self_test_success_timestamp_seconds 0.000000" },
		{ &m.bpf_ns, "bpf_run_seconds_total 0.000000" },
		{ &m.bpf_runs, "bpf_runs_total " },
		{ &m.cpu_ns, "process_cpu_seconds_total 0.000000" },
		{ &m.load, "load_ratio 0.000000" },
		{ &m.load_limit, "load_limit_ratio 0.000000" },
		{ &m.kernel_bytes, "kernel_memory_bytes " },
		{ &m.rss_bytes, "resident_memory_bytes " },
		{ &m.store_bytes, "store_size_bytes " },
		{ &m.store_findings, "store_findings " },
		{ &m.store_oldest_ns,
		  "store_oldest_timestamp_seconds 0.000000" },
		{ &m.store_failures, "store_failures_total " },
		{ &m.journal_left_out, "journal_left_out_total " },
	};
	const unsigned int n = sizeof(rows) / sizeof(rows[0]);
	char line[128];

	(void)state;
	for (unsigned int i = 0; i < n; i++)
		*rows[i].field = 500 + i;
	for (unsigned int i = 0; i < n; i++) {
		snprintf(line, sizeof(line), METRICS_PREFIX "%s%u",
			 rows[i].line, 500 + i);
		assert_line(line);
	}
}

static void one_state_at_a_time(void **state)
{
	(void)state;
	m.mode = METRICS_MODE_guard;
	m.budget = METRICS_BUDGET_detached;
	m.store = METRICS_STORE_read_only;
	m.self_test = METRICS_SELF_TEST_failed;
	assert_line("btrfs_dirtywatch_watch_mode{mode=\"off\"} 0");
	assert_line("btrfs_dirtywatch_watch_mode{mode=\"guard\"} 1");
	assert_line("btrfs_dirtywatch_watch_mode{mode=\"watch\"} 0");
	assert_line("btrfs_dirtywatch_budget_state{state=\"detached\"} 1");
	assert_line("btrfs_dirtywatch_budget_state{state=\"ok\"} 0");
	assert_line("btrfs_dirtywatch_store_state{state=\"read_only\"} 1");
	assert_line("btrfs_dirtywatch_self_test_state{result=\"failed\"} 1");
	assert_int_equal(count("{mode="), METRICS_MODE_MAX);
	assert_int_equal(count("budget_state{state="), METRICS_BUDGET_MAX);
	assert_int_equal(count("store_state{state="), METRICS_STORE_MAX);
	assert_int_equal(count("{result="), METRICS_SELF_TEST_MAX);
	assert_int_equal(count("\"} 1\n"), 5); /* and build_info */
}

static void large_values_and_strange_names(void **state)
{
	(void)state;
	metrics_init(&m, "a\"b\\c\nd", "6.1\xff");
	m.counters[COUNT_written] = UINT64_MAX;
	m.start_ns = 1795913631310523666;
	assert_line("btrfs_dirtywatch_build_info{version=\"a\\\"b\\\\c?d\","
		    "kernel=\"6.1?\"} 1");
	assert_line(
		"btrfs_dirtywatch_written_pages_total 18446744073709551615");
	assert_line("btrfs_dirtywatch_start_timestamp_seconds "
		    "1795913631.310523666");
}

/* ---- what is filled in ------------------------------------------------- */

static void findings_by_filesystem(void **state)
{
	struct finding f = found(FINDING_LOST, "u1");

	(void)state;
	m.wall_ns = 10000000000;
	metrics_finding(&m, &f);
	metrics_finding(&m, &f);
	f.ns -= 3000000000;
	metrics_finding(&m, &f);
	f = found(FINDING_EVICTED, "");
	metrics_finding(&m, &f);
	f = found(FINDING_STRANDED, "u2");
	metrics_finding(&m, &f);
	assert_line(
		"btrfs_dirtywatch_findings_total{fs=\"u1\",class=\"lost\"} 3");
	assert_line("btrfs_dirtywatch_lost_bytes_total{fs=\"u1\"} 11991");
	assert_line("btrfs_dirtywatch_last_loss_timestamp_seconds{fs=\"u1\"} "
		    "15.000000007");
	assert_line("btrfs_dirtywatch_findings_total{fs=\"unknown\","
		    "class=\"evicted-dirty\"} 1");
	assert_line("btrfs_dirtywatch_evicted_dirty_bytes_total"
		    "{fs=\"unknown\"} 3997");
	assert_line("btrfs_dirtywatch_last_loss_timestamp_seconds"
		    "{fs=\"unknown\"} 15.000000007");
	/* In danger is not lost. */
	assert_line("btrfs_dirtywatch_findings_total{fs=\"u2\","
		    "class=\"stranded\"} 1");
	assert_line("btrfs_dirtywatch_lost_bytes_total{fs=\"u2\"} 0");
	assert_line("btrfs_dirtywatch_last_loss_timestamp_seconds{fs=\"u2\"} "
		    "0.000000000");
}

static void a_filesystem_without_findings(void **state)
{
	(void)state;
	assert_int_equal(count("{fs="), 0);
	metrics_fs(&m, "u1");
	assert_ptr_equal(metrics_fs(&m, "u1"), &m.fs[0]);
	assert_line("btrfs_dirtywatch_lost_bytes_total{fs=\"u1\"} 0");
	assert_line(
		"btrfs_dirtywatch_findings_total{fs=\"u1\",class=\"lost\"} 0");
}

static void filesystems_have_an_end(void **state)
{
	struct finding f;
	char uuid[16];

	(void)state;
	for (int i = 0; i < 3 * METRICS_FS_MAX; i++) {
		snprintf(uuid, sizeof(uuid), "fs-%d", i);
		f = found(FINDING_LOST, uuid);
		metrics_finding(&m, &f);
	}
	assert_int_equal(count("btrfs_dirtywatch_lost_bytes_total{"),
			 METRICS_FS_MAX + 1);
	assert_line("btrfs_dirtywatch_findings_total{fs=\"fs-63\","
		    "class=\"lost\"} 1");
	assert_line("btrfs_dirtywatch_findings_total{fs=\"other\","
		    "class=\"lost\"} 128");
	assert_int_equal(count("fs-64"), 0);
	/* Who was among the first keeps the series. */
	f = found(FINDING_LOST, "fs-5");
	metrics_finding(&m, &f);
	assert_line("btrfs_dirtywatch_findings_total{fs=\"fs-5\","
		    "class=\"lost\"} 2");
}

static void a_summary_and_its_intervals(void **state)
{
	struct blind_intervals intervals[BLIND_MAX] = {
		[BLIND_no_task] = { .at = { { 2, 100, 300 }, { 1, 900, 950 } },
				    .used = 2 },
	};
	struct summary s = made_summary();

	(void)state;
	s.open_stranded = 4;
	s.rescued = true;
	s.rescue[RESCUE_saved] = 7;
	s.blind[BLIND_no_task] = (struct blind_span){ 3, 100, 950 };
	s.blind[BLIND_gap] = (struct blind_span){ 1, 20, 40 };
	metrics_summary(&m, &s);
	assert_line("btrfs_dirtywatch_written_pages_total 12345");
	assert_line("btrfs_dirtywatch_open_stranded_pages 4");
	assert_line("btrfs_dirtywatch_rescue_enabled 1");
	assert_line("btrfs_dirtywatch_heal_enabled 0");
	assert_line("btrfs_dirtywatch_rescue_pages_total{outcome=\"saved\"} 7");
	assert_line("btrfs_dirtywatch_blind_seconds_total{kind=\"no_task\"} "
		    "0.000000850");
	s.intervals = intervals;
	metrics_summary(&m, &s);
	assert_line("btrfs_dirtywatch_blind_events_total{kind=\"no_task\"} 3");
	assert_line("btrfs_dirtywatch_blind_seconds_total{kind=\"no_task\"} "
		    "0.000000250");
}

static int untold(void *arg, enum blind kind, const struct blind_span *interval,
		  bool open)
{
	(void)arg;
	(void)kind;
	(void)interval;
	(void)open;
	return 0;
}

static void blindness_that_goes_on(void **state)
{
	struct blind_span seen[BLIND_MAX] = { 0 };
	struct blindness b;

	(void)state;
	blindness_init(&b, 1000);
	m.wall_ns = 100000;
	m.covered_ns = 100900;
	metrics_blindness(&m, &b);
	assert_int_equal(m.covered_ns, 100900);
	seen[BLIND_ring_full] = (struct blind_span){ 5, 2000, 2500 };
	assert_int_equal(blindness_look(&b, seen, 3000, untold, NULL), 0);
	metrics_blindness(&m, &b);
	assert_line("btrfs_dirtywatch_blind{kind=\"ring_full\"} 1");
	assert_line(
		"btrfs_dirtywatch_blind_events_total{kind=\"ring_full\"} 5");
	assert_line("btrfs_dirtywatch_blind_seconds_total{kind=\"ring_full\"} "
		    "0.000000500");
	assert_int_equal(m.covered_ns, 102500);
	assert_int_equal(blindness_finish(&b, seen, 4000, untold, NULL), 0);
	metrics_blindness(&m, &b);
	assert_line("btrfs_dirtywatch_blind{kind=\"ring_full\"} 0");
	assert_line(
		"btrfs_dirtywatch_blind_events_total{kind=\"ring_full\"} 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_counter_has_its_value, begin),
		cmocka_unit_test_setup(every_word_has_its_value, begin),
		cmocka_unit_test_setup(every_field_has_its_line, begin),
		cmocka_unit_test_setup(one_state_at_a_time, begin),
		cmocka_unit_test_setup(large_values_and_strange_names, begin),
		cmocka_unit_test_setup(findings_by_filesystem, begin),
		cmocka_unit_test_setup(a_filesystem_without_findings, begin),
		cmocka_unit_test_setup(filesystems_have_an_end, begin),
		cmocka_unit_test_setup(a_summary_and_its_intervals, begin),
		cmocka_unit_test_setup(blindness_that_goes_on, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
