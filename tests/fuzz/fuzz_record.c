// SPDX-License-Identifier: GPL-2.0
/* fuzz_record.c - bytes from the ring, up to the lines that are printed. */
#include <errno.h>
#include <json-c/json.h>

#include "decode.h"
#include "findings.h"
#include "fuzz.h"
#include "report.h"

#define PIECE (sizeof(struct record) + 64)
#define WALL_NS INT64_C(1709210096000000000)

static const char *symbol(void *arg, uint64_t addr, uint64_t *off)
{
	(void)arg;
	*off = addr & 0xfff;
	return addr & 1 ? "some_function" : NULL;
}

static void check_json(const char *text, size_t len)
{
	struct json_tokener *reader = json_tokener_new();
	struct json_object *line, *class;

	CHECK(reader);
	json_tokener_set_flags(reader, JSON_TOKENER_STRICT |
					       JSON_TOKENER_VALIDATE_UTF8);
	line = json_tokener_parse_ex(reader, text, (int)len);
	CHECK(json_tokener_get_error(reader) == json_tokener_success);
	CHECK(json_object_object_get_ex(line, "class", &class));
	json_object_put(line);
	json_tokener_free(reader);
}

/* Lines of a finding in text, with all details. */
static int lines_of(const struct finding *f)
{
	switch (f->class) {
	case FINDING_UNEXPLAINED:
	case FINDING_STALE_READ:
		return 2;
	case FINDING_EVICTED:
		return 4;
	case FINDING_LOST:
		return f->followed ? 5 : 6;
	default:
		return 1;
	}
}

/* And one on its content, if somebody asked for it. */
static int all_lines_of(const struct finding *f)
{
	return lines_of(f) + (f->rescue != RESCUE_not_asked);
}

/* One finding by one printer; its text is checked. */
static void print(const struct finding *f, bool json)
{
	const struct report_start_info info = { .wall_known = f->ns & 1,
						.wall_ns = WALL_NS,
						.symbol = symbol };
	char *text = NULL;
	size_t len = 0, start;
	FILE *out = open_memstream(&text, &len);
	struct report *r;

	CHECK(out);
	r = json ? report_json_new(out) : report_text_new(out, false, 1);
	CHECK(r && !report_start(r, &info));
	start = len;
	CHECK(!report_finding(r, f));
	fuzz_check_lines(text + start, len - start, json ? 1 : all_lines_of(f));
	if (json)
		check_json(text + start, len - start);
	report_free(r);
	fclose(out);
	free(text);
}

static void check_record(const struct record *r)
{
	CHECK(r->stack_len <= RECORD_STACK_DEPTH);
	CHECK(r->trail.clean.len <= RECORD_STACK_DEPTH);
	CHECK(r->trail.drop.len <= RECORD_STACK_DEPTH);
	CHECK(r->path_len <= sizeof(r->path));
	CHECK(strnlen(r->comm, WINDOW_COMM_LEN) < WINDOW_COMM_LEN);
	for (int i = 0; i < WINDOW_RANGES; i++)
		CHECK(r->bound[i].from >= r->bound[i].to ||
		      (r->bound[i].from >> WINDOW_PAGE_SHIFT ==
			       r->window.index &&
		       (r->bound[i].to - 1) >> WINDOW_PAGE_SHIFT ==
			       r->window.index));
}

/* One record after another, each with slack behind it, the last as it is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct findings *table = findings_new();
	static struct finding f;
	uint64_t noted = 0;

	CHECK(table);
	while (size) {
		size_t len = size < PIECE ? size : PIECE;
		struct record r;
		int err = decode_record(data, len, &r);

		CHECK(!err || err == -EBADMSG);
		data += len;
		size -= len;
		if (err)
			continue;
		check_record(&r);
		finding_from_record(&r, &f);
		noted += f.class == FINDING_STRANDED;
		CHECK(!findings_note(table, &f));
		CHECK(findings_open(table) <= noted);
		print(&f, false);
		print(&f, true);
	}
	findings_free(table);
	return 0;
}
