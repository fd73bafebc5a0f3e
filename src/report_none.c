// SPDX-License-Identifier: GPL-2.0
/* report_none.c - for those who want the exit code, or a recording, only. */
#include "report.h"

static int none_start(struct report *r, const struct report_start_info *info)
{
	(void)r;
	(void)info;
	return 0;
}

static int none_finding(struct report *r, const struct finding *f)
{
	(void)r;
	(void)f;
	return 0;
}

static int none_blind(struct report *r, const struct blind_info *info)
{
	(void)r;
	(void)info;
	return 0;
}

static int none_summary(struct report *r, const struct summary *s)
{
	(void)r;
	(void)s;
	return 0;
}

static const struct report_ops none_ops = {
	.start = none_start,
	.finding = none_finding,
	.blind = none_blind,
	.summary = none_summary,
};

struct report *report_none_new(void)
{
	return report_new(&none_ops, stdout);
}
