/* SPDX-License-Identifier: GPL-2.0 */
/* report_rescue.c - what is said of the contents of pages. */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "report.h"
#include "text.h"

const struct report_word report_rescues[RESCUE_MAX] = {
#define X(name, text) [RESCUE_##name] = { #name, text },
	RESCUES(X)
#undef X
};

static void add(struct json_object *o, const char *key,
		struct json_object *value)
{
	json_object_object_add(o, key, value);
}

struct json_object *report_on_disk_object(const struct on_disk *d)
{
	struct json_object *o = json_object_new_object();

	add(o, "transid", json_object_new_uint64(d->transid));
	add(o, "generation", json_object_new_uint64(d->generation));
	add(o, "address", json_object_new_uint64(d->address));
	if (d->sum[0])
		add(o, "sum", report_string(d->sum));
	return o;
}

struct json_object *report_rescue_object(const struct finding *f)
{
	bool saved = f->rescue == RESCUE_saved;
	struct json_object *o;

	if (f->rescue == RESCUE_not_asked)
		return NULL;
	o = json_object_new_object();
	add(o, "saved", json_object_new_boolean(saved));
	if (saved)
		add(o, "file", report_string(f->rescue_file));
	else
		add(o, "reason",
		    json_object_new_string(report_rescues[f->rescue].name));
	if (f->on_disk.known)
		add(o, "on_disk", report_on_disk_object(&f->on_disk));
	return o;
}

struct json_object *report_rescue_sums(const struct summary *s)
{
	struct json_object *o, *not_saved;

	if (!s->rescued)
		return NULL;
	o = json_object_new_object();
	not_saved = json_object_new_object();
	add(o, "saved", json_object_new_uint64(s->rescue[RESCUE_saved]));
	for (int i = 0; i < RESCUE_MAX; i++)
		if (i != RESCUE_saved && s->rescue[i])
			add(not_saved, report_rescues[i].name,
			    json_object_new_uint64(s->rescue[i]));
	add(o, "not_saved", not_saved);
	return o;
}

void report_rescue_print(FILE *out, const struct finding *f)
{
	if (f->rescue == RESCUE_not_asked)
		return;
	if (f->rescue != RESCUE_saved) {
		fprintf(out, "    not rescued: %s\n",
			report_rescues[f->rescue].text);
		return;
	}
	fputs("    rescued as ", out);
	text_escape(out, f->rescue_file, strlen(f->rescue_file));
	putc('\n', out);
}

void report_rescue_print_sums(FILE *out, const struct summary *s)
{
	if (!s->rescued)
		return;
	fprintf(out, "%12" PRIu64 " lost pages rescued\n",
		s->rescue[RESCUE_saved]);
	for (int i = 0; i < RESCUE_MAX; i++)
		if (i != RESCUE_saved && s->rescue[i])
			fprintf(out,
				"%12" PRIu64 " lost pages not rescued: %s\n",
				s->rescue[i], report_rescues[i].text);
}
