// SPDX-License-Identifier: GPL-2.0
/* report_store_json.c - what stores say, one JSON object a line. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_store.h"
#include "stored_json.h"
#include "text.h"
#include "when.h"

struct lines {
	FILE *out;
	uint32_t shown;
};

static void add(struct json_object *o, const char *key,
		struct json_object *value)
{
	if (value)
		json_object_object_add(o, key, value);
}

static void add_number(struct json_object *o, const char *key, uint64_t value)
{
	add(o, key, json_object_new_uint64(value));
}

static void add_time(struct json_object *o, const char *key, int64_t ns)
{
	char text[WHEN_LEN];

	when_rfc3339(ns, text);
	add(o, key, json_object_new_string(text));
}

/* Gives the object back. */
static int put_line(FILE *out, struct json_object *o)
{
	const char *json = json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (json) {
		text_json(out, json);
		putc('\n', out);
	}
	json_object_put(o);
	return json ? 0 : -ENOMEM;
}

static int put_row(void *arg, struct store_answer *a, struct stored *s,
		   const struct stored_finding *f)
{
	const struct lines *l = arg;
	struct json_object *o;
	int err = tally_add(&a->tally, s, f);

	if (err || !(l->shown >> f->class & 1))
		return err;
	o = stored_json(f->json);
	if (!o) {
		s->unreadable++;
		return 0;
	}
	add(o, "host", report_string(s->runs[f->run].host));
	err = put_line(l->out, o);
	return ferror(l->out) ? -EPIPE : err;
}

static struct json_object *blinds(const struct covered *c)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < c->kind_count + c->gap_count; i++) {
		bool gap = i >= c->kind_count;
		const struct covered_gap *g = &c->gaps[i - c->kind_count];
		const struct covered_kind *k = &c->kinds[i];
		struct json_object *o = json_object_new_object();

		add(o, "host", report_string(gap ? g->host : k->host));
		add(o, "kind", report_string(gap ? "gap" : k->kind));
		add_number(o, "count", gap ? 1 : k->count);
		add_time(o, "first", gap ? g->from_ns : k->from_ns);
		add_time(o, "last", gap ? g->to_ns : k->to_ns);
		json_object_array_add(all, o);
	}
	return all;
}

static struct json_object *counts(const struct tally *t)
{
	struct json_object *o = json_object_new_object();

	for (enum finding_class c = 0; c < FINDING_CLASS_MAX; c++)
		if (t->count[c])
			add_number(o, finding_class_word(c), t->count[c]);
	return o;
}

static struct json_object *groups(const struct store_answer *a)
{
	struct json_object *all = json_object_new_array();
	size_t count;
	const struct group **g =
		groups_sorted(a->tally.groups[a->asked->by], SIZE_MAX, &count);

	for (size_t i = 0; g && i < count; i++) {
		struct json_object *o = json_object_new_object();

		if (g[i]->name && *g[i]->name)
			add(o, "name", report_string(g[i]->name));
		add_number(o, "lost", g[i]->count[HARM_LOST]);
		add_number(o, "stranded", g[i]->count[HARM_STRANDED]);
		add_number(o, "other",
			   g[i]->count[HARM_NEAR] + g[i]->count[HARM_NONE]);
		add_number(o, "bytes", g[i]->bytes);
		add_time(o, "first", g[i]->first_ns);
		add_time(o, "last", g[i]->last_ns);
		json_object_array_add(all, o);
	}
	free(g);
	return all;
}

static double seconds(int64_t ns)
{
	return (double)ns / (double)WHEN_NS_PER_S;
}

static void add_covered(struct json_object *o, const struct covered *c)
{
	if (c->runs) {
		add_time(o, "first", c->from_ns);
		add_time(o, "last", c->to_ns);
	}
	if (c->written_known && c->runs)
		add_number(o, "written", c->written);
	if (c->written_most)
		add(o, "written_at_most", json_object_new_boolean(true));
	add(o, "watched_s", json_object_new_double(seconds(c->watched_ns)));
	add(o, "blind_s", json_object_new_double(seconds(c->blind_ns)));
	add(o, "unwatched_s", json_object_new_double(seconds(c->unwatched_ns)));
	add_number(o, "runs", c->runs);
	add_number(o, "unended", c->unended);
	add_number(o, "hosts", c->host_count);
	add(o, "blind", blinds(c));
}

static int put_report(struct store_answer *a, FILE *out)
{
	struct json_object *o = json_object_new_object();

	add(o, "schema", json_object_new_int(REPORT_SCHEMA));
	add(o, "type", json_object_new_string("report"));
	add(o, "verdict", json_object_new_string(store_verdict(a)));
	add(o, "exit_code", json_object_new_int(a->code));
	add_number(o, "lost", a->tally.harm[HARM_LOST]);
	add_number(o, "stranded", a->tally.harm[HARM_STRANDED]);
	add_number(o, "bytes", a->tally.bytes);
	add_number(o, "stale_reads", a->stale);
	add_number(o, "forgotten", a->forgotten);
	add_number(o, "unreadable", a->unreadable);
	add(o, "classes", counts(&a->tally));
	add_covered(o, &a->covered);
	if (a->asked->by != BY_MAX)
		add(o, tally_by_words[a->asked->by], groups(a));
	return put_line(out, o);
}

int store_json(struct store_answer *a, FILE *out)
{
	const struct store_question *q = a->asked;
	const bool list = q->by == BY_MAX;
	const struct stored_query all = {
		.since_ns = q->since_ns,
		.until_ns = q->until_ns,
		.order = list ? STORED_OLDEST : STORED_ANY,
		.json = list,
	};
	struct lines l = { out, list ? store_shown(q) : 0 };
	int err = store_each(a, &all, put_row, &l);

	if (!err || err == -EPIPE)
		err = store_judge(a);
	return err ? err : put_report(a, out);
}
