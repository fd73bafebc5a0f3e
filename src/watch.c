// SPDX-License-Identifier: GPL-2.0
/* watch.c - the verb `watch`; the path of a record is on_record(). */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "decode.h"
#include "evidence.h"
#include "facts.h"
#include "finding.h"
#include "follow.h"
#include "footprint.h"
#include "heal.h"
#include "heal_helper.h"
#include "log.h"
#include "now.h"
#include "options.h"
#include "preflight.h"
#include "process.h"
#include "record_verb.h"
#include "recorder.h"
#include "report.h"
#include "rescue.h"
#include "resolve.h"
#include "rhythm.h"
#include "signals.h"
#include "tracer.h"
#include "watch.h"
#include "watch_say.h"
#include "watched_device.h"

struct watch {
	struct options options;
	struct ksyms *ksyms;
	struct tracer *tracer;
	struct resolver *resolver;
	struct findings *findings;
	struct follow follow;
	struct report *report;
	struct evidence evidence;
	struct rhythm rhythm;
	struct recording_writer *keep; /* NULL: nothing is recorded */
	struct recorder *recorder;
	struct rescue_help help;
	struct rescuer *rescuer; /* NULL: no content is saved */
	struct healer *healer;	 /* NULL: nothing is healed */
	__u64 start_ns;
	__u64 first_ns; /* of the first record since it woke, 0: none */
	int signals;
};

/*
 * In a storm, what nobody is told of needs no names: that is time in which the
 * ring is not emptied. What opens a window hands them on.
 */
static bool needs_names(const struct watch *w, const struct finding *f)
{
	return w->rescuer || f->class == FINDING_STRANDED ||
	       f->class == FINDING_PENDING || !report_leaves_out(w->report, f);
}

/* Raw bytes become a record, a finding, a finding with names, a line. */
static int on_record(void *arg, const void *data, size_t size)
{
	struct watch *w = arg;
	struct finding finding;
	struct record record;
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
	recorder_raw(w->recorder, data, size);
	/* A name that cannot be found stays unknown; the finding goes on. */
	if (needs_names(w, &finding) && resolve_finding(w->resolver, &finding))
		finding.complete = false;
	follow_finding(&w->follow, w->tracer, &finding, now_ns());
	err = findings_note(w->findings, &finding);
	rescuer_finding(w->rescuer, &w->help, &record, &finding);
	healer_finding(w->healer, &finding, rescuer_bytes(w->rescuer, &record));
	return err ? err : report_finding(w->report, &finding);
}

static struct heal_help heal_help(struct watch *w)
{
	return (struct heal_help){ w->resolver, resolve_dir, w->report,
				   on_record, w };
}

static int on_content(void *arg, const void *data, size_t size)
{
	rescuer_content(((const struct watch *)arg)->rescuer, data, size);
	return 0;
}

/* The tracer's own programs stand in a stack too, and tell nothing. */
static const char *symbol_at(void *arg, uint64_t address, uint64_t *offset)
{
	const struct watch *w = arg;
	const struct ksym *sym = ksyms_at(w->ksyms, address);

	if (!sym || !strcmp(sym->module, "bpf"))
		return NULL;
	*offset = address - sym->from;
	return sym->name;
}

/* ---- begin ---------------------------------------------------------- */

/*
 * Read the symbols once more: our own programs have some by now, and without
 * them their addresses would be taken for those of whoever stands before them.
 * It takes a while, and comes before it is said that all is armed: what happens
 * from then on is told at once.
 */
static void name_programs(struct watch *w)
{
	struct ksyms *now;

	if (ksyms_read_kernel(&now))
		return;
	ksyms_free(w->ksyms);
	w->ksyms = now;
	/* What loading took, and what these do not need, for good. */
	malloc_trim(0);
}

/* From the start on, the recorder is told all that the report is told. */
static int begin(struct watch *w, const struct report_start_info *info)
{
	int err;

	if (!w->keep)
		return report_start(w->report, info);
	w->recorder = recorder_new(w->keep, w->ksyms, w->options.verbose);
	if (!w->recorder)
		return -ENOMEM;
	report_also(w->report, recorder_report(w->recorder));
	err = report_start(w->report, info);
	return err ? err : record_facts(w->recorder, &w->options, w->tracer);
}

static int open_report(struct watch *w)
{
	struct report_start_info info = { .version = VERSION,
					  .wall_known = true };
	char srcversion[64];
	struct utsname kernel;
	struct timespec wall;

	name_programs(w);
	w->report = w->options.quiet ? report_none_new()
				     : report_stdout_new(w->options.json,
							 w->options.verbose);
	if (!w->report)
		return -ENOMEM;
	w->help = (struct rescue_help){ w->tracer, w->resolver, w->report };
	report_limit(w->report, w->options.limit);
	w->evidence.report = w->report;
	clock_gettime(CLOCK_REALTIME, &wall);
	info.ns = w->start_ns = now_ns();
	info.wall_ns =
		wall.tv_sec * 1000000000LL + wall.tv_nsec - (int64_t)info.ns;
	info.mount = w->options.mount;
	info.kernel = uname(&kernel) ? NULL : kernel.release;
	info.srcversion = facts_srcversion(srcversion, sizeof(srcversion));
	info.unseen = tracer_unseen(w->tracer);
	info.limit = w->options.limit;
	info.symbol = symbol_at;
	info.symbol_arg = w;
	return begin(w, &info);
}

static int start(struct watch *w)
{
	struct tracer_options options = {
		.kind = w->options.tracer,
		.btf = w->options.btf,
		.tgid = w->options.pid,
		.ring_bytes = w->options.ring_kib * 1024,
		.windows = w->options.windows,
		.no_module_btf = w->options.no_module_btf,
		.guard = w->options.guard,
		.stay_guard = w->options.stay_guard,
		.wishes = w->options.hooks,
		.verbose = w->options.verbose,
		.content = on_content,
	};
	const struct healer_options heal = {
		.asked = w->options.heal,
		.limit_ns = HEAL_LIMIT_NS,
		.serve = heal_helper_serve,
	};
	int code = EXIT_NO_ANSWER;

	if (w->options.mount)
		code = watched_device(w->options.mount, &options.dev);
	if (w->options.mount && code)
		return code;
	code = preflight(w->options.btf, &w->ksyms);
	if (!code && w->options.pid)
		code = process_check(w->options.pid);
	if (code)
		return code;
	if (healer_new(&heal, &w->healer))
		return EXIT_NO_ANSWER;
	w->findings = findings_new();
	if (w->signals < 0 || !w->findings ||
	    resolver_new(w->options.mount, &w->resolver)) {
		complain("cannot start: %s", strerror(errno));
		return EXIT_NO_ANSWER;
	}
	if (rescuer_new(&w->options.rescue, &w->rescuer))
		return EXIT_NO_ANSWER;
	if (w->rescuer)
		options.content_bytes = w->options.rescue.ring_kib * 1024;
	evidence_init(&w->evidence);
	w->tracer = tracer_new(&options, w->ksyms, on_record, w, &code);
	return w->tracer ? 0 : code;
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
			      rescuer_busy(w->rescuer) ||
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
	err = tracer_poll(w->tracer);
	if (!err)
		err = healer_tick(w->healer, &help, now);
	if (err)
		return err;
	if (healer_done(w->healer))
		rhythm_hurry(&w->rhythm, now);
	evidence_told(&w->evidence, now);
	evidence_rested(&w->evidence, w->first_ns ? w->first_ns : now);
	err = report_tick(w->report, now);
	if (err)
		return err;
	/* To print them may have taken long. */
	return now_ns() >= w->rhythm.look_ns ? look_again(w) : 0;
}

/* Hand records on until a signal, the end of the time, or a failed write. */
static int run(struct watch *w)
{
	struct pollfd fds[] = {
		{ .fd = w->signals, .events = POLLIN },
		{ .fd = tracer_fd(w->tracer), .events = POLLIN },
		{ .fd = w->evidence.hook_switch.inotify, .events = POLLIN },
		{ .fd = w->evidence.probe_switch.inotify, .events = POLLIN },
		{ .events = POLLIN }, /* the healer's, if it has one */
	};
	__u64 length = (__u64)(w->options.duration * 1e9);
	__u64 end = length ? w->start_ns + length : 0;
	int err = 0;

	rhythm_begin(&w->rhythm, now_ns());
	while (!err && !(fds[0].revents & POLLIN) && (!end || now_ns() < end)) {
		int n;

		fds[4].fd = healer_fd(w->healer);
		n = poll(fds, sizeof(fds) / sizeof(fds[0]),
			 rhythm_wait(&w->rhythm, end, now_ns()));
		if (n < 0 && errno != EINTR)
			return -errno;
		err = wake_up(w, n > 0,
			      (fds[2].revents | fds[3].revents) & POLLIN);
	}
	return err;
}

/* ---- end ------------------------------------------------------------ */

/* The last look, the last records, the sums. */
static int finish(struct watch *w, struct summary *s)
{
	const struct heal_help help = heal_help(w);
	int err = healer_end(w->healer, &help);

	s->kernel_bytes = footprint_kernel();
	s->rss_bytes = footprint_process();
	if (!err && tracer_busy(w->tracer))
		err = tracer_sweep(w->tracer);
	tracer_stop(w->tracer);
	if (!err)
		err = tracer_poll(w->tracer);
	if (!err)
		err = tracer_totals(w->tracer, s->counters, s->blind,
				    &s->open_stranded);
	if (!err)
		err = evidence_finish(&w->evidence, s);
	rescuer_look(w->rescuer, &w->help, true);
	rescuer_sums(w->rescuer, s);
	healer_sums(w->healer, s);
	s->seconds = (double)(now_ns() - w->start_ns) / 1e9;
	s->exit_code = summary_exit_code(s);
	return err ? err : report_summary(w->report, s);
}

static int watch(struct watch *w)
{
	struct summary summary = { 0 };
	int code, err;

	code = start(w);
	if (code)
		return code;
	if (tracer_unseen(w->tracer))
		complain("with these hooks nobody sees %s",
			 tracer_unseen(w->tracer));
	if (w->options.verbose)
		watch_say_hooks(w->tracer);
	err = open_report(w);
	if (!err)
		err = evidence_begin(&w->evidence, &w->options);
	if (!err)
		err = run(w);
	if (!err)
		err = finish(w, &summary);
	evidence_end(&w->evidence, !err);
	if (!err)
		return summary.exit_code;
	watch_say_error(err, w->keep);
	return EXIT_NO_ANSWER;
}

int watch_run(const struct options *options, struct recording_writer *keep)
{
	struct watch w = { .options = *options, .keep = keep };
	int code;

	log_libbpf(w.options.verbose);
	w.signals = signals_open();
	code = watch(&w);
	tracer_free(w.tracer);
	report_free(w.report);
	recorder_free(w.recorder);
	rescuer_free(w.rescuer);
	healer_free(w.healer);
	findings_free(w.findings);
	resolver_free(w.resolver);
	ksyms_free(w.ksyms);
	if (w.signals >= 0)
		close(w.signals);
	return code;
}

int watch_main(int argc, char **argv)
{
	struct options options = OPTIONS_DEFAULT;

	if (options_parse(argc, argv, &options))
		return EXIT_USAGE;
	return watch_run(&options, NULL);
}
