// SPDX-License-Identifier: GPL-2.0
/* daemon_tick.c - see daemon_tick.h. */
#include <inttypes.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon_tick.h"
#include "notify.h"
#include "now.h"
#include "rhythm.h"

#define NS_PER_S 1000000000ULL
#define NS_PER_MIN (60 * NS_PER_S)
#define MIB (1ULL << 20)

/* Sums are looked at so often while nothing happens, and at most so often. */
#define LOOK_NS RHYTHM_IDLE_NS
#define LOOK_AT_MOST_NS NS_PER_S

void daemon_armed(struct daemon *d)
{
	uint64_t now = now_ns();

	budget_armed(&d->budget, now);
	d->look_ns = now;
	d->export_ns = now;
	d->self_test.due_ns = now;
}

/* ---- sums ------------------------------------------------------------- */

static void say_state(const struct daemon *d)
{
	const struct summary *s = &d->keeper.sums;

	notify("STATUS=%s: %" PRIu64 " lost in %" PRIu64
	       " pages written back%s",
	       d->config.guard ? "guard" : "watch", summary_losses(s),
	       s->counters[COUNT_written],
	       d->keeper.trouble == STORE_none ? "" : "; degraded");
}

static uint64_t own_cpu_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void set_budget_metrics(struct daemon *d)
{
	static const enum metrics_budget words[BUDGET_STATE_MAX] = {
		[BUDGET_OK] = METRICS_BUDGET_ok,
		[BUDGET_OVER] = METRICS_BUDGET_ok,
		[BUDGET_PAUSED] = METRICS_BUDGET_backed_off,
		[BUDGET_DETACHED] = METRICS_BUDGET_detached,
	};
	struct metrics *m = &d->keeper.metrics;

	m->budget = words[d->budget.state];
	m->load = (uint64_t)(d->budget.cpu_ratio * 1e9);
	m->load_limit = (uint64_t)d->config.cpu_percent * 10000000;
	m->bpf_ns = d->keeper.cost.run_ns;
	m->bpf_runs = d->keeper.cost.runs;
	m->cpu_ns = d->keeper.cost.cpu_ns + own_cpu_ns();
	m->kernel_bytes = d->keeper.cost.kernel_bytes;
}

/* Once a minute, and when something has happened. */
static int look(struct daemon *d, const struct watch *w, uint64_t now)
{
	struct summary sums;
	int err;

	if (now < d->look_ns)
		return 0;
	d->look_ns = rhythm_beat(now, LOOK_NS);
	err = watch_sums(w, &sums);
	if (err)
		return err;
	sums.kernel_bytes = d->keeper.cost.kernel_bytes;
	sums.rss_bytes = d->keeper.cost.rss_bytes;
	keeper_look(&d->keeper, &sums, watch_blindness(w), !watch_withholds(w));
	set_budget_metrics(d);
	say_state(d);
	status_file_write(d);
	return 0;
}

static void export_metrics(struct daemon *d, uint64_t now)
{
	if (now < d->export_ns)
		return;
	d->export_ns = rhythm_beat(now, d->config.metrics_s * NS_PER_S);
	keeper_export(&d->keeper, &d->config);
}

/* Something happened: who asks for the status now shall see it. */
static void look_soon(struct daemon *d, uint64_t now)
{
	if (d->look_ns > now + LOOK_AT_MOST_NS)
		d->look_ns = now + LOOK_AT_MOST_NS;
	if (d->export_ns > now + LOOK_AT_MOST_NS)
		d->export_ns = now + LOOK_AT_MOST_NS;
}

/* ---- budget ----------------------------------------------------------- */

static struct budget_spent spent(const struct daemon *d)
{
	const struct tracer_cost *c = &d->keeper.cost;

	return (struct budget_spent){
		.hooks_ns = c->run_ns,
		.cpu_ns = c->cpu_ns + own_cpu_ns(),
		.bytes = c->kernel_bytes + c->rss_bytes,
	};
}

static struct budget_limits limits(const struct config *c)
{
	return (struct budget_limits){
		.cpu_percent = c->cpu_percent,
		.bytes = c->memory_mib * MIB,
		.every_ns = c->sample_min * NS_PER_MIN,
		.pause_ns = c->pause_min * NS_PER_MIN,
		.pauses = c->pauses,
	};
}

/* Returns true if the hooks are to go. A self-test times them, too. */
static bool sample(struct daemon *d, uint64_t now)
{
	const struct budget_limits l = limits(&d->config);
	bool ends = d->budget.began_ns;
	struct budget_spent s;

	if (!budget_due(&d->budget, now) || (!ends && d->self_test.pid))
		return false;
	tracer_remote_cost(d->tracer, !ends || d->self_test.pid,
			   &d->keeper.cost);
	s = spent(d);
	look_soon(d, now);
	if (ends)
		return budget_end(&d->budget, &l, &s, now);
	budget_begin(&d->budget, &s, now);
	return false;
}

void daemon_say_off(struct daemon *d)
{
	bool for_good = d->budget.state == BUDGET_DETACHED;

	journal_say(
		&d->keeper.journal,
		for_good ? JOURNAL_detached : JOURNAL_backed_off,
		"the watch took %.1f %% of a processor and %.0f MiB, allowed are %u %% and %u MiB: nothing is watched %s%s",
		d->budget.cpu_ratio * 100, (double)d->budget.bytes / MIB,
		d->config.cpu_percent, d->config.memory_mib,
		for_good ? "until the service is started again" : "for ",
		for_good ? "" : "a while");
	set_budget_metrics(d);
	notify("STATUS=nothing is watched: over its budget");
	keeper_export(&d->keeper, &d->config);
	status_file_write(d);
}

/* ---- self-test -------------------------------------------------------- */

static void note_self_test(struct daemon *d)
{
	struct metrics *m = &d->keeper.metrics;
	const struct self_test *t = &d->self_test;

	m->self_test_runs++;
	m->self_test_ns = (uint64_t)wall_ns();
	m->self_test_failures += t->result == SELF_TEST_FAILED;
	m->self_test = t->result == SELF_TEST_PASSED ? METRICS_SELF_TEST_passed
		       : t->result == SELF_TEST_FAILED
			       ? METRICS_SELF_TEST_failed
			       : METRICS_SELF_TEST_never;
	if (t->result == SELF_TEST_PASSED)
		m->self_test_ok_ns = m->self_test_ns;
}

static void self_test(struct daemon *d, uint64_t now)
{
	enum self_test_result was = d->self_test.result;
	struct self_test *t = &d->self_test;

	/* A sample ends before, and is not cut short. */
	if (d->budget.began_ns && !t->pid)
		return;
	if (!self_test_tick(t, d->config.self_test,
			    d->config.self_test_min * NS_PER_MIN, d->tracer,
			    now))
		return;
	note_self_test(d);
	look_soon(d, now);
	if (t->result == SELF_TEST_FAILED ||
	    (t->result == SELF_TEST_IMPOSSIBLE && was != t->result))
		journal_say(&d->keeper.journal, JOURNAL_self_test_failed,
			    "the self-test %s: %s",
			    t->result == SELF_TEST_FAILED ? "failed"
							  : "is not possible",
			    t->why);
	else if (was != SELF_TEST_NONE && was != t->result)
		journal_say(&d->keeper.journal, JOURNAL_self_test_passed,
			    "the self-test passes again");
}

/* ---- settings --------------------------------------------------------- */

/* Only what needs no other hooks: coverage has no gap. */
static void take_over(struct daemon *d, struct config *now)
{
	config_take(&d->config, now);
	d->options.limit = d->config.limit;
	report_limit(&d->keeper.report, d->config.limit);
	store_keep(d->keeper.store, d->config.keep_days, d->config.keep_mib);
}

static void reload(struct daemon *d)
{
	char fixed[512];
	struct config now;

	notify("RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
	       (uint64_t)now_ns() / 1000);
	if (config_read(d->path, &now)) {
		journal_say(
			&d->keeper.journal, JOURNAL_problem,
			"the settings have mistakes, see before; those from before stay");
	} else if (config_fixed_changes(&d->config, &now, fixed,
					sizeof(fixed))) {
		take_over(d, &now);
		journal_say(
			&d->keeper.journal, JOURNAL_reloaded,
			"the settings were read; with the next start only: %s",
			fixed);
	} else {
		take_over(d, &now);
		journal_say(&d->keeper.journal, JOURNAL_reloaded,
			    "the settings were read");
	}
	config_free(&now);
	d->self_test.due_ns = now_ns();
	notify("READY=1");
}

static void take_signals(struct daemon *d)
{
	struct signalfd_siginfo info;
	bool any = false;

	while (read(d->signals, &info, sizeof(info)) == sizeof(info))
		any = true;
	if (any)
		reload(d);
}

/* ---- tick ------------------------------------------------------------- */

/* Only who has the records on their way, and the store, is alive. */
static void feed_watchdog(struct daemon *d, uint64_t now)
{
	if (!d->watchdog_ns || now < d->fed_ns + d->watchdog_ns / 4)
		return;
	d->fed_ns = now;
	notify("WATCHDOG=1");
}

static void say_ready(struct daemon *d)
{
	if (d->armed_once)
		return;
	d->armed_once = true;
	notify("READY=1");
}

int daemon_tick(struct daemon *d, const struct watch *w)
{
	bool news = d->keeper.told_count;
	uint64_t now;
	int err;

	keeper_settle(&d->keeper);
	now = now_ns();
	if (news)
		look_soon(d, now);
	say_ready(d);
	take_signals(d);
	self_test(d, now);
	d->off = sample(d, now);
	if (d->off)
		return 1;
	err = look(d, w, now);
	export_metrics(d, now);
	if (!err)
		feed_watchdog(d, now);
	return err;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

uint64_t daemon_due(const struct daemon *d)
{
	uint64_t due = sooner(d->look_ns, d->budget.due_ns);

	if (*d->config.metrics)
		due = sooner(due, d->export_ns);
	if (d->config.self_test_min && *d->config.self_test)
		due = sooner(due, self_test_due(&d->self_test));
	if (d->watchdog_ns)
		due = sooner(due, d->fed_ns + d->watchdog_ns / 2);
	return due;
}

void daemon_rest(struct daemon *d)
{
	uint64_t now = now_ns();

	keeper_settle(&d->keeper);
	take_signals(d);
	export_metrics(d, now);
	feed_watchdog(d, now);
}
