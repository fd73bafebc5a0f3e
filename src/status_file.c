// SPDX-License-Identifier: GPL-2.0
/* status_file.c - what the daemon writes for `status`: see daemon_state.h. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon_state.h"
#include "now.h"
#include "vmstat.h"

#define FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static void add_text(struct json_object *o, const char *key, const char *text)
{
	if (text)
		json_object_object_add(o, key, report_string(text));
}

static void add_number(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

/* A time of CLOCK_MONOTONIC as one that the next boot understands, too. */
static void add_time(const struct daemon *d, struct json_object *o,
		     const char *key, uint64_t ns)
{
	if (ns)
		add_number(o, key,
			   ns + (uint64_t)d->keeper.report.start.wall_ns);
}

/* ---- parts ------------------------------------------------------------ */

static const char *state_of(const struct daemon *d)
{
	if (d->off)
		return budget_word(d->budget.state);
	return d->keeper.armed_ns ? "armed" : "ended";
}

static struct json_object *hooks(const struct daemon *d)
{
	struct json_object *list = json_object_new_array();
	const char *program = NULL, *role;

	for (unsigned int i = 0;
	     d->tracer && (role = tracer_role(d->tracer, i, &program)); i++) {
		struct json_object *o = json_object_new_object();

		add_text(o, "role", role);
		add_text(o, "program", program);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *counters(const struct daemon *d)
{
	struct json_object *o = json_object_new_object();

	for (int i = 0; i < COUNT_MAX; i++)
		add_number(o, report_counters[i].name,
			   d->keeper.sums.counters[i]);
	add_number(o, "written_all",
		   vmstat_written() - d->keeper.written_before);
	return o;
}

static struct json_object *findings(const struct daemon *d)
{
	struct json_object *o = json_object_new_object();

	for (int i = 0; i < FINDING_CLASS_MAX; i++)
		add_number(o, finding_class_word((enum finding_class)i),
			   d->keeper.findings[i]);
	return o;
}

/* Intervals in which something could not be seen. */
static struct json_object *blind(const struct daemon *d)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; i < BLIND_MAX; i++) {
		const struct blind_span *span = &d->keeper.sums.blind[i];
		struct json_object *o;

		if (!span->count)
			continue;
		o = json_object_new_object();
		add_text(o, "kind", report_blinds[i].name);
		add_text(o, "text", report_blinds[i].text);
		add_number(o, "count", span->count);
		add_time(d, o, "first_ns", span->first_ns);
		add_time(d, o, "last_ns", span->last_ns);
		json_object_object_add(
			o, "open",
			json_object_new_boolean(
				(int)d->keeper.metrics.blind_open[i]));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *self_test(const struct daemon *d)
{
	const struct self_test *t = &d->self_test;
	struct json_object *o = json_object_new_object();

	add_text(o, "result", self_test_word(t->result));
	add_time(d, o, "ended_ns", t->ended_ns);
	add_time(d, o, "passed_ns", t->passed_ns);
	if (*t->why)
		add_text(o, "why", t->why);
	add_number(o, "every_minutes", d->config.self_test_min);
	return o;
}

static struct json_object *store(const struct daemon *d)
{
	struct json_object *o = json_object_new_object();
	struct store_status s;

	store_status(d->keeper.store, &s);
	add_text(o, "file", d->config.store);
	add_text(o, "trouble", store_trouble_word(s.trouble));
	if (s.trouble != STORE_none)
		add_text(o, "text", store_trouble_text(s.trouble));
	add_number(o, "bytes", store_bytes(d->keeper.store));
	add_number(o, "pending", s.pending);
	add_number(o, "given_up", s.given_up);
	if (s.replaced)
		add_text(o, "aside", s.aside);
	return o;
}

static struct json_object *budget(const struct daemon *d)
{
	const struct budget *b = &d->budget;
	struct json_object *o = json_object_new_object();

	add_text(o, "state", budget_word(b->state));
	if (b->sampled) {
		json_object_object_add(o, "cpu_ratio",
				       json_object_new_double(b->cpu_ratio));
		json_object_object_add(o, "hooks_ratio",
				       json_object_new_double(b->hooks_ratio));
		add_number(o, "bytes", b->bytes);
	}
	add_number(o, "cpu_percent", d->config.cpu_percent);
	add_number(o, "memory_mib", d->config.memory_mib);
	return o;
}

/* ---- the whole -------------------------------------------------------- */

static struct json_object *status_object(const struct daemon *d)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "schema", json_object_new_int(STATUS_SCHEMA));
	add_text(o, "type", "status");
	add_number(o, "updated_ns", (uint64_t)wall_ns());
	add_number(o, "pid", (uint64_t)getpid());
	add_number(o, "pid_start", status_process_start(getpid()));
	add_text(o, "version", VERSION);
	add_text(o, "kernel", d->keeper.metrics.kernel);
	add_text(o, "state", state_of(d));
	add_text(o, "mode", d->config.guard ? "guard" : "watch");
	add_text(o, "mount", d->keeper.mount);
	add_time(d, o, "armed_ns", d->keeper.armed_ns);
	if (d->tracer)
		add_text(o, "unseen", tracer_unseen(d->tracer));
	json_object_object_add(
		o, "degraded",
		json_object_new_boolean(d->keeper.trouble != STORE_none));
	add_number(o, "open_stranded", d->keeper.sums.open_stranded);
	json_object_object_add(o, "findings", findings(d));
	json_object_object_add(o, "counters", counters(d));
	json_object_object_add(o, "blind", blind(d));
	json_object_object_add(o, "self_test", self_test(d));
	json_object_object_add(o, "store", store(d));
	json_object_object_add(o, "budget", budget(d));
	json_object_object_add(o, "hooks", hooks(d));
	return o;
}

static int write_text(int dir, const char *text)
{
	int fd = openat(dir, STATUS_FILE ".tmp",
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
	size_t len = strlen(text);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		err = -EIO;
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, STATUS_FILE ".tmp", dir, STATUS_FILE))
		err = -errno;
	return err;
}

int status_file_write(const struct daemon *d)
{
	struct json_object *o = status_object(d);
	int dir = open(d->config.run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err = dir < 0 ? -errno : 0;

	if (!err)
		err = write_text(dir, json_object_to_json_string_ext(o, FLAGS));
	json_object_put(o);
	if (dir >= 0)
		close(dir);
	return err;
}
