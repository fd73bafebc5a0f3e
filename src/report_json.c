/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "text.h"

/* Adds a member; NULL is not known, and absent. */
static void add(struct json_object *o, const char *key,
		struct json_object *value)
{
	if (value)
		json_object_object_add(o, key, value);
}

static void add_string(struct json_object *o, const char *key,
		       const char *value)
{
	if (value)
		add(o, key, report_string(value));
}

static struct json_object *object_new(const char *type)
{
	struct json_object *o = json_object_new_object();

	add(o, "schema", json_object_new_int(REPORT_SCHEMA));
	add_string(o, "type", type);
	return o;
}

/* Prints the object as a line, and gives it back. */
static int object_emit(const struct report *r, struct json_object *o)
{
	const char *json = json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *text = NULL;
	size_t len = 0;
	FILE *line = json ? open_memstream(&text, &len) : NULL;
	int err = -ENOMEM;
	bool whole;

	if (!line)
		goto out;
	text_json(line, json);
	putc('\n', line);
	whole = !ferror(line);
	if (!fclose(line) && whole)
		err = report_emit(r, text, len);
	free(text);
out:
	json_object_put(o);
	return err;
}

static int json_start(struct report *r, const struct report_start_info *info)
{
	struct json_object *o = object_new("start");

	add(o, "ts", report_time(r, info->ns));
	add(o, "mono_ns", json_object_new_uint64(info->ns));
	add_string(o, "version", info->version);
	add_string(o, "kernel", info->kernel);
	add_string(o, "srcversion", info->srcversion);
	add_string(o, "mount", info->mount);
	add_string(o, "unseen", info->unseen);
	return object_emit(r, o);
}

struct json_object *report_finding_object(const struct report *r,
					  const struct finding *f)
{
	bool is_finding = f->class != FINDING_UNEXPLAINED &&
			  f->class != FINDING_STALE_READ;
	struct json_object *o = object_new(
		is_finding ? "finding" : finding_class_word(f->class));
	const struct report_column *c;

	for (c = report_columns; c->key || c->heading; c++)
		if (c->key)
			add(o, c->key, c->value(r, f));
	return o;
}

static int json_finding(struct report *r, const struct finding *f)
{
	return object_emit(r, report_finding_object(r, f));
}

static void add_blind(const struct report *r, struct json_object *o,
		      const struct blind_info *info)
{
	add_string(o, "kind", info->kind);
	add_string(o, "text", info->text);
	add(o, "count", json_object_new_uint64(info->count));
	add(o, "first_ns", json_object_new_uint64(info->first_ns));
	add(o, "last_ns", json_object_new_uint64(info->last_ns));
	add(o, "first", report_time(r, info->first_ns));
	add(o, "last", report_time(r, info->last_ns));
	if (info->open)
		add(o, "open", json_object_new_boolean(true));
	if (info->pid)
		add(o, "pid", json_object_new_uint64(info->pid));
}

/* Each as [first_ns, last_ns, count]. */
static void add_intervals(struct json_object *o,
			  const struct blind_intervals *k)
{
	struct json_object *all = json_object_new_array();
	unsigned int i;

	for (i = 0; i < k->used; i++) {
		struct json_object *one = json_object_new_array_ext(3);

		json_object_array_add(
			one, json_object_new_uint64(k->at[i].first_ns));
		json_object_array_add(one,
				      json_object_new_uint64(k->at[i].last_ns));
		json_object_array_add(one,
				      json_object_new_uint64(k->at[i].count));
		json_object_array_add(all, one);
	}
	add(o, "intervals", all);
	if (k->merged)
		add(o, "merged", json_object_new_uint64(k->merged));
}

static int json_blind(struct report *r, const struct blind_info *info)
{
	struct json_object *o = object_new("blind");

	add_blind(r, o, info);
	return object_emit(r, o);
}

static struct json_object *kinds(const struct left_out *left)
{
	struct json_object *o = json_object_new_object();

	for (unsigned int i = 0; i < LEFT_KINDS; i++)
		if (left->count[i])
			add(o, ratelimit_word(i),
			    json_object_new_uint64(left->count[i]));
	return o;
}

static int json_left(struct report *r, const struct left_out *left)
{
	struct json_object *o = object_new("left-out");

	add(o, "count", json_object_new_uint64(left->total));
	add(o, "classes", kinds(left));
	add(o, "limit", json_object_new_uint64(r->limit.max));
	add(o, "first_ns", json_object_new_uint64(left->first_ns));
	add(o, "last_ns", json_object_new_uint64(left->last_ns));
	add(o, "first", report_time(r, left->first_ns));
	add(o, "last", report_time(r, left->last_ns));
	return object_emit(r, o);
}

static int json_heal(struct report *r, const struct heal_note *note)
{
	struct json_object *o = object_new("not-healed");

	report_heal_add_note(r, o, note);
	return object_emit(r, o);
}

static struct json_object *counters(const struct summary *s)
{
	struct json_object *o = json_object_new_object();
	int i;

	for (i = 0; i < COUNT_MAX; i++)
		add(o, report_counters[i].name,
		    json_object_new_uint64(s->counters[i]));
	return o;
}

static struct json_object *blinds(const struct report *r,
				  const struct summary *s)
{
	struct json_object *all = json_object_new_array();
	int i;

	for (i = 0; i < BLIND_MAX; i++) {
		const struct blind_span *span = &s->blind[i];
		struct blind_info info = {
			.kind = report_blinds[i].name,
			.text = report_blinds[i].text,
			.count = span->count,
			.first_ns = span->first_ns,
			.last_ns = span->last_ns,
		};
		struct json_object *o;

		if (!span->count)
			continue;
		o = json_object_new_object();
		add_blind(r, o, &info);
		if (s->intervals)
			add_intervals(o, &s->intervals[i]);
		json_object_array_add(all, o);
	}
	return all;
}

static int json_summary(struct report *r, const struct summary *s)
{
	struct json_object *o = object_new("summary");

	add_string(o, "verdict", summary_verdict(s));
	add(o, "lost", json_object_new_uint64(s->counters[COUNT_lost]));
	add(o, "open_stranded", json_object_new_uint64(s->open_stranded));
	add(o, "exit_code", json_object_new_int(s->exit_code));
	add(o, "seconds", json_object_new_double(s->seconds));
	if (s->kernel_bytes)
		add(o, "kernel_bytes", json_object_new_uint64(s->kernel_bytes));
	if (s->rss_bytes)
		add(o, "rss_bytes", json_object_new_uint64(s->rss_bytes));
	add(o, "rescue", report_rescue_sums(s));
	add(o, "heal", report_heal_sums(s));
	add(o, "counters", counters(s));
	add(o, "blind", blinds(r, s));
	return object_emit(r, o);
}

static const struct report_ops json_ops = {
	.start = json_start,
	.finding = json_finding,
	.blind = json_blind,
	.summary = json_summary,
	.heal = json_heal,
	.left = json_left,
};

struct report *report_json_new(FILE *out)
{
	return report_new(&json_ops, out);
}
