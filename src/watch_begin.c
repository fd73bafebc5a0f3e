// SPDX-License-Identifier: GPL-2.0
/* watch_begin.c - see watch_state.h. */
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "facts.h"
#include "heal_helper.h"
#include "log.h"
#include "now.h"
#include "preflight.h"
#include "process.h"
#include "record_verb.h"
#include "watch_state.h"
#include "watched_device.h"

/* The tracer's own programs stand in a stack too, and tell nothing. */
static const char *symbol_at(void *arg, uint64_t address, uint64_t *offset)
{
	const struct watch *w = arg;
	const struct ksym *sym = w->ksyms ? ksyms_at(w->ksyms, address) : NULL;

	if (!sym || !strcmp(sym->module, "bpf"))
		return NULL;
	*offset = address - sym->from;
	return sym->name;
}

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

static struct report *new_report(const struct watch *w)
{
	if (w->host)
		return w->host->report;
	return w->options.quiet
		       ? report_none_new()
		       : report_stdout_new(w->options.json, w->options.verbose);
}

int watch_open_report(struct watch *w)
{
	struct report_start_info info = { .version = VERSION,
					  .wall_known = true };
	char srcversion[64];
	struct utsname kernel;

	name_programs(w);
	w->report = new_report(w);
	if (!w->report)
		return -ENOMEM;
	w->help = (struct rescue_help){ w->tracer, w->resolver, w->report };
	report_limit(w->report, w->options.limit);
	w->evidence.report = w->report;
	info.ns = w->start_ns = now_ns();
	info.wall_ns = wall_ns() - (int64_t)info.ns;
	info.mount = w->options.mount;
	info.kernel = uname(&kernel) ? NULL : kernel.release;
	info.srcversion = facts_srcversion(srcversion, sizeof(srcversion));
	info.unseen = tracer_unseen(w->tracer);
	info.limit = w->options.limit;
	info.symbol = symbol_at;
	info.symbol_arg = w;
	return begin(w, &info);
}

/* May the hooks be set here? For a host, its other process asks that. */
static int may_start(struct watch *w)
{
	int code = w->host ? 0 : preflight(w->options.btf, &w->ksyms);

	return code || !w->options.pid ? code : process_check(w->options.pid);
}

static int make_parts(struct watch *w)
{
	const struct healer_options heal = {
		.asked = w->options.heal,
		.limit_ns = HEAL_LIMIT_NS,
		.serve = heal_helper_serve,
		.path = w->options.heal_socket,
	};

	if (healer_new(&heal, &w->healer))
		return EXIT_NO_ANSWER;
	w->findings = findings_new();
	if (w->signals < 0 || !w->findings ||
	    resolver_new(w->options.mount, &w->resolver)) {
		complain("cannot start: %s", strerror(errno));
		return EXIT_NO_ANSWER;
	}
	return rescuer_new(&w->options.rescue, &w->rescuer) ? EXIT_NO_ANSWER
							    : 0;
}

static struct tracer *make_tracer(struct watch *w, __u32 dev, int *code)
{
	struct tracer_options options = options_of_tracer(&w->options, dev);

	options.content = watch_on_content;
	if (w->host)
		return w->host->tracer(w->host->arg, dev, watch_on_record,
				       watch_on_content, w, code);
	return tracer_new(&options, w->ksyms, watch_on_record, w, code);
}

int watch_start(struct watch *w)
{
	__u32 dev = 0;
	int code = EXIT_NO_ANSWER;

	if (w->options.mount)
		code = watched_device(w->options.mount, &dev);
	if (w->options.mount && code)
		return code;
	code = may_start(w);
	if (!code)
		code = make_parts(w);
	if (code)
		return code;
	evidence_init(&w->evidence);
	w->tracer = make_tracer(w, dev, &code);
	return w->tracer ? 0 : code;
}

void watch_free(struct watch *w)
{
	tracer_free(w->tracer);
	if (!w->host)
		report_free(w->report);
	recorder_free(w->recorder);
	rescue_waits_clear(&w->waits);
	rescuer_free(w->rescuer);
	healer_free(w->healer);
	findings_free(w->findings);
	resolver_free(w->resolver);
	ksyms_free(w->ksyms);
	if (w->signals >= 0)
		close(w->signals);
}
