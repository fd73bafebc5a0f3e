/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fuzz_page.c - a row of a store, on its way to a page: whatever is in it, the
 * page has no markup but ours, and no character that could make it read other
 * than it is.
 */
#include <json-c/json.h>

#include "fuzz.h"
#include "html.h"
#include "html_page.h"
#include "stored_json.h"

/* All elements that a part on one finding has. */
static const char *const elements[] = {
	"article", "p",	  "span",  "time", "code",    "h3",	 "em",
	"figure",  "svg", "title", "desc", "line",    "text",	 "circle",
	"rect",	   "ol",  "li",	   "b",	   "small",   "div",	 "dl",
	"dt",	   "dd",  "pre",   "var",  "details", "summary", "h4",
};

static bool is_element(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");

	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (strlen(elements[i]) == len &&
		    !strncmp(elements[i], name, len))
			return strchr("> ", name[len]) || name[len] == '/';
	return false;
}

/* Quotes come in pairs inside of a tag, and a tag ends before the next one. */
static const char *check_tag(const char *tag)
{
	bool quoted = false;

	CHECK(is_element(tag + (*tag == '/')));
	for (; quoted || *tag != '>'; tag++) {
		CHECK(*tag && *tag != '<');
		if (*tag == '"')
			quoted = !quoted;
	}
	return tag + 1;
}

static void check_page(const char *text, size_t len)
{
	char *line = strdup(text);

	CHECK(line && strlen(text) == len);
	for (const char *tag = text; (tag = strchr(tag, '<'));)
		tag = check_tag(tag + 1);
	/* Newlines are ours. */
	for (char *c = line; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	fuzz_check_plain(line, len);
	free(line);
}

/* The next string of the input; "" behind its end. */
static const char *take(const char **from, const char *end)
{
	const char *text = *from;

	*from += strnlen(text, (size_t)(end - text));
	*from += *from < end;
	return text;
}

static void add_read(struct card *c, const char *text, int64_t at_ns)
{
	struct json_object *json = stored_json(text);

	if (!json)
		return;
	c->reads[c->read_count].at_ns = at_ns;
	c->reads[c->read_count++].json = json;
}

/* The same object, once more, and text that is JSON. */
static void check_json(struct json_object *o)
{
	const char *text = json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	struct json_object *again = stored_json(text);

	CHECK(again || strlen(text) > STORED_JSON_MAX);
	json_object_put(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_string(data, size);
	const char *at = copy;
	const char *end = copy + size;
	struct stored_finding row = { 0 };
	struct card c = { .row = &row, .number = 1 };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out);
	row.class = size ? data[0] % FINDING_CLASS_MAX : 0;
	at += size > 0;
	if (end - at > 16) {
		memcpy(&row.at_ns, at, 8);
		memcpy(&c.wall_ns, at + 8, 8);
		row.at_ns &= INT64_MAX;
		at += 16;
		c.wall_known = true;
	}
	c.json = stored_json(take(&at, end));
	row.window = take(&at, end);
	row.path = take(&at, end);
	c.host = take(&at, end);
	add_read(&c, take(&at, end), row.at_ns);
	if (c.json)
		check_json(c.json);
	html_card(out, &c);
	CHECK(!fclose(out));
	check_page(text, len);
	json_object_put(c.json);
	for (int i = 0; i < c.read_count; i++)
		json_object_put(c.reads[i].json);
	free(text);
	free(copy);
	return 0;
}
