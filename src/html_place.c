// SPDX-License-Identifier: GPL-2.0
/* html_place.c - see html_page.h: which bytes of which file. */
#include <inttypes.h>
#include <json-c/json.h>

#include "html.h"
#include "html_page.h"
#include "stored_json.h"
#include "window.h"

#define RANGES 16
#define PAGE_BYTES (UINT64_C(1) << WINDOW_PAGE_SHIFT)
#define OFFSET_MAX (UINT64_C(1) << 58)

struct ranges {
	struct {
		uint64_t at;
		uint64_t len;
	} all[RANGES];
	size_t used;
	uint64_t from; /* of the piece of the file that is drawn */
	uint64_t len;
	uint64_t bytes;
};

static bool number_at(struct json_object *array, size_t i, uint64_t *value)
{
	struct json_object *one = json_object_array_get_idx(array, i);

	if (!json_object_is_type(one, json_type_int) ||
	    json_object_get_int64(one) < 0)
		return false;
	*value = json_object_get_uint64(one);
	return *value <= OFFSET_MAX;
}

static void add_range(struct ranges *r, struct json_object *pair)
{
	uint64_t at, len;

	if (r->used == RANGES || !json_object_is_type(pair, json_type_array) ||
	    !number_at(pair, 0, &at) || !number_at(pair, 1, &len) || !len)
		return;
	r->all[r->used].at = at;
	r->all[r->used++].len = len;
	r->bytes += len;
}

/* The page that they are in, or more pages if need be. */
static void read_ranges(struct ranges *r, struct json_object *bound)
{
	size_t len = bound ? json_object_array_length(bound) : 0;
	uint64_t from = UINT64_MAX;
	uint64_t to = 0;

	for (size_t i = 0; i < len; i++)
		add_range(r, json_object_array_get_idx(bound, i));
	for (size_t i = 0; i < r->used; i++) {
		uint64_t end = r->all[i].at + r->all[i].len;

		from = r->all[i].at < from ? r->all[i].at : from;
		to = end > to ? end : to;
	}
	if (!r->used)
		return;
	r->from = from / PAGE_BYTES * PAGE_BYTES;
	r->len = (to + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES - r->from;
}

static void put_map(FILE *out, const struct card *c, const struct ranges *r)
{
	fprintf(out,
		"<svg class=\"map\" width=\"100%%\" height=\"10\" role=\"img\" aria-labelledby=\"map-%" PRIu64
		"\">\n<title id=\"map-%" PRIu64 "\">Bytes at stake, of ",
		c->number, c->number);
	html_number(out, r->len);
	fputs(" from ", out);
	html_number(out, r->from);
	fputs(" on</title>\n<rect class=\"rail\" width=\"100%\" height=\"10\"/>\n",
	      out);
	for (size_t i = 0; i < r->used; i++)
		fprintf(out,
			"<rect class=\"stake\" x=\"%.3f%%\" width=\"%.3f%%\" height=\"10\"/>\n",
			100.0 * (double)(r->all[i].at - r->from) /
				(double)r->len,
			100.0 * (double)r->all[i].len / (double)r->len);
	fputs("</svg>\n", out);
}

static void put_ranges(FILE *out, const struct card *c, const struct ranges *r)
{
	if (!r->used)
		return;
	fputs("<div class=\"bytes\">\n<p><b>", out);
	html_number(out, r->bytes);
	fputs("</b> of ", out);
	html_number(out, r->len);
	fputs(" bytes, at ", out);
	for (size_t i = 0; i < r->used; i++) {
		fputs(i ? ", " : "", out);
		html_number(out, r->all[i].at);
		fputs("&#8211;", out);
		html_number(out, r->all[i].at + r->all[i].len - 1);
	}
	fputs("</p>\n", out);
	put_map(out, c, r);
	fputs("</div>\n", out);
}

static void put_number(FILE *out, const struct card *c, const char *key,
		       const char *what)
{
	uint64_t value;

	if (stored_json_number(c->json, key, &value))
		fprintf(out, "<div><dt>%s</dt><dd>%" PRIu64 "</dd></div>\n",
			what, value);
}

static void put_text(FILE *out, const char *text, const char *what)
{
	if (!text)
		return;
	fprintf(out, "<div><dt>%s</dt><dd>", what);
	html_text(out, text);
	fputs("</dd></div>\n", out);
}

void html_place(FILE *out, const struct card *c)
{
	struct ranges r = { 0 };

	read_ranges(&r, stored_json_array(c->json, "bound"));
	fputs("<div class=\"where\">\n", out);
	put_ranges(out, c, &r);
	fputs("<dl class=\"place\">\n", out);
	put_text(out, c->host, "host");
	put_text(out, stored_json_text(c->json, "fs_uuid"), "filesystem");
	put_number(out, c, "subvolume", "subvolume");
	put_number(out, c, "inode", "inode");
	put_number(out, c, "page", "page");
	put_number(out, c, "dirty_pages", "dirty pages");
	put_text(out,
		 stored_json_text(stored_json_object(c->json, "write"),
				  "cgroup"),
		 "writer's cgroup");
	put_text(out,
		 stored_json_text(stored_json_object(c->json, "dropper"),
				  "cgroup"),
		 "dropper's cgroup");
	fputs("</dl>\n</div>\n", out);
}
