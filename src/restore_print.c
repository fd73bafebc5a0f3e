// SPDX-License-Identifier: GPL-2.0
/* restore_print.c - see restore_print.h. */
#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "restore_print.h"
#include "text.h"

#define ROW 16

static int flushed(void)
{
	return fflush(stdout) || ferror(stdout) ? -1 : 0;
}

/* ---- JSON ----------------------------------------------------------- */

static void add(struct json_object *o, const char *key,
		struct json_object *value)
{
	json_object_object_add(o, key, value);
}

static int object_print(struct json_object *o)
{
	text_json(stdout, json_object_to_json_string_ext(
				  o, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE));
	putchar('\n');
	json_object_put(o);
	return flushed();
}

static struct json_object *object_new(const char *type)
{
	struct json_object *o = json_object_new_object();

	add(o, "schema", json_object_new_int(REPORT_SCHEMA));
	add(o, "type", json_object_new_string(type));
	return o;
}

static void add_range(struct json_object *list, uint64_t from, uint64_t to)
{
	struct json_object *pair = json_object_new_array();

	json_object_array_add(pair, json_object_new_uint64(from));
	json_object_array_add(pair, json_object_new_uint64(to - from));
	json_object_array_add(list, pair);
}

/* Which file and bytes it is about. */
static struct json_object *page_object(const char *file,
				       const struct rescued *r)
{
	struct json_object *o = object_new("restore");
	struct json_object *bound = json_object_new_array();
	const struct finding *f = r ? &r->finding : NULL;

	add(o, "file", report_string(file));
	add(o, "bound", bound);
	if (!f)
		return o;
	add(o, "id", report_string(f->id));
	add(o, "class", json_object_new_string(finding_class_word(f->class)));
	add(o, "fs_uuid", report_string(f->uuid));
	add(o, "subvolume", json_object_new_uint64(f->subvol));
	add(o, "inode", json_object_new_uint64(f->ino));
	add(o, "page", json_object_new_uint64(f->page));
	for (int i = 0; i < WINDOW_RANGES; i++)
		if (f->bound[i].from < f->bound[i].to)
			add_range(bound, f->bound[i].from, f->bound[i].to);
	if (f->path_known)
		add(o, "path", report_string(f->path));
	return o;
}

static int json_page(const char *file, const struct rescued *r,
		     const struct restored *out)
{
	struct json_object *o = page_object(file, r);
	const struct restore_word *word = &restore_words[out->state];
	uint64_t page = r ? r->finding.page << WINDOW_PAGE_SHIFT : 0;
	struct json_object *exact;

	if (out->known) {
		exact = json_object_new_array();
		for (unsigned int i = 0; i < out->exacts; i++)
			add_range(exact, page + out->exact[i].from,
				  page + out->exact[i].to);
		add(o, "exact", exact);
	}
	add(o, "state", json_object_new_string(word->name));
	add(o, "text", json_object_new_string(word->text));
	if (out->err)
		add(o, "error", json_object_new_string(strerror(out->err)));
	return object_print(o);
}

static int json_sums(const struct restore_printer *p)
{
	struct json_object *o = object_new("restore-summary");
	struct json_object *states = json_object_new_object();

	for (int i = 0; i < RESTORE_MAX; i++)
		if (p->count[i])
			add(states, restore_words[i].name,
			    json_object_new_uint64(p->count[i]));
	add(o, "states", states);
	return object_print(o);
}

/* ---- for people ----------------------------------------------------- */

static void print_place(const char *file, const struct rescued *r)
{
	const struct finding *f = r ? &r->finding : NULL;

	if (f && f->path_known)
		text_escape(stdout, f->path, strlen(f->path));
	else if (f)
		printf("inode %" PRIu64 " of subvolume %" PRIu64, f->ino,
		       f->subvol);
	if (f) {
		fputs(", bytes", stdout);
		for (int i = 0; i < WINDOW_RANGES; i++)
			if (f->bound[i].from < f->bound[i].to)
				printf(" %" PRIu64 "-%" PRIu64,
				       (uint64_t)f->bound[i].from,
				       (uint64_t)f->bound[i].to - 1);
		fputs(", ", stdout);
	}
	text_escape(stdout, file, strlen(file));
}

static void print_row(const char *title, const unsigned char *bytes)
{
	printf("  %-8s", title);
	for (int i = 0; i < ROW; i++)
		printf(" %02x", bytes[i]);
	fputs("  |", stdout);
	for (int i = 0; i < ROW; i++)
		putchar(bytes[i] < 128 && isprint(bytes[i]) ? bytes[i] : '.');
	fputs("|\n", stdout);
}

/* Both, in the rows in which a byte differs. */
static void print_rows(const struct rescued *r, const struct restored *out)
{
	uint64_t page = r->finding.page << WINDOW_PAGE_SHIFT;
	unsigned int next = 0;

	for (unsigned int i = 0; i < out->exacts; i++) {
		unsigned int row = out->exact[i].from / ROW * ROW;

		for (row = row < next ? next : row; row < out->exact[i].to;
		     row += ROW) {
			printf("    at %" PRIu64 "\n", page + row);
			print_row("file", out->seen + row);
			print_row("rescued", r->content + row);
			next = row + ROW;
		}
	}
}

static unsigned int differing(const struct restored *out)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < out->exacts; i++)
		n += out->exact[i].to - out->exact[i].from;
	return n;
}

static int text_page(const struct restore_printer *p, const char *file,
		     const struct rescued *r, const struct restored *out)
{
	printf("%-9s ", restore_words[out->state].name);
	print_place(file, r);
	printf(": %s", restore_words[out->state].text);
	if (out->err)
		printf(": %s", strerror(out->err));
	if (out->known)
		printf(" (%u bytes differed)", differing(out));
	putchar('\n');
	if (p->dry_run && out->known)
		print_rows(r, out);
	return flushed();
}

static int text_sums(const struct restore_printer *p)
{
	bool any = false;

	for (int i = 0; i < RESTORE_MAX; i++) {
		if (!p->count[i])
			continue;
		printf("%s%lu %s", any ? ", " : "", p->count[i],
		       restore_words[i].name);
		any = true;
	}
	puts(any ? "" : "nothing to restore");
	return flushed();
}

/* ---- both ----------------------------------------------------------- */

int restore_print_listed(const struct restore_printer *p, const char *file,
			 const struct rescued *r)
{
	if (p->json)
		return object_print(page_object(file, r));
	printf("%-9s ", r ? finding_class_word(r->finding.class) : "damaged");
	print_place(file, r);
	putchar('\n');
	return flushed();
}

int restore_print_page(struct restore_printer *p, const char *file,
		       const struct rescued *r, const struct restored *out)
{
	p->count[out->state]++;
	return p->json ? json_page(file, r, out) : text_page(p, file, r, out);
}

int restore_print_sums(const struct restore_printer *p)
{
	return p->json ? json_sums(p) : text_sums(p);
}
