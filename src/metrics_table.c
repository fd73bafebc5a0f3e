// SPDX-License-Identifier: GPL-2.0
/* metrics_table.c - the one table of metrics; see metrics.h. */
#include "metrics.h"

/* ---- labels ------------------------------------------------------------ */

/* A label whose words are an array that ends at `max`. */
#define LABEL(id, label, from, max, expr)                                      \
	static unsigned int id##_count(const struct metrics *m)                \
	{                                                                      \
		(void)m;                                                       \
		return max;                                                    \
	}                                                                      \
	static const char *id##_word(const struct metrics *m, unsigned int i)  \
	{                                                                      \
		(void)m;                                                       \
		return (expr);                                                 \
	}                                                                      \
	static const struct metric_label id##_label = { label, from,           \
							id##_count,            \
							id##_word };

#define X(name) #name,
static const char *const modes[] = { METRICS_MODES(X) };
static const char *const budgets[] = { METRICS_BUDGETS(X) };
static const char *const stores[] = { METRICS_STORES(X) };
static const char *const self_tests[] = { METRICS_SELF_TESTS(X) };
#undef X

LABEL(class, "class", 0, FINDING_CLASS_MAX, finding_class_word(i))
LABEL(blind, "kind", 0, BLIND_MAX, report_blinds[i].name)
/* What nobody asked for is counted nowhere. */
LABEL(rescue, "outcome", RESCUE_not_asked + 1, RESCUE_MAX,
      report_rescues[i].name)
LABEL(heal, "outcome", HEAL_not_asked + 1, HEAL_MAX, report_heals[i].name)
LABEL(mode, "mode", 0, METRICS_MODE_MAX, modes[i])
LABEL(budget, "state", 0, METRICS_BUDGET_MAX, budgets[i])
LABEL(store, "state", 0, METRICS_STORE_MAX, stores[i])
LABEL(self_test, "result", 0, METRICS_SELF_TEST_MAX, self_tests[i])

static unsigned int fs_count(const struct metrics *m)
{
	return (unsigned int)m->fs_count;
}

static const char *fs_word(const struct metrics *m, unsigned int i)
{
	return m->fs[i].uuid;
}

static const struct metric_label fs_label = { "fs", 0, fs_count, fs_word };

static unsigned int one(const struct metrics *m)
{
	(void)m;
	return 1;
}

static const char *version_word(const struct metrics *m, unsigned int i)
{
	(void)i;
	return m->version;
}

static const char *kernel_word(const struct metrics *m, unsigned int i)
{
	(void)i;
	return m->kernel;
}

static const struct metric_label version_label = { "version", 0, one,
						   version_word };
static const struct metric_label kernel_label = { "kernel", 0, one,
						  kernel_word };

/* ---- panels ------------------------------------------------------------ */

#define PANEL_(id, ...)                                                        \
	static const struct metric_panel id##_panel = { __VA_ARGS__ };
#define PANEL(id, ...) PANEL_(id, __VA_ARGS__, METRIC_ANY_GOOD)
#define ZERO(id, ...) PANEL_(id, __VA_ARGS__, METRIC_ZERO_GOOD)
#define ONE(id, ...) PANEL_(id, __VA_ARGS__, METRIC_ONE_GOOD)

PANEL(findings, "Findings", "Findings by class", "timeseries", "short")
PANEL(bytes, "Findings", "Bytes lost, at most", "timeseries", "bytes")
PANEL(last, "Findings", "Last loss", "stat", "dateTimeFromNow")
ZERO(open, "Findings", "Pages stranded now", "stat", "short")
ONE(armed, "Coverage", "Armed", "stat", "bool_yes_no")
PANEL(mode, "Coverage", "How it watches", "state-timeline", "short")
PANEL(since, "Coverage", "Since", "stat", "dateTimeFromNow")
PANEL(build, "Coverage", "Versions", "table", "short")
ZERO(blind, "Coverage", "Blind now", "state-timeline", "bool")
PANEL(blinds, "Coverage", "Evidence that was missing", "timeseries", "short")
PANEL(blind_time, "Coverage", "Share of the time that was blind", "timeseries",
      "percentunit")
PANEL(self_test, "Coverage", "Self-test", "state-timeline", "short")
PANEL(self_tests, "Coverage", "Self-tests", "timeseries", "short")
PANEL(pages, "Pages", "Pages and write calls", "timeseries", "short")
PANEL(ends, "Pages", "How windows ended", "timeseries", "short")
PANEL(odd, "Pages", "What is rare", "timeseries", "short")
PANEL(saved, "Rescue and heal", "Contents of lost pages", "timeseries", "short")
PANEL(healed, "Rescue and heal", "Stranded pages", "timeseries", "short")
PANEL(on, "Rescue and heal", "Switched on", "stat", "bool_yes_no")
PANEL(load, "Cost", "Load and its limit", "timeseries", "percentunit")
PANEL(budget, "Cost", "Budget", "state-timeline", "short")
PANEL(time, "Cost", "CPU time, of one processor", "timeseries", "percentunit")
PANEL(runs, "Cost", "Runs of the kernel side", "timeseries", "short")
PANEL(memory, "Cost", "Memory", "timeseries", "bytes")
PANEL(store, "Store", "State", "state-timeline", "short")
PANEL(size, "Store", "Size", "timeseries", "bytes")
PANEL(stored, "Store", "Findings in it", "timeseries", "short")
PANEL(oldest, "Store", "Oldest finding", "stat", "dateTimeFromNow")
PANEL(not_told, "Store", "Not stored, not said", "timeseries", "short")

/* ---- the table --------------------------------------------------------- */

#define AT(field) .offset = offsetof(struct metrics, field)
#define OF(field) AT(fs[0].field)
#define BY_FS .label = { &fs_label }, .stride = { sizeof(struct metrics_fs) }
#define BY_FS_AND(id)                                                          \
	.label = { &fs_label, &id##_label },                                   \
	.stride = { sizeof(struct metrics_fs), sizeof(uint64_t) }
#define BY(id) .label = { &id##_label }, .stride = { sizeof(uint64_t) }
#define ON(id) .panel = (&id##_panel)

#define COUNTER(n, h, ...)                                                     \
	{                                                                      \
		n, h, METRIC_COUNTER, METRIC_NUMBER, __VA_ARGS__               \
	}
#define GAUGE(n, h, ...)                                                       \
	{                                                                      \
		n, h, METRIC_GAUGE, METRIC_NUMBER, __VA_ARGS__                 \
	}
#define SECONDS(n, h, ...)                                                     \
	{                                                                      \
		n, h, METRIC_COUNTER, METRIC_NANO, __VA_ARGS__                 \
	}
#define NANO(n, h, ...)                                                        \
	{                                                                      \
		n, h, METRIC_GAUGE, METRIC_NANO, __VA_ARGS__                   \
	}
#define STATE(n, h, id, ...)                                                   \
	{                                                                      \
		n, h, METRIC_GAUGE, METRIC_STATE, .label = { &id##_label },    \
						  __VA_ARGS__                  \
	}

/* Of each counter of record.h: its name here, and its panel. */
#define COUNTER_written "written_pages_total", ON(pages)
#define COUNTER_calls "write_calls_total", ON(pages)
#define COUNTER_suspects "suspect_pages_total", ON(pages)
#define COUNTER_rewritten "rewritten_pages_total", ON(ends)
#define COUNTER_near_miss "near_misses_total", ON(ends)
#define COUNTER_stranded "stranded_pages_total", ON(ends)
#define COUNTER_pending "pending_drops_total", ON(ends)
#define COUNTER_lost "lost_pages_total", ON(ends)
#define COUNTER_superseded "superseded_pages_total", ON(ends)
#define COUNTER_voided "voided_pages_total", ON(ends)
#define COUNTER_unexplained "unexplained_cleans_total", ON(odd)
#define COUNTER_in_flight "in_flight_write_calls_total", ON(odd)
#define COUNTER_migrated "migrated_pages_total", ON(odd)
#define COUNTER_evicted_dirty "evicted_dirty_inodes_total", ON(ends)
#define COUNTER_stale_reads "stale_read_pages_total", ON(odd)
#define COUNTER_own_retries "own_retry_pages_total", ON(odd)
#define COUNTER_unfollowed "unfollowed_pages_total", ON(odd)
#define COUNTER_left_out "left_out_near_misses_total", ON(odd)
#define COUNTER_sent "sent_records_total", ON(odd)

/* A name and a panel become two arguments before the macro is used. */
#define COUNTED(...) COUNTED_(__VA_ARGS__)
#define COUNTED_(h, field, n, ...) COUNTER(n, h, AT(field), __VA_ARGS__)

const struct metric metrics_table[] = {
	COUNTER("findings_total",
		"Findings; a page that was stranded and then lost is both",
		OF(findings[0]), BY_FS_AND(class), ON(findings)),
	COUNTER("lost_bytes_total", "Bytes of lost pages, at most",
		OF(lost_bytes), BY_FS, ON(bytes)),
	COUNTER("evicted_dirty_bytes_total",
		"Bytes of inodes that were evicted with dirty pages, at most",
		OF(evicted_bytes), BY_FS, ON(bytes)),
	NANO("last_loss_timestamp_seconds",
	     "When a page was lost or a dirty inode evicted last, 0: never",
	     OF(last_loss_ns), BY_FS, ON(last)),
	GAUGE("open_stranded_pages",
	      "Pages that are clean in memory and on no disk now",
	      AT(open_stranded), ON(open)),

	{ "build_info", "The version of the tool, and the kernel's release",
	  METRIC_GAUGE, METRIC_INFO, .label = { &version_label, &kernel_label },
	  ON(build) },
	GAUGE("armed", "1 if every hook that is needed is attached", AT(armed),
	      ON(armed)),
	STATE("watch_mode", "How it watches", mode, AT(mode), ON(mode)),
	NANO("start_timestamp_seconds", "When the daemon started", AT(start_ns),
	     ON(since)),
	NANO("armed_timestamp_seconds", "When it was armed, 0: it is not",
	     AT(armed_ns), ON(since)),
	NANO("covered_timestamp_seconds",
	     "Since when nothing is missing of what it should have seen",
	     AT(covered_ns), ON(since)),
	NANO("updated_timestamp_seconds", "When these metrics were written",
	     AT(updated_ns), ON(since)),

#define X(id, text) COUNTED(text, counters[COUNT_##id], COUNTER_##id),
	COUNTERS(X)
#undef X

		COUNTER("blind_events_total", "How often evidence was missing",
			AT(blind_count), BY(blind), ON(blinds)),
	SECONDS("blind_seconds_total", "How long evidence was missing",
		AT(blind_ns), BY(blind), ON(blind_time)),
	GAUGE("blind", "1 if evidence is missing now", AT(blind_open),
	      BY(blind), ON(blind)),

	GAUGE("rescue_enabled", "1 if contents of lost pages are saved",
	      AT(rescue_on), ON(on)),
	COUNTER("rescue_pages_total",
		"Lost pages, by what became of their contents", AT(rescue[1]),
		BY(rescue), ON(saved)),
	GAUGE("heal_enabled", "1 if stranded pages are healed", AT(heal_on),
	      ON(on)),
	COUNTER("heal_pages_total", "Stranded pages, by what became of them",
		AT(heal[1]), BY(heal), ON(healed)),

	STATE("self_test_state", "What the last self-test showed", self_test,
	      AT(self_test), ON(self_test)),
	COUNTER("self_tests_total", "Self-tests", AT(self_test_runs),
		ON(self_tests)),
	COUNTER("self_test_failures_total", "Self-tests that failed",
		AT(self_test_failures), ON(self_tests)),
	NANO("self_test_timestamp_seconds", "When the last self-test ended",
	     AT(self_test_ns), ON(since)),
	NANO("self_test_success_timestamp_seconds",
	     "When a self-test passed last", AT(self_test_ok_ns), ON(since)),

	SECONDS("bpf_run_seconds_total",
		"CPU time of the kernel side, as the kernel tells it",
		AT(bpf_ns), ON(time)),
	COUNTER("bpf_runs_total", "Runs of its programs", AT(bpf_runs),
		ON(runs)),
	SECONDS("process_cpu_seconds_total", "CPU time of the tool's processes",
		AT(cpu_ns), ON(time)),
	NANO("load_ratio", "CPU time a second, of both, at the last look",
	     AT(load), ON(load)),
	NANO("load_limit_ratio", "The most that it may be, 0: no limit",
	     AT(load_limit), ON(load)),
	STATE("budget_state", "What that limit has led to", budget, AT(budget),
	      ON(budget)),
	GAUGE("kernel_memory_bytes", "Memory of maps and programs",
	      AT(kernel_bytes), ON(memory)),
	GAUGE("resident_memory_bytes", "Resident memory of the tool",
	      AT(rss_bytes), ON(memory)),

	STATE("store_state", "If findings can be stored, and why not", store,
	      AT(store), ON(store)),
	GAUGE("store_size_bytes", "Size of the store with its log",
	      AT(store_bytes), ON(size)),
	GAUGE("store_findings", "Findings in the store", AT(store_findings),
	      ON(stored)),
	NANO("store_oldest_timestamp_seconds",
	     "When the oldest finding in the store was observed, 0: none",
	     AT(store_oldest_ns), ON(oldest)),
	COUNTER("store_failures_total", "Findings that could not be stored",
		AT(store_failures), ON(not_told)),
	COUNTER("journal_left_out_total",
		"Messages left out of the journal, since too many came",
		AT(journal_left_out), ON(not_told)),
	{ 0 },
};
