// SPDX-License-Identifier: GPL-2.0
/* check_print.c - see check_print.h. One table of what a row has to say. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_print.h"
#include "log.h"
#include "report.h"
#include "text.h"

struct column {
	const char *key;     /* in JSON */
	const char *heading; /* of the table; NULL: not in it */
	int width;
	struct json_object *(*value)(const struct check_row *row); /* or NULL */
};

static struct json_object *string(const char *text)
{
	return text && *text ? report_string(text) : NULL;
}

#define VALUE(name, expr)                                                      \
	static struct json_object *value_##name(const struct check_row *row)   \
	{                                                                      \
		return (expr);                                                 \
	}

VALUE(kind, string(row->kind))
VALUE(name, string(row->name))
VALUE(state, string(check_state_word(row->state)))
VALUE(program, string(row->program))
VALUE(symbol, string(row->symbol))
VALUE(exit_code, json_object_new_int(row->exit_code))
VALUE(found, string(row->found))
VALUE(remedy, string(row->remedy))

static const struct column columns[] = {
	{ "kind", "KIND", -6, value_kind },
	{ "name", "NAME", -18, value_name },
	{ "state", "STATE", -10, value_state },
	{ "exit_code", NULL, 0, value_exit_code },
	{ "program", NULL, 0, value_program },
	{ "symbol", NULL, 0, value_symbol },
	{ "found", "FOUND", 0, value_found },
	{ "remedy", NULL, 0, value_remedy },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The first letters of a plugin's answer, and its exit code. */
static const struct {
	const char *word;
	int exit_code;
} plugin[] = {
	[EXIT_NONE_LOST] = { "OK", 0 },
	[EXIT_LOST] = { "CRITICAL", 2 },
	[EXIT_NO_ANSWER] = { "UNKNOWN", 3 },
	[EXIT_NO_PERMISSION] = { "UNKNOWN", 3 },
	[EXIT_BLIND] = { "WARNING", 1 },
};

/* ---- text ----------------------------------------------------------- */

static void print_escaped(const char *text)
{
	text_escape(stdout, text, strlen(text));
}

static void print_cell(const struct column *c, const struct check_row *row)
{
	struct json_object *value = c->value(row);
	const char *text = value ? json_object_get_string(value) : "-";

	print_escaped(text);
	/* No cell but the last, which has no width, is from outside. */
	printf("%*s",
	       -c->width > (int)strlen(text) ? -c->width - (int)strlen(text)
					     : 0,
	       "");
	json_object_put(value);
}

/* The headings, or a row. */
static void print_line(const struct check_row *row)
{
	const char *gap = "";

	for (size_t i = 0; i < COLUMNS; i++) {
		if (!columns[i].heading)
			continue;
		fputs(gap, stdout);
		if (row)
			print_cell(&columns[i], row);
		else
			printf("%*s", columns[i].width, columns[i].heading);
		gap = " ";
	}
	putchar('\n');
}

static void print_text(const struct check_rows *rows,
		       const struct check_verdict *v)
{
	print_line(NULL);
	for (unsigned int i = 0; i < rows->count; i++) {
		print_line(&rows->rows[i]);
		if (!rows->rows[i].remedy[0])
			continue;
		fputs("    ", stdout);
		print_escaped(rows->rows[i].remedy);
		putchar('\n');
	}
	puts(v->text);
}

/* ---- JSON ----------------------------------------------------------- */

static struct json_object *object_new(const char *type)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "schema", json_object_new_int(REPORT_SCHEMA));
	json_object_object_add(o, "type", json_object_new_string(type));
	return o;
}

static void object_print(struct json_object *o)
{
	text_json(stdout, json_object_to_json_string_ext(
				  o, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE));
	putchar('\n');
	json_object_put(o);
}

static void print_json(const struct check_rows *rows,
		       const struct check_verdict *v)
{
	struct json_object *o;

	for (unsigned int i = 0; i < rows->count; i++) {
		o = object_new("check");
		for (size_t c = 0; c < COLUMNS; c++) {
			struct json_object *value =
				columns[c].value(&rows->rows[i]);

			if (value)
				json_object_object_add(o, columns[c].key,
						       value);
		}
		object_print(o);
	}
	o = object_new("check-summary");
	json_object_object_add(o, "version", json_object_new_string(VERSION));
	json_object_object_add(o, "verdict", json_object_new_string(v->word));
	json_object_object_add(o, "exit_code",
			       json_object_new_int(v->exit_code));
	for (int i = 0; i < CHECK_STATES; i++)
		json_object_object_add(o, check_state_word(i),
				       json_object_new_int64(v->states[i]));
	object_print(o);
}

/* ---- one line for a plugin ------------------------------------------ */

/* What stands behind a bar is taken for numbers. */
static void print_barless(const char *text)
{
	char copy[CHECK_TEXT];

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *bar = copy; (bar = strchr(bar, '|'));)
		*bar = '/';
	print_escaped(copy);
}

static int print_nagios(const struct check_rows *rows,
			const struct check_verdict *v)
{
	const char *gap = " | ";

	(void)rows;
	printf("DIRTYWATCH %s - ", plugin[v->exit_code].word);
	print_barless(v->text);
	if (v->remedy && *v->remedy) {
		fputs("; ", stdout);
		print_barless(v->remedy);
	}
	for (int i = 0; i < CHECK_STATES; i++) {
		printf("%s%s=%u", gap, check_state_word(i), v->states[i]);
		gap = " ";
	}
	putchar('\n');
	return plugin[v->exit_code].exit_code;
}

int check_print(enum check_form form, const struct check_rows *rows,
		const struct check_verdict *verdict)
{
	if (form == CHECK_AS_NAGIOS)
		return print_nagios(rows, verdict);
	if (form == CHECK_AS_JSON)
		print_json(rows, verdict);
	else
		print_text(rows, verdict);
	return verdict->exit_code;
}
