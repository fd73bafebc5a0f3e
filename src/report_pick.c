// SPDX-License-Identifier: GPL-2.0
/* report_pick.c - the printer that picks one finding; see report_list.h. */
#include <stdlib.h>
#include <string.h>

#include "report_list.h"

struct picker {
	struct report report; /* first: what a printer's functions get */
	struct bug *bug;
};

static int pick_start(struct report *r, const struct report_start_info *info)
{
	(void)r;
	(void)info;
	return 0;
}

/* An id that is given in full is meant, whatever else begins so. */
static bool is_other(const struct bug *bug, const struct finding *f)
{
	return bug->stage_count && strcmp(bug->finding.id, f->id) != 0;
}

/*
 * Who read a lost page back in says nothing of who wrote and dropped it: what
 * was said of the loss stays.
 */
static bool is_sequel(const struct bug *bug, const struct finding *f)
{
	return f->class == FINDING_STALE_READ && bug->stage_count &&
	       bug->finding.class != FINDING_STALE_READ;
}

static void note_stage(struct bug *bug, const struct finding *f)
{
	struct bug_stage stage = {
		.class = f->class,
		.ns = f->ns,
		.read = f->read,
	};

	if (f->class == FINDING_STALE_READ)
		stage.reader = f->task;
	if (bug->stage_count == BUG_STAGES)
		bug->stage_count--;
	bug->stages[bug->stage_count++] = stage;
}

static int pick_finding(struct report *r, const struct finding *f)
{
	struct bug *bug = ((struct picker *)(void *)r)->bug;
	bool whole = !strcmp(f->id, bug->id);

	if (strncmp(f->id, bug->id, strlen(bug->id)) != 0)
		return 0;
	if (is_other(bug, f)) {
		bug->ambiguous =
			!whole && strcmp(bug->finding.id, bug->id) != 0;
		if (!whole)
			return 0;
		bug->stage_count = 0;
	}
	if (!is_sequel(bug, f))
		bug->finding = *f;
	note_stage(bug, f);
	return 0;
}

static int pick_blind(struct report *r, const struct blind_info *info)
{
	(void)r;
	(void)info;
	return 0;
}

static int pick_summary(struct report *r, const struct summary *s)
{
	(void)r;
	(void)s;
	return 0;
}

static const struct report_ops pick_ops = {
	.start = pick_start,
	.finding = pick_finding,
	.blind = pick_blind,
	.summary = pick_summary,
};

struct report *report_bug_new(struct bug *bug)
{
	struct picker *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->report.ops = &pick_ops;
	p->report.out = stdout;
	p->bug = bug;
	return &p->report;
}
