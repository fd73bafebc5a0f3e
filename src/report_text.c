/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "text.h"

static const char *const colours[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = "2",      [FINDING_STRANDED] = "33",
	[FINDING_LOST] = "1;31",      [FINDING_VOID] = "2",
	[FINDING_UNEXPLAINED] = "35",
};

/* A line under construction. */
struct line {
	FILE *to;
	char *text;
	size_t len;
};

static bool line_open(struct line *line)
{
	line->text = NULL;
	line->to = open_memstream(&line->text, &line->len);
	return line->to != NULL;
}

/* Closes a line; false if something of it is missing. */
static bool line_close(struct line *line)
{
	bool whole = !ferror(line->to);

	return !fclose(line->to) && whole;
}

static int line_emit(const struct report *r, struct line *line)
{
	int err = -ENOMEM;

	if (line_close(line))
		err = report_emit(r, line->text, line->len);
	free(line->text);
	return err;
}

static int text_start(struct report *r, const struct report_start_info *info)
{
	const struct report_column *c;
	const char *gap = "";
	struct line line;

	(void)info;
	if (!line_open(&line))
		return -ENOMEM;
	for (c = report_columns; c->key || c->heading; c++) {
		if (!c->heading)
			continue;
		fprintf(line.to, "%s%*s", gap, c->width, c->heading);
		gap = " ";
	}
	putc('\n', line.to);
	return line_emit(r, &line);
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

static int print_cell(FILE *out, const struct report *r,
		      const struct report_column *c, const struct finding *f)
{
	struct line cell;
	int err = -ENOMEM;

	if (!line_open(&cell))
		return -ENOMEM;
	print_value(cell.to, r, c, f);
	if (line_close(&cell)) {
		fprintf(out, "%*s", c->width, cell.text);
		err = 0;
	}
	free(cell.text);
	return err;
}

/* Where an unexplained clean came from, innermost first. */
static void print_stack(FILE *out, const struct report *r,
			const struct finding *f)
{
	uint32_t i;

	fputs("    cleaned in", out);
	for (i = 0; i < f->stack_len; i++) {
		uint64_t off = 0;
		const char *name = NULL;

		if (r->start.symbol)
			name = r->start.symbol(r->start.symbol_arg, f->stack[i],
					       &off);
		if (name)
			fprintf(out, " %s+0x%" PRIx64, name, off);
		else
			fprintf(out, " 0x%" PRIx64, f->stack[i]);
	}
	fputs(f->stack_len ? "\n" : " an unknown place\n", out);
}

static bool is_shown(const struct report *r, const struct finding *f)
{
	if (f->class == FINDING_PENDING || f->class == FINDING_VOID)
		return r->verbose >= 1;
	return true;
}

static int text_finding(struct report *r, const struct finding *f)
{
	const char *colour = r->colour ? colours[f->class] : NULL;
	const struct report_column *c;
	const char *gap = "";
	struct line line;
	int err = 0;

	if (!is_shown(r, f))
		return 0;
	if (!line_open(&line))
		return -ENOMEM;
	if (colour)
		fprintf(line.to, "\033[%sm", colour);
	for (c = report_columns; !err && (c->key || c->heading); c++) {
		if (!c->heading)
			continue;
		fputs(gap, line.to);
		err = print_cell(line.to, r, c, f);
		gap = " ";
	}
	fputs(colour ? "\033[0m\n" : "\n", line.to);
	if (f->class == FINDING_UNEXPLAINED)
		print_stack(line.to, r, f);
	if (!err)
		return line_emit(r, &line);
	line_close(&line);
	free(line.text);
	return err;
}

static void print_blind(FILE *out, const struct report *r,
			const struct blind_info *info)
{
	fprintf(out, "%" PRIu64 " %s (%s), ", info->count, info->text,
		info->kind);
	report_print_time(out, r, info->first_ns);
	fputs(" to ", out);
	report_print_time(out, r, info->last_ns);
	if (info->pid)
		fprintf(out, ", process %" PRIu32, info->pid);
	fputs(info->open ? ", and going on\n" : "\n", out);
}

/* One alone is the line above it. */
static void print_intervals(FILE *out, const struct report *r,
			    const struct blind_intervals *k)
{
	unsigned int i;

	for (i = 0; i < k->used && (k->used > 1 || k->merged); i++) {
		fprintf(out, "%12" PRIu64 " of them ",
			(uint64_t)k->at[i].count);
		report_print_time(out, r, k->at[i].first_ns);
		fputs(" to ", out);
		report_print_time(out, r, k->at[i].last_ns);
		putc('\n', out);
	}
	if (k->merged)
		fprintf(out, "%12u more intervals are part of these\n",
			k->merged);
}

static int text_blind(struct report *r, const struct blind_info *info)
{
	struct line line;

	if (!line_open(&line))
		return -ENOMEM;
	fputs("BLIND: ", line.to);
	print_blind(line.to, r, info);
	return line_emit(r, &line);
}

static void print_counters(FILE *out, const struct summary *s)
{
	int i;

	fprintf(out, "\n%12.1f seconds watched\n", s->seconds);
	for (i = 0; i < COUNT_MAX; i++)
		fprintf(out, "%12" PRIu64 " %s\n", s->counters[i],
			report_counters[i].text);
	fprintf(out, "%12" PRIu64 " pages stranded now\n", s->open_stranded);
}

static void print_blinds(FILE *out, const struct report *r,
			 const struct summary *s)
{
	int i;

	for (i = 0; i < BLIND_MAX; i++) {
		struct blind_info info = {
			.kind = report_blinds[i].name,
			.text = report_blinds[i].text,
			.count = s->blind[i].count,
			.first_ns = s->blind[i].first_ns,
			.last_ns = s->blind[i].last_ns,
		};

		if (!info.count)
			continue;
		fputs("blind: ", out);
		print_blind(out, r, &info);
		if (s->intervals)
			print_intervals(out, r, &s->intervals[i]);
	}
}

/* The line that answers the question. */
static void print_verdict(FILE *out, const struct summary *s)
{
	static const char *const heads[][2] = {
		{ "blind", "BLIND: evidence is missing; " },
		{ "lost", "LOST: " },
		{ "stranded", "STRANDED: data that is in memory only; " },
		{ "none lost", "none lost: " },
	};
	const char *verdict = summary_verdict(s);
	uint64_t near = s->counters[COUNT_near_miss];
	const char *head = "no answer: ";
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (!strcmp(verdict, heads[i][0]))
			head = heads[i][1];
	fprintf(out, "%s%" PRIu64 " lost in %" PRIu64 " pages written back, ",
		head, s->counters[COUNT_lost], s->counters[COUNT_written]);
	if (s->open_stranded)
		fprintf(out, "%" PRIu64 " stranded, ", s->open_stranded);
	fprintf(out, "%" PRIu64 " near miss%s\n", near, near == 1 ? "" : "es");
}

static int text_summary(struct report *r, const struct summary *s)
{
	struct line line;

	if (!line_open(&line))
		return -ENOMEM;
	print_counters(line.to, s);
	print_blinds(line.to, r, s);
	print_verdict(line.to, s);
	return line_emit(r, &line);
}

static const struct report_ops text_ops = {
	.start = text_start,
	.finding = text_finding,
	.blind = text_blind,
	.summary = text_summary,
};

struct report *report_text_new(FILE *out, bool colour, int verbose)
{
	struct report *r = report_new(&text_ops, out);

	if (r) {
		r->colour = colour;
		r->verbose = verbose;
	}
	return r;
}
