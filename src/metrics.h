/* SPDX-License-Identifier: GPL-2.0 */
/*
 * metrics.h - what is counted for Prometheus, and the one table of it: the
 * exporter's text, the dashboard and the test of the man page are made from it.
 *
 * Label sets are closed: the only one that grows is that of filesystems, and
 * it has an end. No path, no name of a task, no pid is ever a label.
 */
#ifndef DIRTYWATCH_METRICS_H
#define DIRTYWATCH_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "blindness.h"
#include "finding.h"
#include "report.h"

#define METRICS_PATH "/var/lib/prometheus/node-exporter/btrfs-dirtywatch.prom"

/* Filesystems with series of their own; those beyond share one, "other". */
#define METRICS_FS_MAX 64

/* How it watches. */
#define METRICS_MODES(X)                                                       \
	X(off)                                                                 \
	X(guard)                                                               \
	X(watch)

/* What the budget of CPU time has led to. */
#define METRICS_BUDGETS(X)                                                     \
	X(ok)                                                                  \
	X(backed_off)                                                          \
	X(detached)

/* Can findings be stored? */
#define METRICS_STORES(X)                                                      \
	X(ok)                                                                  \
	X(full)                                                                \
	X(locked)                                                              \
	X(corrupt)                                                             \
	X(read_only)                                                           \
	X(failed)

/* What the last self-test showed. */
#define METRICS_SELF_TESTS(X)                                                  \
	X(never)                                                               \
	X(passed)                                                              \
	X(failed)

#define X(name) METRICS_MODE_##name,
enum metrics_mode { METRICS_MODES(X) METRICS_MODE_MAX };
#undef X
#define X(name) METRICS_BUDGET_##name,
enum metrics_budget { METRICS_BUDGETS(X) METRICS_BUDGET_MAX };
#undef X
#define X(name) METRICS_STORE_##name,
enum metrics_store { METRICS_STORES(X) METRICS_STORE_MAX };
#undef X
#define X(name) METRICS_SELF_TEST_##name,
enum metrics_self_test { METRICS_SELF_TESTS(X) METRICS_SELF_TEST_MAX };
#undef X

struct metrics_fs {
	char uuid[FINDING_UUID_LEN];
	uint64_t findings[FINDING_CLASS_MAX];
	uint64_t lost_bytes;	/* bound of what was lost */
	uint64_t evicted_bytes; /* the same of inodes evicted dirty */
	uint64_t last_loss_ns;	/* of both; 0: never */
};

/*
 * Every value is a uint64_t, which the table finds by its offset. Times are ns
 * of CLOCK_REALTIME, 0: never; ratios are billionths; enums are their index.
 * The owner fills in what no function below does, at any time.
 */
struct metrics {
	char version[64];
	char kernel[64];
	int64_t wall_ns; /* CLOCK_REALTIME less CLOCK_MONOTONIC, of now */

	uint64_t armed; /* 1: every hook that is needed is attached */
	uint64_t mode;	/* enum metrics_mode */
	uint64_t start_ns;
	uint64_t armed_ns;   /* since when */
	uint64_t covered_ns; /* since when nothing is missing */
	uint64_t updated_ns; /* set by metrics_write() */

	uint64_t counters[COUNT_MAX];
	uint64_t open_stranded;
	uint64_t blind_count[BLIND_MAX];
	uint64_t blind_ns[BLIND_MAX];	/* length of all intervals */
	uint64_t blind_open[BLIND_MAX]; /* 1: one goes on */

	uint64_t rescue_on;
	uint64_t rescue[RESCUE_MAX];
	uint64_t heal_on;
	uint64_t heal[HEAL_MAX];

	uint64_t self_test; /* enum metrics_self_test */
	uint64_t self_test_runs;
	uint64_t self_test_failures;
	uint64_t self_test_ns;	  /* the last one */
	uint64_t self_test_ok_ns; /* the last that passed */

	uint64_t bpf_ns;       /* run time of the kernel side */
	uint64_t bpf_runs;     /* of its programs */
	uint64_t cpu_ns;       /* of this tool's processes */
	uint64_t load;	       /* billionths of one CPU, both together */
	uint64_t load_limit;   /* the budget, 0: none */
	uint64_t budget;       /* enum metrics_budget */
	uint64_t kernel_bytes; /* of maps and programs */
	uint64_t rss_bytes;

	uint64_t store; /* enum metrics_store */
	uint64_t store_bytes;
	uint64_t store_findings;
	uint64_t store_oldest_ns;
	uint64_t store_failures;   /* findings that could not be stored */
	uint64_t journal_left_out; /* messages, see journal.h */

	/* The last is that of all beyond. Sorted by nothing. */
	struct metrics_fs fs[METRICS_FS_MAX + 1];
	uint64_t fs_count;
};

/* All zero, but for the names; the strings are cut if they are too long. */
void metrics_init(struct metrics *m, const char *version, const char *kernel);

/*
 * The series of a filesystem, made if there are none yet: call it for those
 * that are mounted, so that their first loss is an increase of something. An
 * empty uuid is "unknown". Never NULL.
 */
struct metrics_fs *metrics_fs(struct metrics *m, const char *uuid);

/* Counts a finding; m->wall_ns makes a time of its ns. */
void metrics_finding(struct metrics *m, const struct finding *f);

/* Counters, blindness, rescue, heal and memory as in a summary. */
void metrics_summary(struct metrics *m, const struct summary *s);

/*
 * How blind it was and is, without a summary; m->covered_ns is moved to the end
 * of the last interval, if that is later.
 */
void metrics_blindness(struct metrics *m, const struct blindness *b);

/* Writes all of it in the text format 0.0.4. Returns 0 or -EIO. */
int metrics_print(FILE *out, const struct metrics *m);

/*
 * The same into a file that readers see whole or not at all, mode 0644: under
 * PATH.tmp first, which nobody reads as it does not end in .prom. Sets
 * m->updated_ns. Returns 0 or the negative errno; the file stays as it was.
 */
int metrics_write(const char *path, struct metrics *m);

/* ---- the table --------------------------------------------------------- */

enum metric_type {
	METRIC_COUNTER,
	METRIC_GAUGE,
};

enum metric_unit {
	METRIC_NUMBER,
	METRIC_NANO,  /* kept in billionths, printed as a fraction */
	METRIC_STATE, /* the one word of its label that is 1, others are 0 */
	METRIC_INFO,  /* always 1; its labels say it */
};

/* A label, and the closed set of its words. */
struct metric_label {
	const char *name;
	unsigned int first; /* the index of the first word that is used */
	unsigned int (*count)(const struct metrics *m);
	const char *(*word)(const struct metrics *m, unsigned int i);
};

/* What is green on a panel. */
enum metric_good {
	METRIC_ANY_GOOD,
	METRIC_ZERO_GOOD,
	METRIC_ONE_GOOD,
};

/* A panel of the dashboard; packaging/dashboard.c draws it. */
struct metric_panel {
	const char *row; /* under which heading */
	const char *title;
	const char *type; /* Grafana's */
	const char *unit; /* Grafana's */
	enum metric_good good;
};

struct metric {
	const char *name; /* behind METRICS_PREFIX */
	const char *help;
	enum metric_type type;
	enum metric_unit unit;
	size_t offset; /* in struct metrics */
	const struct metric_label *label[2];
	size_t stride[2]; /* from one word of the label to the next */
	const struct metric_panel *panel;
};

#define METRICS_PREFIX "btrfs_dirtywatch_"

/* Ends in one without a name. */
extern const struct metric metrics_table[];

#endif
