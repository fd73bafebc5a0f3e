// SPDX-License-Identifier: GPL-2.0
/*
 * html_timeline.c - see html_page.h: what happened to a page, step by step.
 *
 * Steps are drawn as far apart as there is room, since their times differ by a
 * factor of a million; how long it took is written between them.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "html_page.h"
#include "stored_json.h"
#include "when.h"

#define STEPS (5 + CARD_READS)
#define DRAWN_MAX 7 /* in a picture that fits a phone; the list has all */
#define HEIGHT 78
#define LINE 38
#define MARGIN 9.0 /* percent, beside the first and the last step */

enum step_kind {
	STEP_CLEAN,
	STEP_RETRY,
	STEP_DROP,
	STEP_END,
	STEP_READ,
	STEP_SEEN,
};

/* What is true of the page's new bytes behind a step. */
enum state {
	STATE_DIRTY, /* on their way to the disk */
	STATE_RISK,  /* in memory only, and clean */
	STATE_GONE,  /* nowhere */
	STATE_FINE,  /* not needed, or dirty again */
};

static const char *const state_words[] = {
	[STATE_DIRTY] = "dirty",
	[STATE_RISK] = "risk",
	[STATE_GONE] = "gone",
	[STATE_FINE] = "fine",
};

static const char *const step_words[] = {
	[STEP_CLEAN] = "cleaned",  [STEP_RETRY] = "retried",
	[STEP_DROP] = "dropped",   [STEP_END] = "unlocked",
	[STEP_READ] = "read back", [STEP_SEEN] = "seen",
};

struct step {
	int64_t ns; /* CLOCK_MONOTONIC, or for all of them CLOCK_REALTIME */
	enum step_kind kind;
	enum state state;
	struct json_object *read; /* of STEP_READ */
};

struct steps {
	struct step at[STEPS];
	int used;
};

static void add_step(struct steps *s, enum step_kind kind, int64_t ns,
		     struct json_object *read)
{
	if (s->used < STEPS)
		s->at[s->used++] =
			(struct step){ .ns = ns, .kind = kind, .read = read };
}

static int by_time(const void *a, const void *b)
{
	const struct step *x = a;
	const struct step *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

static enum state state_behind(enum state before, enum step_kind kind,
			       enum harm harm)
{
	switch (kind) {
	case STEP_CLEAN:
		return STATE_RISK;
	case STEP_DROP:
		return harm == HARM_LOST ? STATE_GONE : STATE_FINE;
	case STEP_END:
		if (before == STATE_RISK && harm == HARM_NEAR)
			return STATE_FINE;
		return before;
	case STEP_SEEN:
		return harm == HARM_LOST       ? STATE_GONE
		       : harm == HARM_STRANDED ? STATE_RISK
					       : STATE_FINE;
	default:
		return before;
	}
}

static void read_steps(struct steps *s, const struct card *c)
{
	static const struct {
		const char *key;
		enum step_kind kind;
	} keys[] = {
		{ "clean_ns", STEP_CLEAN },
		{ "retry_ns", STEP_RETRY },
		{ "drop_ns", STEP_DROP },
		{ "end_ns", STEP_END },
	};
	enum state state = STATE_DIRTY;
	uint64_t ns;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (stored_json_number(c->json, keys[i].key, &ns) &&
		    ns <= INT64_MAX)
			add_step(s, keys[i].kind, (int64_t)ns, NULL);
	for (int i = 0; c->wall_known && i < c->read_count; i++)
		add_step(s, STEP_READ, when_less(c->reads[i].at_ns, c->wall_ns),
			 c->reads[i].json);
	if (!s->used && c->wall_known)
		add_step(s, STEP_SEEN, when_less(c->row->at_ns, c->wall_ns),
			 NULL);
	qsort(s->at, (size_t)s->used, sizeof(s->at[0]), by_time);
	for (int i = 0; i < s->used; i++) {
		state = state_behind(state, s->at[i].kind,
				     harm_of(c->row->class));
		s->at[i].state = state;
	}
}

static double place_of(int i, int count)
{
	return count < 2 ? 50 : MARGIN + (100 - 2 * MARGIN) * i / (count - 1);
}

static void put_line(FILE *out, double from, double to, enum state state)
{
	fprintf(out,
		"<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>\n",
		state_words[state], from, to, LINE, LINE);
}

/* How long it took from one step to the next. */
static void put_between(FILE *out, const struct step *a, const struct step *b,
			double from, double to)
{
	char length[WHEN_LEN];

	put_line(out, from, to, a->state);
	when_duration(when_less(b->ns, a->ns), length);
	fprintf(out, "<text class=\"length\" x=\"%.2f%%\" y=\"%d\">%s</text>\n",
		(from + to) / 2, LINE + 28, length);
}

static void put_dot(FILE *out, const struct step *s, double x)
{
	fprintf(out,
		"<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%d\" r=\"6\"/>\n"
		"<text class=\"step\" x=\"%.2f%%\" y=\"%d\">%s</text>\n",
		s->kind == STEP_READ ? "read" : state_words[s->state], x, LINE,
		x, LINE - 18, step_words[s->kind]);
}

static void put_words(FILE *out, const struct card *c, const struct steps *s)
{
	char length[WHEN_LEN];

	fprintf(out,
		"<title id=\"time-%" PRIu64
		"\">What happened to the page</title>\n<desc id=\"steps-%" PRIu64
		"\">",
		c->number, c->number);
	for (int i = 0; i < s->used; i++) {
		when_duration(when_less(s->at[i].ns, s->at[0].ns), length);
		fprintf(out, "%s%s%s%s", i ? ", " : "",
			step_words[s->at[i].kind], i ? " after " : "",
			i ? length : "");
	}
	fputs("</desc>\n", out);
}

static void put_picture(FILE *out, const struct card *c, const struct steps *s)
{
	int count = s->used < DRAWN_MAX ? s->used : DRAWN_MAX;

	fprintf(out,
		"<svg class=\"timeline\" width=\"100%%\" height=\"%d\" role=\"img\" aria-labelledby=\"time-%" PRIu64
		" steps-%" PRIu64 "\">\n",
		HEIGHT, c->number, c->number);
	put_words(out, c, s);
	put_line(out, 0, place_of(0, count), STATE_DIRTY);
	for (int i = 0; i + 1 < count; i++)
		put_between(out, &s->at[i], &s->at[i + 1], place_of(i, count),
			    place_of(i + 1, count));
	put_line(out, place_of(count - 1, count), 100,
		 s->at[s->used - 1].state);
	for (int i = 0; i < count; i++)
		put_dot(out, &s->at[i], place_of(i, count));
	fputs("</svg>\n", out);
}

static void put_clean(FILE *out, const struct card *c, const struct step *s)
{
	(void)s;
	fputs("the write call of ", out);
	html_task(out, stored_json_object(c->json, "write"));
	fputs(" cleaned the page, to copy into it", out);
}

static void put_retry(FILE *out, const struct card *c, const struct step *s)
{
	(void)c;
	(void)s;
	fputs("the copy had met a page fault; the call tried again", out);
}

static void put_drop(FILE *out, const struct card *c, const struct step *s)
{
	struct json_object *dropper = stored_json_object(c->json, "dropper");
	const char *way = stored_json_text(dropper, "way");

	(void)s;
	html_task(out, dropper);
	fputs(" dropped the page from memory", out);
	if (!way)
		return;
	fputs(" (", out);
	html_text(out, way);
	putc(')', out);
}

static void put_error(FILE *out, int64_t value)
{
	const char *name = value > -4096 ? strerrorname_np((int)-value) : NULL;

	if (name)
		fprintf(out, " with %s", name);
	else
		fprintf(out, " with error %" PRId64, value);
}

static void put_end(FILE *out, const struct card *c, const struct step *s)
{
	struct json_object *write = stored_json_object(c->json, "write");
	struct json_object *result = NULL;
	bool known = write &&
		     json_object_object_get_ex(write, "result", &result) &&
		     json_object_is_type(result, json_type_int);
	int64_t value = known ? json_object_get_int64(result) : 0;

	(void)s;
	fputs("the write call returned", out);
	if (known && value < 0)
		put_error(out, value);
	else if (known && putc(' ', out) != EOF)
		html_count(out, (uint64_t)value, "byte", "bytes");
}

static void put_read(FILE *out, const struct card *c, const struct step *s)
{
	(void)c;
	html_task(out, stored_json_object(s->read, "reader"));
	if (stored_json_true(s->read, "own_retry"))
		fputs(", which had lost it, read the page back in", out);
	else
		fputs(" read the old bytes from the disk", out);
}

static void put_seen(FILE *out, const struct card *c, const struct step *s)
{
	(void)c;
	(void)s;
	fputs("this was seen", out);
}

static void put_item(FILE *out, const struct card *c, const struct step *first,
		     const struct step *s)
{
	static void (*const texts[])(FILE *, const struct card *,
				     const struct step *) = {
		[STEP_CLEAN] = put_clean, [STEP_RETRY] = put_retry,
		[STEP_DROP] = put_drop,	  [STEP_END] = put_end,
		[STEP_READ] = put_read,	  [STEP_SEEN] = put_seen,
	};
	char length[WHEN_LEN];

	fprintf(out, "<li class=\"%s\"><span class=\"at\">",
		s->kind == STEP_READ ? "read" : state_words[s->state]);
	if (s == first && c->wall_known) {
		html_time(out, when_plus(s->ns, c->wall_ns), 1);
	} else {
		when_duration(when_less(s->ns, first->ns), length);
		fprintf(out, "+%s", length);
	}
	fputs("</span> <span class=\"what\">", out);
	texts[s->kind](out, c, s);
	fputs("</span></li>\n", out);
}

void html_timeline(FILE *out, const struct card *c)
{
	struct steps s = { .used = 0 };

	read_steps(&s, c);
	if (!s.used)
		return;
	fputs("<figure>\n", out);
	put_picture(out, c, &s);
	fputs("</figure>\n<ol class=\"steps\">\n", out);
	for (int i = 0; i < s.used; i++)
		put_item(out, c, &s.at[0], &s.at[i]);
	fputs("</ol>\n", out);
	if (c->read_count == CARD_READS)
		fputs("<p class=\"note\">Later reads are not shown.</p>\n",
		      out);
}
