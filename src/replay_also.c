// SPDX-License-Identifier: GPL-2.0
/* replay_also.c - see replay_also.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "journal.h"
#include "log.h"
#include "now.h"
#include "metrics.h"
#include "replay_also.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

struct also {
	struct report report; /* first: what a printer's functions get */
	struct replay_also_options o;
	struct metrics metrics;
	struct journal journal;
	uint64_t start_ns;
};

static struct also *also_of(struct report *r)
{
	return (struct also *)(void *)r;
}

static int also_start(struct report *r, const struct report_start_info *info)
{
	struct also *a = also_of(r);

	a->start_ns = info->ns;
	metrics_init(&a->metrics, info->version ? info->version : VERSION,
		     info->kernel ? info->kernel : "");
	return 0;
}

static int also_finding(struct report *r, const struct finding *f)
{
	struct also *a = also_of(r);

	metrics_finding(&a->metrics, f);
	return a->o.journal ? journal_finding(&a->journal, f, r) : 0;
}

static int also_blind(struct report *r, const struct blind_info *info)
{
	struct also *a = also_of(r);

	return a->o.journal ? journal_blind(&a->journal, info) : 0;
}

static int also_heal(struct report *r, const struct heal_note *note)
{
	struct also *a = also_of(r);

	return a->o.journal ? journal_heal(&a->journal, note) : 0;
}

/*
 * An alert asks how long ago it was. So the recording ends now: up to here the
 * times are those of its clock.
 */
static void move_to_now(struct also *a, const struct summary *s)
{
	uint64_t end = a->start_ns + (uint64_t)(s->seconds * 1e9);
	uint64_t wall = (uint64_t)wall_ns();

	for (uint64_t i = 0; i < a->metrics.fs_count; i++)
		if (a->metrics.fs[i].last_loss_ns)
			a->metrics.fs[i].last_loss_ns += wall - end;
}

static int write_metrics(struct also *a, const struct summary *s)
{
	int err;

	metrics_summary(&a->metrics, s);
	move_to_now(a, s);
	a->metrics.journal_left_out = a->journal.left_out;
	err = metrics_write(a->o.metrics, &a->metrics);
	if (err)
		complain("cannot write '%s': %s; name another file",
			 a->o.metrics, strerror(-err));
	return err;
}

static int also_summary(struct report *r, const struct summary *s)
{
	struct also *a = also_of(r);
	int err = a->o.journal ? journal_flush(&a->journal) : 0;

	return err || !a->o.metrics ? err : write_metrics(a, s);
}

static const struct report_ops also_ops = {
	.start = also_start,
	.finding = also_finding,
	.blind = also_blind,
	.summary = also_summary,
	.heal = also_heal,
};

static int open_journal(struct also *a)
{
	int err = journal_open(&a->journal, JOURNAL_SOCKET);

	if (err == -ENOSYS)
		complain("cannot write to the journal: this program was built "
			 "without libsystemd; use another one");
	else if (err)
		complain("cannot write to the journal: there is none; start "
			 "systemd-journald");
	return err;
}

int replay_also_new(const struct replay_also_options *options,
		    struct report **out)
{
	struct also *a;

	*out = NULL;
	if (!options->metrics && !options->journal)
		return 0;
	a = calloc(1, sizeof(*a));
	if (!a) {
		complain("out of memory; end other programs and try again");
		return -ENOMEM;
	}
	a->report.ops = &also_ops;
	a->report.out = stdout;
	a->o = *options;
	if (options->journal && open_journal(a)) {
		free(a);
		return -1;
	}
	*out = &a->report;
	return 0;
}
