// SPDX-License-Identifier: GPL-2.0
/* report_store_list.c - what stores say, as a table and a closing line. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "report_store.h"
#include "text.h"
#include "when.h"

struct listing {
	FILE *out;
	uint32_t shown;
	int64_t minute; /* whose text is kept: a list has a million of times */
	char minute_text[WHEN_LEN];
};

static void put_text(FILE *out, const char *text, const char *unknown)
{
	if (text)
		text_escape(out, text, strlen(text));
	else
		fputs(unknown, out);
}

static bool is_plain(const char *text, size_t *len)
{
	*len = 0;
	while (text[*len] > 0x20 && text[*len] < 0x7f && text[*len] != '\\')
		++*len;
	return !text[*len];
}

static void put_cell(FILE *out, size_t width, const char *text, size_t len)
{
	fwrite(text, 1, len, out);
	do
		putc_unlocked(' ', out);
	while (len++ < width);
}

/* Names of tasks are short: what is longer once escaped moves the rest. */
static void put_padded(FILE *out, size_t width, const char *text)
{
	char *escaped = NULL;
	size_t len = 0;
	FILE *cell;

	text = text ? text : "-";
	if (is_plain(text, &len)) {
		put_cell(out, width, text, len);
		return;
	}
	cell = open_memstream(&escaped, &len);
	if (cell) {
		text_escape(cell, text, strlen(text));
		if (!fclose(cell))
			put_cell(out, width, escaped, len);
	}
	free(escaped);
}

/* As when_text() has it; zones change at whole minutes only. */
static void put_when(struct listing *l, int64_t ns)
{
	int64_t minute = ns / (60 * WHEN_NS_PER_S);
	int ms = (int)(ns / 1000000 % 60000);
	char text[] = "00.000  ";

	if (minute != l->minute) {
		when_text(ns, false, false, l->minute_text);
		l->minute = minute;
	}
	text[0] = (char)('0' + ms / 10000);
	text[1] = (char)('0' + ms / 1000 % 10);
	text[3] = (char)('0' + ms / 100 % 10);
	text[4] = (char)('0' + ms / 10 % 10);
	text[5] = (char)('0' + ms % 10);
	fwrite(l->minute_text, 1, 17, l->out);
	fwrite(text, 1, 7, l->out);
}

static void put_dropper(FILE *out, const struct stored_finding *f)
{
	char text[256];
	char *end = text;

	if (f->way || f->dropper) {
		end = stpncpy(end, f->way ? f->way : "unknown", 100);
		*end++ = ':';
		end = stpncpy(end, f->dropper ? f->dropper : "unknown", 100);
		*end = '\0';
	}
	put_padded(out, 24, end > text ? text : NULL);
}

static int put_row(void *arg, struct store_answer *a, struct stored *s,
		   const struct stored_finding *f)
{
	struct listing *l = arg;
	char bytes[24];

	if (l->shown >> f->class & 1) {
		put_padded(l->out, 28, f->window);
		put_padded(l->out, 13, finding_class_word(f->class));
		put_when(l, f->at_ns);
		snprintf(bytes, sizeof(bytes), "%8" PRIu64, f->bytes);
		fputs(bytes, l->out);
		putc(' ', l->out);
		if (a->tally.fleet)
			put_padded(l->out, 15, s->runs[f->run].host);
		put_padded(l->out, 15, f->writer);
		put_dropper(l->out, f);
		put_text(l->out, f->path, "[path unknown]");
		putc('\n', l->out);
	}
	return ferror(l->out) ? -EPIPE : tally_add(&a->tally, s, f);
}

int store_list(struct store_answer *a, FILE *out)
{
	const struct store_question *q = a->asked;
	const struct stored_query all = {
		.since_ns = q->since_ns,
		.until_ns = q->until_ns,
		.order = STORED_OLDEST,
	};
	struct listing l = { out, store_shown(q), -1, "" };
	int err;

	fprintf(out, "%-28s %-13s %-23s %8s %s%-15s %-24s %s\n", "ID", "CLASS",
		"TIME", "BYTES", a->tally.fleet ? "HOST            " : "",
		"WRITER", "DROPPED-BY", "PATH");
	err = store_each(a, &all, put_row, &l);
	/* Who could not write is told by the flush. */
	if (!err || err == -EPIPE)
		err = store_judge(a);
	if (!err)
		store_closing(a, out);
	return err;
}

static int take_row(void *arg, struct store_answer *a, struct stored *s,
		    const struct stored_finding *f)
{
	(void)arg;
	return tally_add(&a->tally, s, f);
}

static void put_group(FILE *out, const struct group *g)
{
	char first[WHEN_LEN], last[WHEN_LEN];

	when_text(g->first_ns, false, false, first);
	when_text(g->last_ns, false, false, last);
	fprintf(out,
		"%8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %12" PRIu64 " %s  %s  ",
		g->count[HARM_LOST], g->count[HARM_STRANDED],
		g->count[HARM_NEAR] + g->count[HARM_NONE], g->bytes, first,
		last);
	if (!g->name)
		fputs("[more names than fit]", out);
	else if (*g->name)
		put_text(out, g->name, "");
	else
		fputs("[unknown]", out);
	putc('\n', out);
}

static int put_groups(const struct store_answer *a, FILE *out)
{
	size_t count;
	const struct group **all =
		groups_sorted(a->tally.groups[a->asked->by], SIZE_MAX, &count);

	if (!all)
		return -ENOMEM;
	fprintf(out, "%8s %8s %8s %12s %-19s  %-19s  BY %s\n", "LOST",
		"STRANDED", "OTHER", "BYTES", "FIRST", "LAST",
		tally_by_words[a->asked->by]);
	for (size_t i = 0; i < count && !ferror(out); i++)
		put_group(out, all[i]);
	free(all);
	return 0;
}

int store_sums(struct store_answer *a, FILE *out)
{
	const struct stored_query all = {
		.since_ns = a->asked->since_ns,
		.until_ns = a->asked->until_ns,
	};
	int err = store_each(a, &all, take_row, NULL);

	if (!err)
		err = store_judge(a);
	if (!err)
		err = put_groups(a, out);
	if (!err)
		store_closing(a, out);
	return err;
}

static void put_host(const struct store_answer *a, FILE *out, const char *host)
{
	if (!a->tally.fleet)
		return;
	fputs(", host ", out);
	put_text(out, host, "");
}

static void put_kind(const struct store_answer *a, FILE *out,
		     const struct covered_kind *k)
{
	const char *text = store_blind_text(k->kind);
	char from[WHEN_LEN], to[WHEN_LEN];

	when_text(k->from_ns, false, false, from);
	when_text(k->to_ns, false, false, to);
	fprintf(out, "blind: %" PRIu64 " %s (", k->count,
		text ? text : "times of a kind that is not known here");
	put_text(out, k->kind, "");
	fprintf(out, "), %s to %s", from, to);
	put_host(a, out, k->host);
	putc('\n', out);
}

static void put_gap(const struct store_answer *a, FILE *out,
		    const struct covered_gap *g)
{
	char from[WHEN_LEN], to[WHEN_LEN];

	when_text(g->from_ns, false, false, from);
	when_text(g->to_ns, false, false, to);
	fprintf(out,
		"blind: a watch was ended by force at %s, the next began at %s",
		from, to);
	put_host(a, out, g->host);
	putc('\n', out);
}

static void put_length(FILE *out, const char *what, int64_t ns)
{
	char text[WHEN_LEN];

	if (!ns)
		return;
	when_duration(ns, text);
	fprintf(out, ", %s %s", what, text);
}

/* How much of what, and from when until when. */
static void put_watched(const struct store_answer *a, FILE *out)
{
	const struct covered *c = &a->covered;
	char from[WHEN_LEN], to[WHEN_LEN], length[WHEN_LEN];

	if (!c->written_known)
		fputs(" in an unknown number of pages written back", out);
	else
		fprintf(out, " in %s%" PRIu64 " pages written back",
			c->written_most ? "at most " : "", c->written);
	if (a->tally.fleet)
		fprintf(out, " on %zu hosts", c->host_count);
	when_duration(c->watched_ns, length);
	when_text(c->from_ns, false, false, from);
	when_text(c->to_ns, false, false, to);
	fprintf(out, ", watched %s of %s to %s", length, from, to);
	put_length(out, "blind", c->blind_ns);
	put_length(out, "not watched", c->unwatched_ns);
}

static void put_counts(const struct store_answer *a, FILE *out)
{
	const struct {
		uint64_t count;
		const char *one;
		const char *many;
	} parts[] = {
		{ a->tally.harm[HARM_STRANDED], "stranded", "stranded" },
		{ a->tally.harm[HARM_NEAR], "near miss", "near misses" },
		{ a->stale, "read of old bytes", "reads of old bytes" },
		{ a->forgotten, "lost one no longer in the store",
		  "lost ones no longer in the store" },
		{ a->unreadable, "row that could not be read",
		  "rows that could not be read" },
		{ a->covered.unended,
		  "watch that goes on or was ended by force",
		  "watches that go on or were ended by force" },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count)
			fprintf(out, ", %" PRIu64 " %s", parts[i].count,
				parts[i].count == 1 ? parts[i].one
						    : parts[i].many);
}

void store_closing(const struct store_answer *a, FILE *out)
{
	static const char *const heads[] = {
		[EXIT_NONE_LOST] = "none lost: ",
		[EXIT_LOST] = "LOST: ",
		[EXIT_NO_ANSWER] = "no answer: ",
		[EXIT_BLIND] = "BLIND: evidence is missing; ",
	};
	const struct covered *c = &a->covered;
	const char *head = heads[a->code];

	for (size_t i = 0; i < c->kind_count; i++)
		put_kind(a, out, &c->kinds[i]);
	for (size_t i = 0; i < c->gap_count; i++)
		put_gap(a, out, &c->gaps[i]);
	if (!strcmp(store_verdict(a), "stranded"))
		head = "STRANDED: data that is in memory only; ";
	fprintf(out, "%s%" PRIu64 " lost", head, a->tally.harm[HARM_LOST]);
	if (c->runs)
		put_watched(a, out);
	else
		fputs(", nothing was watched", out);
	put_counts(a, out);
	putc('\n', out);
}
