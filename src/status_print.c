// SPDX-License-Identifier: GPL-2.0
/* status_print.c - see status_print.h: one table of lines. */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "status_print.h"
#include "text.h"

#define NS_PER_S 1000000000ULL

struct json_object *status_part(struct json_object *o, const char *key)
{
	struct json_object *part = NULL;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, key, &part))
		return NULL;
	return part;
}

uint64_t status_number(struct json_object *o, const char *key)
{
	struct json_object *part = status_part(o, key);

	return json_object_is_type(part, json_type_int)
		       ? json_object_get_uint64(part)
		       : 0;
}

const char *status_text(struct json_object *o, const char *key)
{
	struct json_object *part = status_part(o, key);

	return json_object_is_type(part, json_type_string)
		       ? json_object_get_string(part)
		       : NULL;
}

/* ---- values ----------------------------------------------------------- */

static void print_text(FILE *out, const char *text)
{
	if (text)
		text_escape(out, text, strlen(text));
}

/* "12 s", "5 min", "3 h 20 min", "4 d 3 h". */
static void print_span(FILE *out, uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (s < 60)
		fprintf(out, "%" PRIu64 " s", s);
	else if (s < 3600)
		fprintf(out, "%" PRIu64 " min", s / 60);
	else if (s < 86400)
		fprintf(out, "%" PRIu64 " h %" PRIu64 " min", s / 3600,
			s % 3600 / 60);
	else
		fprintf(out, "%" PRIu64 " d %" PRIu64 " h", s / 86400,
			s % 86400 / 3600);
}

static void print_time(FILE *out, uint64_t ns)
{
	time_t seconds = (time_t)(ns / NS_PER_S);
	char text[64];
	struct tm tm;

	if (localtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		fputs(text, out);
}

static void print_ago(FILE *out, uint64_t ns, uint64_t now)
{
	print_time(out, ns);
	if (now < ns)
		return;
	fputs(", ", out);
	print_span(out, now - ns);
	fputs(" ago", out);
}

static void print_mib(FILE *out, uint64_t bytes)
{
	fprintf(out, "%.1f MiB", (double)bytes / (1 << 20));
}

/* ---- lines ------------------------------------------------------------ */

static void line_state(FILE *out, struct json_object *s, uint64_t now)
{
	uint64_t armed = status_number(s, "armed_ns");
	const char *mount = status_text(s, "mount");

	print_text(out, status_text(s, "state"));
	if (armed) {
		fputs(" since ", out);
		print_ago(out, armed, now);
	}
	fputs("; ", out);
	print_text(out, status_text(s, "mode"));
	fputs(" of ", out);
	print_text(out, mount ? mount : "all filesystems");
	if (json_object_get_boolean(status_part(s, "degraded")))
		fputs("; DEGRADED", out);
}

static void line_verdict(FILE *out, struct json_object *s, uint64_t now)
{
	struct json_object *c = status_part(s, "counters");

	(void)now;
	fprintf(out, "%" PRIu64 " lost in %" PRIu64 " pages written back%s",
		status_number(c, "lost") + status_number(c, "evicted_dirty"),
		status_number(c, status_number(c, "written") ? "written"
							     : "written_all"),
		status_number(c, "written") ? "" : " (by all filesystems)");
	if (status_number(s, "open_stranded"))
		fprintf(out, ", %" PRIu64 " in memory only",
			status_number(s, "open_stranded"));
}

static void line_findings(FILE *out, struct json_object *s, uint64_t now)
{
	struct json_object *findings = status_part(s, "findings");
	const char *between = "";

	(void)now;
	if (!json_object_is_type(findings, json_type_object))
		return;
	json_object_object_foreach(findings, key, value)
	{
		if (!json_object_get_uint64(value))
			continue;
		fprintf(out, "%s%" PRIu64 " ", between,
			json_object_get_uint64(value));
		print_text(out, key);
		between = ", ";
	}
	if (!*between)
		fputs("none", out);
}

static void print_blind(FILE *out, struct json_object *b, uint64_t now)
{
	uint64_t last = status_number(b, "last_ns");

	fprintf(out, "BLIND: %" PRIu64 " ", status_number(b, "count"));
	print_text(out, status_text(b, "text"));
	if (json_object_get_boolean(status_part(b, "open")))
		fputs(", and it goes on", out);
	else if (last) {
		fputs(", last ", out);
		print_ago(out, last, now);
	}
}

static void line_coverage(FILE *out, struct json_object *s, uint64_t now)
{
	struct json_object *blind = status_part(s, "blind");
	const char *unseen = status_text(s, "unseen");
	size_t n = json_object_is_type(blind, json_type_array)
			   ? json_object_array_length(blind)
			   : 0;

	if (!n)
		fputs("nothing is missing since it was armed", out);
	for (size_t i = 0; i < n; i++) {
		if (i)
			fputs("\n             ", out);
		print_blind(out, json_object_array_get_idx(blind, i), now);
	}
	if (!unseen)
		return;
	fputs("\n             not seen by these hooks: ", out);
	print_text(out, unseen);
}

static void line_self_test(FILE *out, struct json_object *s, uint64_t now)
{
	struct json_object *t = status_part(s, "self_test");
	uint64_t ended = status_number(t, "ended_ns");
	const char *why = status_text(t, "why");

	print_text(out, status_text(t, "result"));
	if (ended) {
		fputs(", ", out);
		print_ago(out, ended, now);
	}
	if (why) {
		fputs(": ", out);
		print_text(out, why);
	}
}

static void line_store(FILE *out, struct json_object *s, uint64_t now)
{
	struct json_object *store = status_part(s, "store");
	const char *trouble = status_text(store, "text");
	uint64_t n = status_number(store, "pending");

	(void)now;
	if (trouble) {
		fputs("DEGRADED, ", out);
		print_text(out, trouble);
		fputs("; ", out);
	}
	print_mib(out, status_number(store, "bytes"));
	if (n)
		fprintf(out, ", %" PRIu64 " rows wait", n);
	n = status_number(store, "given_up");
	if (n)
		fprintf(out, ", %" PRIu64 " given up", n);
	fputs(", ", out);
	print_text(out, status_text(store, "file"));
}

static void line_budget(FILE *out, struct json_object *s, uint64_t now)
{
	struct json_object *b = status_part(s, "budget");
	struct json_object *cpu = status_part(b, "cpu_ratio");

	(void)now;
	print_text(out, status_text(b, "state"));
	if (!cpu) {
		fputs(", not measured yet", out);
		return;
	}
	fprintf(out, ": %.3f %% of a processor, of %" PRIu64 " %%; ",
		json_object_get_double(cpu) * 100,
		status_number(b, "cpu_percent"));
	print_mib(out, status_number(b, "bytes"));
	fprintf(out, " of %" PRIu64 " MiB", status_number(b, "memory_mib"));
}

static void line_hooks(FILE *out, struct json_object *s, uint64_t now)
{
	struct json_object *hooks = status_part(s, "hooks");
	size_t n = json_object_is_type(hooks, json_type_array)
			   ? json_object_array_length(hooks)
			   : 0;
	const char *between = "";

	(void)now;
	for (size_t i = 0; i < n; i++) {
		struct json_object *h = json_object_array_get_idx(hooks, i);
		const char *program = status_text(h, "program");

		fputs(between, out);
		print_text(out, status_text(h, "role"));
		fputs(": ", out);
		print_text(out, program ? program : "none");
		between = "\n             ";
	}
}

static const struct {
	const char *name;
	void (*print)(FILE *out, struct json_object *s, uint64_t now);
} lines[] = {
	{ "state", line_state },	 { "verdict", line_verdict },
	{ "coverage", line_coverage },	 { "findings", line_findings },
	{ "self-test", line_self_test }, { "store", line_store },
	{ "budget", line_budget },	 { "hooks", line_hooks },
};

void status_print(FILE *out, struct json_object *s, uint64_t now_ns)
{
	fputs("btrfs-dirtywatch ", out);
	print_text(out, status_text(s, "version"));
	fputs(" on ", out);
	print_text(out, status_text(s, "kernel"));
	fputs(", as of ", out);
	print_ago(out, status_number(s, "updated_ns"), now_ns);
	fputc('\n', out);
	for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fprintf(out, "  %-10s ", lines[i].name);
		lines[i].print(out, s, now_ns);
		fputc('\n', out);
	}
}
