// SPDX-License-Identifier: GPL-2.0
/* keeper.c - see keeper.h. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot.h"
#include "keeper.h"
#include "log.h"
#include "now.h"
#include "vmstat.h"

#define NS_PER_S 1000000000LL
#define JSON_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
/* A kind of blindness that only the store knows: nobody watched, on purpose. */
#define BLIND_PAUSED "paused"
/* The same: findings beyond the limit were counted, and are not there. */
#define BLIND_LIMIT "limit"

static struct keeper *keeper_of(struct report *r)
{
	return (struct keeper *)(void *)r;
}

/* By the clock as it is now: it may have been set, the machine suspended. */
static int64_t wall_of(const struct keeper *k, uint64_t ns)
{
	return (int64_t)ns + k->report.start.wall_ns;
}

static void set_clock(struct keeper *k)
{
	k->report.start.wall_ns = wall_ns() - (int64_t)now_ns();
	k->metrics.wall_ns = k->report.start.wall_ns;
}

/* ---- a watch begins --------------------------------------------------- */

static int on_start(struct report *r, const struct report_start_info *info)
{
	struct keeper *k = keeper_of(r);
	char boot[BOOT_ID_LEN], host[256] = "unknown";
	struct store_run run = {
		.boot = boot,
		.host = host,
		.version = info->version,
		.kernel = info->kernel,
		.srcversion = info->srcversion,
		.mount = info->mount,
		.mode = k->guard ? "guard" : "watch",
	};
	int err;

	boot_id(boot, sizeof(boot));
	gethostname(host, sizeof(host) - 1);
	set_clock(k);
	k->armed_ns = info->ns;
	k->written_before = vmstat_written();
	run.begin_ns = wall_of(k, info->ns);
	k->metrics.armed = 1;
	k->metrics.mode = k->guard ? METRICS_MODE_guard : METRICS_MODE_watch;
	k->metrics.armed_ns = (uint64_t)run.begin_ns;
	k->metrics.covered_ns = (uint64_t)run.begin_ns;
	keeper_filesystems(k);
	err = store_run_begin(k->store, &run);
	if (err)
		return err;
	journal_say(&k->journal, JOURNAL_armed, "%s is armed on %s%s%s",
		    k->guard ? "the guard" : "the watch",
		    info->mount ? "the filesystem of " : "all filesystems",
		    info->mount ? info->mount : "",
		    info->unseen ? "; it does not see everything, see status"
				 : "");
	return 0;
}

/* ---- findings --------------------------------------------------------- */

/*
 * What a person acts on has a row; how a window with a row ended changes it.
 * The rest is in the counters: near misses can be thousands a second.
 */
static bool is_stored(const struct finding *f)
{
	switch (f->class) {
	case FINDING_LOST:
	case FINDING_EVICTED:
	case FINDING_STRANDED:
	case FINDING_STALE_READ:
	case FINDING_UNEXPLAINED:
		return true;
	default:
		return f->was_stranded;
	}
}

static void tell_journal(struct keeper *k)
{
	for (unsigned int i = 0; i < k->told_count; i++) {
		journal_finding(&k->journal, k->told[i], &k->report);
		free(k->told[i]);
	}
	k->told_count = 0;
}

static void say_trouble(struct keeper *k)
{
	struct store_status s;

	store_status(k->store, &s);
	if (s.trouble == k->trouble)
		return;
	k->trouble = s.trouble;
	if (s.trouble == STORE_none)
		journal_say(&k->journal, JOURNAL_recovered,
			    "findings are stored again");
	else
		journal_say(
			&k->journal, JOURNAL_degraded,
			"findings cannot be stored: %s (%s); they go to the journal, and wait",
			store_trouble_text(s.trouble), strerror(-s.err));
}

void keeper_settle(struct keeper *k)
{
	set_clock(k);
	store_commit(k->store);
	say_trouble(k);
	tell_journal(k);
	journal_tick(&k->journal);
}

static int store_it(struct keeper *k, const struct finding *f)
{
	struct json_object *o = report_finding_object(&k->report, f);
	int err = -ENOMEM;

	if (o)
		err = store_finding(
			k->store, f, wall_of(k, f->ns),
			json_object_to_json_string_ext(o, JSON_FLAGS));
	json_object_put(o);
	return err;
}

/* The journal gets it when the store has it, or cannot have it. */
static int tell_later(struct keeper *k, const struct finding *f)
{
	struct finding *copy = malloc(sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, f, sizeof(*copy));
	k->told[k->told_count++] = copy;
	if (k->told_count == KEEPER_TOLD_MAX)
		keeper_settle(k);
	return 0;
}

/* That the store is in trouble is no error of the watch. */
static int on_finding(struct report *r, const struct finding *f)
{
	struct keeper *k = keeper_of(r);
	int err;

	k->findings[f->class]++;
	metrics_finding(&k->metrics, f);
	if (!is_stored(f))
		return 0;
	err = store_it(k, f);
	if (err == -ENOMEM)
		return err;
	return tell_later(k, f);
}

static int on_left(struct report *r, const struct left_out *left)
{
	struct keeper *k = keeper_of(r);
	int64_t now = wall_ns();

	journal_say(
		&k->journal, JOURNAL_left_out,
		"%llu findings beyond the limit in a second were counted, and are not stored",
		(unsigned long long)left->total);
	store_blind(k->store, BLIND_LIMIT, left->total, now - NS_PER_S, now,
		    false);
	return 0;
}

static int on_heal(struct report *r, const struct heal_note *note)
{
	journal_heal(&keeper_of(r)->journal, note);
	return 0;
}

static int on_blind(struct report *r, const struct blind_info *info)
{
	struct keeper *k = keeper_of(r);

	store_blind(k->store, info->kind, info->count,
		    wall_of(k, info->first_ns), wall_of(k, info->last_ns),
		    info->open);
	/* The store first, as with findings. */
	keeper_settle(k);
	journal_blind(&k->journal, info);
	return 0;
}

void keeper_unnamed(struct keeper *k)
{
	k->report.start.symbol = NULL;
	k->report.start.symbol_arg = NULL;
}

void keeper_paused(struct keeper *k, int64_t from_ns)
{
	store_blind(k->store, BLIND_PAUSED, 1, from_ns, wall_ns(), false);
}

/* ---- sums ------------------------------------------------------------- */

/* NULL: no memory; to be json_object_put(). */
static struct json_object *counters_object(const struct summary *s)
{
	struct json_object *o = json_object_new_object();

	for (int i = 0; o && i < COUNT_MAX; i++)
		json_object_object_add(o, report_counters[i].name,
				       json_object_new_uint64(s->counters[i]));
	return o;
}

static void beat(struct keeper *k, const struct summary *s)
{
	struct json_object *o = counters_object(s);

	if (o)
		store_beat(k->store, wall_ns(),
			   json_object_to_json_string_ext(o, JSON_FLAGS));
	json_object_put(o);
}

static void take_sums(struct keeper *k, const struct summary *s)
{
	set_clock(k);
	k->sums = *s;
	k->sums.intervals = NULL;
	metrics_summary(&k->metrics, s);
}

void keeper_look(struct keeper *k, const struct summary *s,
		 const struct blindness *b, bool told)
{
	take_sums(k, s);
	metrics_blindness(&k->metrics, b);
	keeper_filesystems(k);
	if (told)
		beat(k, s);
	store_tidy(k->store, wall_ns());
}

static int on_summary(struct report *r, const struct summary *s)
{
	struct keeper *k = keeper_of(r);

	take_sums(k, s);
	k->metrics.armed = 0;
	k->metrics.mode = METRICS_MODE_off;
	k->armed_ns = 0;
	beat(k, s);
	store_run_end(k->store, wall_ns(), s->exit_code);
	keeper_settle(k);
	journal_say(&k->journal, JOURNAL_stopped,
		    "the watch has ended: %" PRIu64 " lost in %" PRIu64
		    " pages written back, %s",
		    summary_losses(s), s->counters[COUNT_written],
		    summary_verdict(s));
	return 0;
}

/* ---- open, close ------------------------------------------------------ */

static const struct report_ops ops = {
	.start = on_start,
	.finding = on_finding,
	.blind = on_blind,
	.summary = on_summary,
	.heal = on_heal,
	.left = on_left,
};

/* What is wrong, and what to do about it. */
static int refuse(const char *path, int err)
{
	static const struct {
		int err;
		const char *text;
	} reasons[] = {
		{ -EBUSY,
		  "another daemon writes it: end that one, or name another as [store] file" },
		{ -ENOTSUP,
		  "it was made by a newer version: upgrade this one" },
		{ -EBADMSG, "it is no store: move it away" },
		{ -EPERM,
		  "others may write to it: 'chown root' and 'chmod 600' it" },
		{ -ELOOP, "it is a symbolic link: name what it leads to" },
	};

	for (unsigned int i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].err == err) {
			complain("the store '%s': %s", path, reasons[i].text);
			return EXIT_NO_ANSWER;
		}
	complain("cannot open the store '%s': %s", path, strerror(-err));
	return EXIT_NO_ANSWER;
}

int keeper_open(struct keeper *k, const struct config *c)
{
	const struct store_options store = { .path = c->store,
					     .keep_days = c->keep_days,
					     .keep_mib = c->keep_mib,
					     .later = true };
	struct utsname kernel;
	int err;

	memset(k, 0, sizeof(*k));
	k->report.ops = &ops;
	k->mount = *c->mount ? c->mount : NULL;
	k->guard = c->guard;
	journal_open(&k->journal, JOURNAL_AUTO);
	metrics_init(&k->metrics, VERSION,
		     uname(&kernel) ? "unknown" : kernel.release);
	k->metrics.start_ns = (uint64_t)wall_ns();
	k->metrics.rescue_on = *c->rescue != '\0';
	k->metrics.heal_on = c->heal;
	err = store_open(&store, &k->store);
	if (err)
		return refuse(c->store, err);
	say_trouble(k);
	return 0;
}

void keeper_close(struct keeper *k)
{
	if (!k->store)
		return;
	keeper_settle(k);
	journal_flush(&k->journal);
	store_close(k->store);
	k->store = NULL;
}
