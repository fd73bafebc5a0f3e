/* SPDX-License-Identifier: GPL-2.0 */
/* report_heal.c - what is said of the healing of stranded pages. */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "report.h"
#include "text.h"

const struct report_word report_heals[HEAL_MAX] = {
#define X(name, text) [HEAL_##name] = { #name, text },
	HEALS(X)
#undef X
};

static void add(struct json_object *o, const char *key,
		struct json_object *value)
{
	if (value)
		json_object_object_add(o, key, value);
}

static struct json_object *reason(enum heal heal)
{
	return json_object_new_string(report_heals[heal].name);
}

struct json_object *report_heal_object(const struct finding *f)
{
	bool healed = f->heal == HEAL_healed;
	struct json_object *o;

	if (f->heal == HEAL_not_asked)
		return NULL;
	o = json_object_new_object();
	add(o, "healed", json_object_new_boolean(healed));
	if (!healed)
		add(o, "reason", reason(f->heal));
	return o;
}

struct json_object *report_heal_sums(const struct summary *s)
{
	struct json_object *o, *not_healed;

	if (!s->healing)
		return NULL;
	o = json_object_new_object();
	not_healed = json_object_new_object();
	add(o, "healed", json_object_new_uint64(s->heal[HEAL_healed]));
	for (int i = 0; i < HEAL_MAX; i++)
		if (i != HEAL_healed && s->heal[i])
			add(not_healed, report_heals[i].name,
			    json_object_new_uint64(s->heal[i]));
	add(o, "not_healed", not_healed);
	return o;
}

void report_heal_add_note(const struct report *r, struct json_object *o,
			  const struct heal_note *note)
{
	add(o, "ts", report_time(r, note->ns));
	add(o, "mono_ns", json_object_new_uint64(note->ns));
	add(o, "id", json_object_new_string(note->id));
	add(o, "reason", reason(note->heal));
	add(o, "text", json_object_new_string(report_heals[note->heal].text));
	add(o, "inode", json_object_new_uint64(note->ino));
	add(o, "page", json_object_new_uint64(note->page));
	add(o, "path", report_string(note->path));
}

void report_heal_print(FILE *out, const struct finding *f)
{
	if (f->heal == HEAL_healed)
		fputs("    healed: dirtied again, with every byte as it was\n",
		      out);
	else if (f->heal != HEAL_not_asked)
		fprintf(out, "    not healed: %s\n",
			report_heals[f->heal].text);
}

void report_heal_print_sums(FILE *out, const struct summary *s)
{
	if (!s->healing)
		return;
	fprintf(out, "%12" PRIu64 " stranded pages healed\n",
		s->heal[HEAL_healed]);
	for (int i = 0; i < HEAL_MAX; i++)
		if (i != HEAL_healed && s->heal[i])
			fprintf(out,
				"%12" PRIu64 " stranded pages not healed: %s\n",
				s->heal[i], report_heals[i].text);
}

void report_heal_print_note(FILE *out, const struct report *r,
			    const struct heal_note *note)
{
	fputs("not healed: ", out);
	report_print_time(out, r, note->ns);
	fprintf(out, ", page %" PRIu64 " of inode %" PRIu64 ", %s (%s): ",
		note->page, note->ino, report_heals[note->heal].text,
		report_heals[note->heal].name);
	text_escape(out, note->path, strlen(note->path));
	putc('\n', out);
}
