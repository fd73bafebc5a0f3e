// SPDX-License-Identifier: GPL-2.0
/* report_list.c - see report_list.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

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

static void print_value(FILE *out, const struct report *r,
			const struct report_column *c, const struct finding *f)
{
	struct json_object *value;

	if (c->print) {
		c->print(out, r, f);
		return;
	}
	value = c->value(r, f);
	fputs(value ? json_object_get_string(value) : "unknown", out);
	json_object_put(value);
}

static int print_cell(FILE *out, const struct report *r, const char *key,
		      int width, const struct finding *f)
{
	char *text = NULL;
	size_t len = 0;
	FILE *cell = open_memstream(&text, &len);
	int err = cell ? 0 : -ENOMEM;

	if (cell) {
		print_value(cell, r, column_of(key), f);
		err = fclose(cell) ? -ENOMEM : 0;
	}
	if (!err)
		fprintf(out, "%*s", width, text);
	free(text);
	return err;
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

	if ((f->class == FINDING_PENDING || f->class == FINDING_VOID) &&
	    !r->verbose)
		return 0;
	for (size_t i = 0; !err && i < COLUMNS; i++) {
		fputs(i ? " " : "", r->out);
		err = print_cell(r->out, r, columns[i].key, columns[i].width,
				 f);
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
