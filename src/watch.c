// SPDX-License-Identifier: GPL-2.0
/* watch.c - the verb `watch`; the path of a record is watch_on_record(). */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "footprint.h"
#include "log.h"
#include "now.h"
#include "record_verb.h"
#include "signals.h"
#include "watch_say.h"
#include "watch_state.h"

/*
 * In a storm, what nobody is told of needs no names: that is time in which the
 * ring is not emptied. What opens a window hands them on.
 */
static bool needs_names(const struct watch *w, const struct finding *f)
{
	return w->rescuer || f->class == FINDING_STRANDED ||
	       f->class == FINDING_PENDING || !report_leaves_out(w->report, f);
}

static int tell(struct watch *w, const struct record *record, struct finding *f)
{
	recorder_raw(w->recorder, record,
		     offsetof(struct record, path) + record->path_len);
	rescuer_finding(w->rescuer, &w->help, record, f);
	healer_finding(w->healer, f, rescuer_bytes(w->rescuer, record));
	return report_finding(w->report, f);
}

/* `e` may be NULL. */
static int tell_waiting(struct watch *w, struct waiting *e)
{
	int err = e ? tell(w, &e->record, &e->finding) : 0;

	free(e);
	return err;
}

/* Those whose time has come, or all: there is no other time. */
static int tell_those(struct watch *w, bool last)
{
	struct waiting *e;
	int err = 0;

	while (!err &&
	       (e = rescue_waits_next(&w->waits, w->rescuer, now_ns(), last)))
		err = tell_waiting(w, e);
	return err;
}

/* Raw bytes become a record, a finding, a finding with names, a line. */
int watch_on_record(void *arg, const void *data, size_t size)
{
	struct watch *w = arg;
	struct finding finding;
	struct record record;
	__u64 now;
	int err;

	if (decode_record(data, size, &record)) {
		w->evidence.malformed++;
		return recorder_malformed(w->recorder, data, size);
	}
	if (!w->first_ns)
		w->first_ns = record.ns;
	finding_from_record(&record, &finding);
	if (healer_holds(w->healer, &finding, data, size))
		return 0;
	/* A name that cannot be found stays unknown; the finding goes on. */
	if (needs_names(w, &finding) && resolve_finding(w->resolver, &finding))
		finding.complete = false;
	now = now_ns();
	follow_finding(&w->follow, w->tracer, &finding, now);
	err = findings_note(w->findings, &finding);
	/* Not for who only read the page: its content has time. */
	if (!err && record.kind == RECORD_FINDING)
		err = tell_waiting(w, rescue_waits_of(&w->waits, finding.id));
	if (err || rescue_waits_take(&w->waits, w->rescuer, &w->help, &record,
				     &finding, now))
		return err;
	return tell(w, &record, &finding);
}

static struct heal_help heal_help(struct watch *w)
{
	return (struct heal_help){ w->resolver, resolve_dir, w->report,
				   watch_on_record, w };
}

int watch_on_content(void *arg, const void *data, size_t size)
{
	rescuer_content(((const struct watch *)arg)->rescuer, data, size);
	return 0;
}

/* ---- run ------------------------------------------------------------ */

/* The second look at suspect pages, and at the evidence itself. */
static int look_again(struct watch *w)
{
	__u64 now = now_ns();
	bool busy;
	int err = 0;

	follow_tick(&w->follow, w->tracer, now);
	tracer_calm(w->tracer);
	busy = tracer_busy(w->tracer);
	if (busy)
		err = tracer_sweep(w->tracer);
	if (!err)
		err = evidence_look(&w->evidence, w->tracer);
	rescuer_look(w->rescuer, &w->help, false);
	rhythm_looked(&w->rhythm,
		      busy || follow_busy(&w->follow) ||
			      rescuer_busy(w->rescuer) || watch_withholds(w) ||
			      healer_busy(w->healer),
		      blindness_due(&w->evidence.blindness), now);
	return err;
}

/* What there is to do after a sleep, which was cut short if `woken`. */
static int wake_up(struct watch *w, bool woken, bool switched)
{
	const struct heal_help help = heal_help(w);
	__u64 now = now_ns();
	int err;

	w->first_ns = 0;
	if (woken)
		rhythm_stir(&w->rhythm, now);
	if (switched)
		rhythm_hurry(&w->rhythm, now);
	/* Who waits comes first; contents that it takes may bring records. */
	err = tell_those(w, false);
	if (!err)
		err = tracer_poll(w->tracer);
	if (!err)
		err = healer_tick(w->healer, &help, now);
	if (err)
		return err;
	if (healer_done(w->healer))
		rhythm_hurry(&w->rhythm, now);
	if (!watch_withholds(w))
		evidence_told(&w->evidence, now);
	evidence_rested(&w->evidence, w->first_ns ? w->first_ns : now);
	err = report_tick(w->report, now);
	if (err)
		return err;
	/* To print them may have taken long. */
	return now_ns() >= w->rhythm.look_ns ? look_again(w) : 0;
}

struct tracer *watch_tracer(const struct watch *w)
{
	return w->tracer;
}

const struct blindness *watch_blindness(const struct watch *w)
{
	return &w->evidence.blindness;
}

bool watch_withholds(const struct watch *w)
{
	return rescue_waits_any(&w->waits);
}

int watch_sums(const struct watch *w, struct summary *s)
{
	int err;

	memset(s, 0, sizeof(*s));
	err = tracer_totals(w->tracer, s->counters, s->blind,
			    &s->open_stranded);
	blindness_spans(&w->evidence.blindness, s->blind);
	rescuer_sums(w->rescuer, w->waits.counts[FINDING_LOST], s);
	healer_sums(w->healer, s);
	s->seconds = (double)(now_ns() - w->start_ns) / 1e9;
	s->exit_code = summary_exit_code(s);
	return err;
}

static int host_tick(const struct watch *w)
{
	return w->host ? w->host->tick(w->host->arg, w) : 0;
}

/* When to wake at the latest, if nothing happens. 0: no such time. */
static __u64 wake_at(const struct watch *w, __u64 end)
{
	__u64 due = w->host ? w->host->due(w->host->arg) : 0;

	return !end || (due && due < end) ? due : end;
}

/*
 * Hand records on until a signal, the end of the time, a failed write, or a
 * host's wish.
 */
static int run(struct watch *w)
{
	struct pollfd fds[] = {
		{ .fd = w->signals, .events = POLLIN },
		{ .fd = tracer_fd(w->tracer), .events = POLLIN },
		{ .fd = w->evidence.hook_switch.inotify, .events = POLLIN },
		{ .fd = w->evidence.probe_switch.inotify, .events = POLLIN },
		{ .events = POLLIN }, /* the healer's, if it has one */
		{ .fd = w->host ? w->host->fd : -1, .events = POLLIN },
	};
	__u64 length = (__u64)(w->options.duration * 1e9);
	__u64 end = length ? w->start_ns + length : 0;
	int err = 0;

	rhythm_begin(&w->rhythm, now_ns());
	while (!err && !(fds[0].revents & POLLIN) && (!end || now_ns() < end)) {
		int n;

		fds[4].fd = healer_fd(w->healer);
		n = poll(fds, sizeof(fds) / sizeof(fds[0]),
			 rhythm_wait(&w->rhythm, wake_at(w, end), now_ns()));
		if (n < 0 && errno != EINTR)
			return -errno;
		err = wake_up(w, n > 0,
			      (fds[2].revents | fds[3].revents) & POLLIN);
		if (!err)
			err = host_tick(w);
	}
	return err > 0 ? 0 : err;
}

/* ---- end ------------------------------------------------------------ */

/* The last look, the last records, the sums. */
static int finish(struct watch *w, struct summary *s)
{
	const struct heal_help help = heal_help(w);
	int err;

	rescuer_last(w->rescuer, now_ns());
	err = tell_those(w, true);
	if (!err)
		err = healer_end(w->healer, &help);
	s->kernel_bytes = footprint_kernel();
	s->rss_bytes = footprint_process();
	if (!err && tracer_busy(w->tracer))
		err = tracer_sweep(w->tracer);
	tracer_stop(w->tracer);
	if (!err)
		err = tracer_poll(w->tracer);
	if (!err)
		err = tell_those(w, true);
	if (!err)
		err = tracer_totals(w->tracer, s->counters, s->blind,
				    &s->open_stranded);
	if (!err)
		err = evidence_finish(&w->evidence, s);
	rescuer_look(w->rescuer, &w->help, true);
	rescuer_sums(w->rescuer, 0, s);
	healer_sums(w->healer, s);
	s->seconds = (double)(now_ns() - w->start_ns) / 1e9;
	s->exit_code = summary_exit_code(s);
	return err ? err : report_summary(w->report, s);
}

static int watch(struct watch *w)
{
	struct summary summary = { 0 };
	int code, err;

	code = watch_start(w);
	if (code)
		return code;
	if (tracer_unseen(w->tracer))
		complain("with these hooks nobody sees %s",
			 tracer_unseen(w->tracer));
	if (w->options.verbose)
		watch_say_hooks(w->tracer);
	evidence_note(&w->evidence, &w->options);
	err = watch_open_report(w);
	if (!err)
		err = evidence_begin(&w->evidence);
	if (!err)
		err = run(w);
	if (!err)
		err = finish(w, &summary);
	else
		tell_those(w, true); /* whatever it was: they were seen */
	evidence_end(&w->evidence, !err);
	if (!err)
		return summary.exit_code;
	watch_say_error(err, w->keep);
	return EXIT_NO_ANSWER;
}

int watch_run(const struct options *options, struct recording_writer *keep,
	      const struct watch_host *host)
{
	struct watch w = { .options = *options, .keep = keep, .host = host };
	int code;

	log_libbpf(w.options.verbose);
	w.signals = signals_open(signals_end);
	code = watch(&w);
	watch_free(&w);
	return code;
}

int watch_main(int argc, char **argv)
{
	struct options options = OPTIONS_DEFAULT;

	if (options_parse(argc, argv, &options))
		return EXIT_USAGE;
	return watch_run(&options, NULL, NULL);
}
