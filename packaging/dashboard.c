// SPDX-License-Identifier: GPL-2.0
/*
 * dashboard.c - prints grafana.json, from the table of metrics: a panel for
 * each that the table names, with all metrics that belong on it.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "metrics.h"

#define COLUMNS 24
#define NAME_LEN 128

static void add(struct json_object *o, const char *key,
		struct json_object *value)
{
	json_object_object_add(o, key, value);
}

static struct json_object *string(const char *text)
{
	return json_object_new_string(text);
}

static void add_string(struct json_object *o, const char *key, const char *text)
{
	add(o, key, string(text));
}

static void add_int(struct json_object *o, const char *key, int value)
{
	add(o, key, json_object_new_int(value));
}

static struct json_object *array_of(struct json_object *one)
{
	struct json_object *all = json_object_new_array();

	json_object_array_add(all, one);
	return all;
}

static struct json_object *datasource(void)
{
	struct json_object *o = json_object_new_object();

	add_string(o, "type", "prometheus");
	add_string(o, "uid", "${datasource}");
	return o;
}

/* ---- a query ----------------------------------------------------------- */

static bool is_time(const struct metric *t)
{
	return !strcmp(t->panel->unit, "dateTimeFromNow");
}

/* Counters as what came in an interval, seconds of a counter as a share. */
static void print_expr(FILE *out, const struct metric *t)
{
	static const char which[] = "{instance=~\"$instance\"}";
	const char *rate = t->unit == METRIC_NANO ? "rate" : "increase";

	if (t->type == METRIC_COUNTER)
		fprintf(out, "%s(" METRICS_PREFIX "%s%s[$__rate_interval])",
			rate, t->name, which);
	else
		fprintf(out, "%s" METRICS_PREFIX "%s%s%s",
			is_time(t) ? "1000 * " : "", t->name, which,
			t->unit == METRIC_STATE ? " == 1" : "");
}

/* Where a panel has several metrics, each is called by its name. */
static void print_legend(FILE *out, const struct metric *t, bool alone)
{
	fputs("{{instance}}", out);
	if (!alone)
		fprintf(out, " %s", t->name);
	for (int i = 0; i < 2 && t->label[i]; i++)
		fprintf(out, " {{%s}}", t->label[i]->name);
}

/* Takes what `print` writes; NULL: no memory. */
static struct json_object *expr_of(const struct metric *t)
{
	char text[256] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (!out)
		return NULL;
	print_expr(out, t);
	fclose(out);
	return string(text);
}

static struct json_object *legend_of(const struct metric *t, bool alone)
{
	char text[256] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (!out)
		return NULL;
	print_legend(out, t, alone);
	fclose(out);
	return string(text);
}

static bool is_table(const struct metric_panel *p)
{
	return !strcmp(p->type, "table");
}

static struct json_object *target(const struct metric *t, int index, bool alone)
{
	const char ref[] = { (char)('A' + index), '\0' };
	struct json_object *o = json_object_new_object();

	add_string(o, "refId", ref);
	add(o, "datasource", datasource());
	add(o, "expr", expr_of(t));
	add(o, "legendFormat", legend_of(t, alone));
	if (is_table(t->panel)) {
		add_string(o, "format", "table");
		add(o, "instant", json_object_new_boolean(true));
	}
	return o;
}

static int metrics_on(const struct metric_panel *p)
{
	int count = 0;

	for (const struct metric *t = metrics_table; t->name; t++)
		count += t->panel == p;
	return count;
}

static struct json_object *targets(const struct metric_panel *p)
{
	struct json_object *all = json_object_new_array();
	bool alone = metrics_on(p) == 1;
	int i = 0;

	for (const struct metric *t = metrics_table; t->name; t++)
		if (t->panel == p)
			json_object_array_add(all, target(t, i++, alone));
	return all;
}

/* What the metrics mean, in words. */
static struct json_object *description(const struct metric_panel *p)
{
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	const char *gap = "";

	if (!out)
		return NULL;
	for (const struct metric *t = metrics_table; t->name; t++) {
		if (t->panel != p)
			continue;
		fprintf(out, "%s`%s`: %s.", gap, t->name, t->help);
		gap = "  \n";
	}
	fclose(out);
	return string(text);
}

/* ---- a panel ----------------------------------------------------------- */

static struct json_object *step(const char *colour, struct json_object *from)
{
	struct json_object *o = json_object_new_object();

	add_string(o, "color", colour);
	add(o, "value", from);
	return o;
}

static struct json_object *thresholds(const struct metric_panel *p)
{
	static const char *const colours[][2] = {
		[METRIC_ANY_GOOD] = { "blue", "blue" },
		[METRIC_ZERO_GOOD] = { "green", "red" },
		[METRIC_ONE_GOOD] = { "red", "green" },
	};
	struct json_object *o = json_object_new_object();
	struct json_object *steps = array_of(step(colours[p->good][0], NULL));

	json_object_array_add(
		steps, step(colours[p->good][1], json_object_new_int(1)));
	add_string(o, "mode", "absolute");
	add(o, "steps", steps);
	return o;
}

/* A time of 0 is none, not fifty years ago. */
static struct json_object *never(void)
{
	struct json_object *text = json_object_new_object();
	struct json_object *values = json_object_new_object();
	struct json_object *o = json_object_new_object();

	add_string(text, "text", "never");
	add(values, "0", text);
	add_string(o, "type", "value");
	add(o, "options", values);
	return array_of(o);
}

static struct json_object *field_config(const struct metric_panel *p)
{
	struct json_object *defaults = json_object_new_object();
	struct json_object *colour = json_object_new_object();
	struct json_object *o = json_object_new_object();

	add_string(colour, "mode",
		   p->good == METRIC_ANY_GOOD ? "palette-classic"
					      : "thresholds");
	add(defaults, "color", colour);
	add_string(defaults, "unit", p->unit);
	add_int(defaults, "min", 0);
	add(defaults, "thresholds", thresholds(p));
	if (!strcmp(p->unit, "dateTimeFromNow"))
		add(defaults, "mappings", never());
	add(o, "defaults", defaults);
	add(o, "overrides", json_object_new_array());
	return o;
}

/* Where the next panel goes. */
struct cursor {
	int x, y;
	int height; /* of those in this line */
	int id;
};

static struct json_object *grid(struct cursor *at, int width, int height)
{
	struct json_object *o = json_object_new_object();

	if (at->x + width > COLUMNS) {
		at->x = 0;
		at->y += at->height;
		at->height = 0;
	}
	add_int(o, "x", at->x);
	add_int(o, "y", at->y);
	add_int(o, "w", width);
	add_int(o, "h", height);
	at->x += width;
	if (height > at->height)
		at->height = height;
	return o;
}

static struct json_object *panel(const struct metric_panel *p,
				 struct cursor *at)
{
	bool small = !strcmp(p->type, "stat") && metrics_on(p) == 1;
	struct json_object *o = json_object_new_object();

	add_int(o, "id", ++at->id);
	add_string(o, "type", p->type);
	add_string(o, "title", p->title);
	add(o, "description", description(p));
	add(o, "datasource", datasource());
	add(o, "gridPos",
	    grid(at, small ? COLUMNS / 4 : COLUMNS / 2, small ? 4 : 8));
	add(o, "fieldConfig", field_config(p));
	add(o, "targets", targets(p));
	return o;
}

static struct json_object *heading(const char *row, struct cursor *at)
{
	struct json_object *o = json_object_new_object();

	at->x = COLUMNS; /* a line of its own */
	add_int(o, "id", ++at->id);
	add_string(o, "type", "row");
	add_string(o, "title", row);
	add(o, "collapsed", json_object_new_boolean(false));
	add(o, "gridPos", grid(at, COLUMNS, 1));
	add(o, "panels", json_object_new_array());
	return o;
}

/* Was the panel, or another of its row, in the table before? */
static bool is_first(const struct metric *t, bool row)
{
	for (const struct metric *o = metrics_table; o < t; o++)
		if (o->panel == t->panel ||
		    (row && !strcmp(o->panel->row, t->panel->row)))
			return false;
	return true;
}

static struct json_object *panels(void)
{
	struct json_object *all = json_object_new_array();
	struct cursor at = { 0 };

	for (const struct metric *r = metrics_table; r->name; r++) {
		if (!is_first(r, true))
			continue;
		json_object_array_add(all, heading(r->panel->row, &at));
		for (const struct metric *t = r; t->name; t++)
			if (!strcmp(t->panel->row, r->panel->row) &&
			    is_first(t, false))
				json_object_array_add(all,
						      panel(t->panel, &at));
	}
	return all;
}

/* ---- the dashboard ----------------------------------------------------- */

static struct json_object *datasource_variable(void)
{
	struct json_object *o = json_object_new_object();

	add_string(o, "name", "datasource");
	add_string(o, "label", "Prometheus");
	add_string(o, "type", "datasource");
	add_string(o, "query", "prometheus");
	return o;
}

static struct json_object *instance_variable(void)
{
	static const char query[] =
		"label_values(" METRICS_PREFIX "armed, instance)";
	struct json_object *o = json_object_new_object();

	add_string(o, "name", "instance");
	add_string(o, "label", "Machine");
	add_string(o, "type", "query");
	add(o, "datasource", datasource());
	add_string(o, "query", query);
	add_string(o, "definition", query);
	add_int(o, "refresh", 2); /* when the time range changes */
	add_int(o, "sort", 1);
	add(o, "multi", json_object_new_boolean(true));
	add(o, "includeAll", json_object_new_boolean(true));
	add_string(o, "allValue", ".*");
	return o;
}

static struct json_object *variables(void)
{
	struct json_object *all = array_of(datasource_variable());
	struct json_object *o = json_object_new_object();

	json_object_array_add(all, instance_variable());
	add(o, "list", all);
	return o;
}

static struct json_object *last_day(void)
{
	struct json_object *o = json_object_new_object();

	add_string(o, "from", "now-24h");
	add_string(o, "to", "now");
	return o;
}

int main(void)
{
	struct json_object *o = json_object_new_object();
	int failed;

	add_string(o, "uid", "btrfs-dirtywatch");
	add_string(o, "title", "btrfs-dirtywatch");
	add_string(o, "description",
		   "Writes that btrfs lost before they reached the disk");
	add(o, "tags", array_of(string("btrfs")));
	add_int(o, "schemaVersion", 37); /* of Grafana 9, which later read */
	add(o, "editable", json_object_new_boolean(true));
	add_string(o, "refresh", "1m");
	add(o, "time", last_day());
	add(o, "templating", variables());
	add(o, "panels", panels());
	failed = puts(json_object_to_json_string_ext(
			 o, JSON_C_TO_STRING_PRETTY |
				    JSON_C_TO_STRING_NOSLASHESCAPE)) < 0;
	json_object_put(o);
	return fflush(stdout) || failed;
}
