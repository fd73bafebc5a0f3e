// SPDX-License-Identifier: GPL-2.0
/* report_list.c - see report_list.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report_list.h"

/* Columns of report_columns.c; the path is last and never cut. */
static const struct {
	const char *key;
	const char *heading;
	int width;
} columns[] = {
	{ "id", "ID", -28 },	   { "class", "CLASS", -11 },
	{ "ts", "TIME", -12 },	   { "inode", "INODE", 8 },
	{ "bound", "BYTES", -16 }, { "path", "PATH", 0 },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static const struct report_column *column_of(const char *key)
{
	const struct report_column *c = report_columns;

	while (c->key && strcmp(c->key, key) != 0)
		c++;
	return c;
}

static int end_line(const struct report *r)
{
	errno = 0;
	putc('\n', r->out);
	if (fflush(r->out) || ferror(r->out))
		return errno ? -errno : -EIO;
	return 0;
}

static int list_start(struct report *r, const struct report_start_info *info)
{
	(void)info;
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(r->out, "%s%*s", i ? " " : "", columns[i].width,
			columns[i].heading);
	return end_line(r);
}

static int list_finding(struct report *r, const struct finding *f)
{
	int err = 0;

	if (!report_is_shown(r, f))
		return 0;
	for (size_t i = 0; !err && i < COLUMNS; i++) {
		fputs(i ? " " : "", r->out);
		err = report_print_cell(r->out, r, column_of(columns[i].key),
					columns[i].width, f);
	}
	return err ? err : end_line(r);
}

static int list_blind(struct report *r, const struct blind_info *info)
{
	(void)r;
	(void)info;
	return 0;
}

static int list_summary(struct report *r, const struct summary *s)
{
	fprintf(r->out, "verdict: %s", summary_verdict(s));
	return end_line(r);
}

static const struct report_ops list_ops = {
	.start = list_start,
	.finding = list_finding,
	.blind = list_blind,
	.summary = list_summary,
};

struct report *report_list_new(FILE *out, int verbose)
{
	struct report *r = report_new(&list_ops, out);

	if (r)
		r->verbose = verbose;
	return r;
}
