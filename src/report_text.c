/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "text.h"

static const char *const colours[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = "2",      [FINDING_STRANDED] = "33",
	[FINDING_LOST] = "1;31",      [FINDING_VOID] = "2",
	[FINDING_UNEXPLAINED] = "35", [FINDING_EVICTED] = "1;31",
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

	if (!line_open(&line))
		return -ENOMEM;
	if (info->unseen) {
		fputs("not seen: ", line.to);
		text_escape(line.to, info->unseen, strlen(info->unseen));
		putc('\n', line.to);
	}
	for (c = report_columns; c->key || c->heading; c++) {
		if (!c->heading)
			continue;
		fprintf(line.to, "%s%*s", gap, c->width, c->heading);
		gap = " ";
	}
	putc('\n', line.to);
	return line_emit(r, &line);
}

/* A stack from its entry `i` on, in one line, innermost first. */
static void print_stack(FILE *out, const struct report *r, uint32_t i,
			const uint64_t *stack, uint32_t len)
{
	char text[REPORT_SYMBOL_LEN];

	for (; i < len; i++) {
		report_symbol(r, stack[i], text);
		fprintf(out, " %s", text);
	}
	putc('\n', out);
}

static void print_record_stack(FILE *out, const struct report *r,
			       const char *what,
			       const struct record_stack *stack)
{
	uint64_t ip[RECORD_STACK_DEPTH];

	memcpy(ip, stack->ip, sizeof(ip));
	fprintf(out, "    %s%s", what, stack->len ? "" : " (not observed)");
	print_stack(out, r, report_stack_top(r, stack), ip, stack->len);
}

static void print_cgroup(FILE *out, const char *what,
			 const struct finding_task *task)
{
	fprintf(out, "    %s cgroup ", what);
	if (task->cgroup_path[0])
		text_escape(out, task->cgroup_path, strlen(task->cgroup_path));
	else if (task->cgroup)
		fprintf(out, "%" PRIu64 " (path unknown)", task->cgroup);
	else
		fputs("unknown", out);
	putc('\n', out);
}

static void print_lost(FILE *out, const struct report *r,
		       const struct finding *f)
{
	print_record_stack(out, r, "cleaned in", &f->clean_stack);
	print_record_stack(out, r, "dropped in", &f->drop_stack);
	print_cgroup(out, "written by", &f->task);
	print_cgroup(out, "dropped by", &f->dropper);
	if (!f->followed)
		fputs("    stale reads so far: not observed\n", out);
}

static void print_evicted(FILE *out, const struct report *r,
			  const struct finding *f)
{
	fprintf(out, "    %" PRIu64 " pages dirty%s, file size %" PRIu64 "\n",
		f->dirty_pages, f->more_pages ? ", maybe more" : "", f->i_size);
	if (r->verbose < 1)
		return;
	print_record_stack(out, r, "evicted in", &f->drop_stack);
	print_cgroup(out, "evicted by", &f->dropper);
}

static void print_stale(FILE *out, const struct finding *f)
{
	static const char *const how[READ_MAX] = {
		[READ_BY_READ] = "read back in with old bytes",
		[READ_BY_WRITE] = "read back in with old bytes, to be written",
		[READ_BY_RETRY] = "read back in by the writer's own retry",
	};

	fprintf(out, "    page %" PRIu64 " of finding %s, %s\n", f->page, f->id,
		how[f->read]);
}

static void print_unexplained(FILE *out, const struct report *r,
			      const struct finding *f)
{
	fprintf(out, "    cleaned in%s",
		f->stack_len ? "" : " an unknown place");
	print_stack(out, r, 0, f->stack, f->stack_len);
}

/* What does not fit into the row, each in a line of its own. */
static void print_details(FILE *out, const struct report *r,
			  const struct finding *f)
{
	if (f->class == FINDING_UNEXPLAINED)
		print_unexplained(out, r, f);
	else if (f->class == FINDING_STALE_READ)
		print_stale(out, f);
	else if (f->class == FINDING_EVICTED)
		print_evicted(out, r, f);
	else if (f->class == FINDING_LOST && r->verbose >= 1)
		print_lost(out, r, f);
	report_rescue_print(out, f);
	report_heal_print(out, f);
}

static int text_finding(struct report *r, const struct finding *f)
{
	const char *colour = r->colour ? colours[f->class] : NULL;
	const struct report_column *c;
	const char *gap = "";
	struct line line;
	int err = 0;

	if (!report_is_shown(r, f))
		return 0;
	if (!line_open(&line))
		return -ENOMEM;
	if (colour)
		fprintf(line.to, "\033[%sm", colour);
	for (c = report_columns; !err && (c->key || c->heading); c++) {
		if (!c->heading)
			continue;
		fputs(gap, line.to);
		err = report_print_cell(line.to, r, c, c->width, f);
		gap = " ";
	}
	fputs(colour ? "\033[0m\n" : "\n", line.to);
	print_details(line.to, r, f);
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
	report_rescue_print_sums(out, s);
	report_heal_print_sums(out, s);
	fprintf(out, "%12" PRIu64 " pages stranded now\n", s->open_stranded);
}

/* What is not known is of a recording that is older. */
static void print_memory(FILE *out, const struct summary *s)
{
	if (s->kernel_bytes)
		fprintf(out, "%12" PRIu64 " bytes of maps and programs\n",
			s->kernel_bytes);
	if (s->rss_bytes)
		fprintf(out, "%12" PRIu64 " bytes of this tool in memory\n",
			s->rss_bytes);
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
	if (s->counters[COUNT_evicted_dirty])
		fprintf(out, "%" PRIu64 " evicted dirty, ",
			s->counters[COUNT_evicted_dirty]);
	if (s->open_stranded)
		fprintf(out, "%" PRIu64 " stranded, ", s->open_stranded);
	fprintf(out, "%" PRIu64 " near miss%s\n", near, near == 1 ? "" : "es");
}

/* Returns whether there was anything to say. */
static bool print_left(FILE *out, const struct report *r,
		       const struct left_out *left)
{
	bool any = false;

	for (unsigned int i = 0; i < LEFT_KINDS; i++) {
		if (!left->count[i] || !report_is_left_shown(r, i))
			continue;
		fprintf(out, "%s%" PRIu64 " %s",
			any ? ", " : "left out: ", left->count[i],
			ratelimit_word(i));
		any = true;
	}
	return any;
}

static int text_left(struct report *r, const struct left_out *left)
{
	struct line line;

	if (!line_open(&line))
		return -ENOMEM;
	if (print_left(line.to, r, left)) {
		fputs("; ", line.to);
		report_print_time(line.to, r, left->first_ns);
		fputs(" to ", line.to);
		report_print_time(line.to, r, left->last_ns);
		putc('\n', line.to);
	}
	return line_emit(r, &line);
}

static int text_heal(struct report *r, const struct heal_note *note)
{
	struct line line;

	if (!line_open(&line))
		return -ENOMEM;
	report_heal_print_note(line.to, r, note);
	return line_emit(r, &line);
}

static int text_summary(struct report *r, const struct summary *s)
{
	struct line line;

	if (!line_open(&line))
		return -ENOMEM;
	print_counters(line.to, s);
	if (r->verbose >= 1)
		print_memory(line.to, s);
	print_blinds(line.to, r, s);
	print_verdict(line.to, s);
	return line_emit(r, &line);
}

static const struct report_ops text_ops = {
	.start = text_start,
	.finding = text_finding,
	.blind = text_blind,
	.summary = text_summary,
	.heal = text_heal,
	.left = text_left,
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
