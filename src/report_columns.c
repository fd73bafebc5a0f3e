/* SPDX-License-Identifier: GPL-2.0 */
/* The one table of what is said about a finding, in text and in JSON. */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "text.h"

struct json_object *report_string(const char *bytes)
{
	char *text = text_lossy(bytes, strlen(bytes));
	struct json_object *value = NULL;

	if (text)
		value = json_object_new_string(text);
	free(text);
	return value;
}

static struct json_object *time_ns(uint64_t ns)
{
	return ns ? json_object_new_uint64(ns) : NULL;
}

static struct json_object *flag(bool set)
{
	return set ? json_object_new_boolean(true) : NULL;
}

static struct json_object *task_object(const struct finding_task *task)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "pid", json_object_new_uint64(task->pid));
	json_object_object_add(o, "tgid", json_object_new_uint64(task->tgid));
	json_object_object_add(o, "comm", report_string(task->comm));
	if (task->cgroup)
		json_object_object_add(o, "cgroup_id",
				       json_object_new_uint64(task->cgroup));
	if (task->cgroup_path[0])
		json_object_object_add(o, "cgroup",
				       report_string(task->cgroup_path));
	return o;
}

/* An unexplained clean has no write call: its task stands alone. */
static bool is_cleaner(const struct finding *f)
{
	return f->task_known && f->class == FINDING_UNEXPLAINED;
}

static bool is_reader(const struct finding *f)
{
	return f->task_known && f->class == FINDING_STALE_READ;
}

static const char *const reads[READ_MAX] = {
	[READ_BY_READ] = "read",
	[READ_BY_WRITE] = "write",
	[READ_BY_RETRY] = "own retry",
};

static bool is_evicted(const struct finding *f)
{
	return f->class == FINDING_EVICTED;
}

#define VALUE(name)                                                            \
	static struct json_object *value_##name(const struct report *r,        \
						const struct finding *f)

VALUE(ts)
{
	return report_time(r, f->ns);
}

/* A value that needs the finding only. */
#define FIELD(name, expr)                                                      \
	VALUE(name)                                                            \
	{                                                                      \
		(void)r;                                                       \
		return (expr);                                                 \
	}

FIELD(class, json_object_new_string(finding_class_word(f->class)))
FIELD(id, json_object_new_string(f->id))
FIELD(mono_ns, json_object_new_uint64(f->ns))
FIELD(pid, is_cleaner(f) ? json_object_new_uint64(f->task.pid) : NULL)
FIELD(tgid, is_cleaner(f) ? json_object_new_uint64(f->task.tgid) : NULL)
FIELD(comm, is_cleaner(f) ? report_string(f->task.comm) : NULL)
FIELD(inode, json_object_new_uint64(f->ino))
FIELD(subvolume, f->subvol_known ? json_object_new_uint64(f->subvol) : NULL)
FIELD(fs_uuid, f->uuid[0] ? json_object_new_string(f->uuid) : NULL)
FIELD(page, json_object_new_uint64(f->page))
FIELD(clean_ns, time_ns(f->clean_ns))
FIELD(retry_ns, time_ns(f->retry_ns))
FIELD(end_ns, time_ns(f->end_ns))
FIELD(drop_ns, time_ns(f->drop_ns))
FIELD(window_max_ns, time_ns(f->window_max_ns))
FIELD(was_stranded, flag(f->was_stranded))
FIELD(own_retry,
      is_reader(f) ? json_object_new_boolean(f->read == READ_BY_RETRY) : NULL)
FIELD(i_size, is_evicted(f) ? json_object_new_uint64(f->i_size) : NULL)
FIELD(dirty_pages,
      is_evicted(f) ? json_object_new_uint64(f->dirty_pages) : NULL)
FIELD(more_pages, flag(f->more_pages))
FIELD(link_count, f->links_len ? json_object_new_uint64(f->link_count) : NULL)
FIELD(unsent, flag(f->unsent))
FIELD(unlinked, json_object_new_boolean(f->unlinked))
FIELD(complete, json_object_new_boolean(f->complete))
FIELD(path, f->path_known ? report_string(f->path) : NULL)
FIELD(path_truncated, flag(f->path_known && f->path_truncated))
FIELD(path_in_fs, flag(f->path_known && f->path_in_fs))

VALUE(device)
{
	char text[32];

	(void)r;
	snprintf(text, sizeof(text), "%u:%u", f->dev >> 20, f->dev & 0xfffff);
	return json_object_new_string(text);
}

VALUE(bound)
{
	struct json_object *all = NULL;
	int i;

	(void)r;
	for (i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &f->bound[i];
		struct json_object *range;

		if (b->from >= b->to)
			continue;
		range = json_object_new_array_ext(2);
		json_object_array_add(range, json_object_new_uint64(b->from));
		json_object_array_add(range,
				      json_object_new_uint64(b->to - b->from));
		if (!all)
			all = json_object_new_array_ext(WINDOW_RANGES);
		json_object_array_add(all, range);
	}
	return all;
}

/* What a finding says of its write call. */
VALUE(write)
{
	struct json_object *o;

	(void)r;
	if (!f->task_known || is_cleaner(f) || is_reader(f))
		return NULL;
	o = task_object(&f->task);
	if (f->write_known) {
		json_object_object_add(o, "pos",
				       json_object_new_uint64(f->pos));
		json_object_object_add(o, "result",
				       json_object_new_int64(f->result));
	}
	return o;
}

VALUE(dropper)
{
	struct json_object *o;

	(void)r;
	if (!f->dropped)
		return NULL;
	o = task_object(&f->dropper);
	json_object_object_add(
		o, "way", json_object_new_string(finding_way_word(f->way)));
	return o;
}

VALUE(reader)
{
	struct json_object *o;

	(void)r;
	if (!is_reader(f))
		return NULL;
	o = task_object(&f->task);
	json_object_object_add(o, "way",
			       json_object_new_string(reads[f->read]));
	return o;
}

FIELD(rescue, report_rescue_object(f))
FIELD(heal, report_heal_object(f))
FIELD(stack, report_addresses(f->stack, f->stack_len))

VALUE(symbols)
{
	return report_symbols(r, f->stack, f->stack_len);
}

VALUE(clean_stack)
{
	return report_stack(r, &f->clean_stack);
}

VALUE(drop_stack)
{
	return report_stack(r, &f->drop_stack);
}

/* What a loss would say, had somebody looked. */
VALUE(not_observed)
{
	bool lost = f->class == FINDING_LOST;
	const struct {
		const char *what;
		bool missing;
	} parts[] = {
		{ "clean_stack", lost && !f->clean_stack.len },
		{ "drop_stack", (lost || is_evicted(f)) && !f->drop_stack.len },
		{ "stale_reads", lost && !f->followed },
	};
	struct json_object *all = NULL;

	(void)r;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].missing)
			continue;
		if (!all)
			all = json_object_new_array();
		json_object_array_add(all,
				      json_object_new_string(parts[i].what));
	}
	return all;
}

VALUE(links)
{
	struct json_object *all;
	uint32_t at;

	(void)r;
	if (!f->links_len)
		return NULL;
	all = json_object_new_array();
	for (at = 0; at < f->links_len; at += strlen(f->links + at) + 1)
		json_object_array_add(all, report_string(f->links + at));
	return all;
}

VALUE(path_b64)
{
	size_t len = strlen(f->path);
	struct json_object *value = NULL;
	char *text;

	(void)r;
	if (!f->path_known || text_is_utf8(f->path, len))
		return NULL;
	text = text_base64(f->path, len);
	if (text)
		value = json_object_new_string(text);
	free(text);
	return value;
}

#define PRINT(name)                                                            \
	static void print_##name(FILE *out, const struct report *r,            \
				 const struct finding *f)

PRINT(time)
{
	report_print_time(out, r, f->ns);
}

PRINT(pid)
{
	(void)r;
	if (f->task_known)
		fprintf(out, "%u", f->task.pid);
	else
		putc('-', out);
}

PRINT(comm)
{
	(void)r;
	if (f->task_known)
		text_escape(out, f->task.comm, strlen(f->task.comm));
	else
		putc('-', out);
}

PRINT(bytes)
{
	const char *gap = "";
	int i;

	(void)r;
	for (i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &f->bound[i];

		if (b->from >= b->to)
			continue;
		fprintf(out, "%s%" PRIu64 "+%" PRIu64, gap, (uint64_t)b->from,
			(uint64_t)(b->to - b->from));
		gap = ",";
	}
	if (!*gap)
		putc('-', out);
}

PRINT(dropper)
{
	(void)r;
	if (!f->dropped) {
		putc('-', out);
		return;
	}
	fprintf(out, "%s:", finding_way_word(f->way));
	text_escape(out, f->dropper.comm, strlen(f->dropper.comm));
	fprintf(out, "[%u]", f->dropper.pid);
}

/* Notes stand in front, where no file name can imitate them. */
PRINT(path)
{
	(void)r;
	if (f->unlinked)
		fputs("[unlinked] ", out);
	if (f->link_count > 1)
		fprintf(out, "[%u links] ", f->link_count);
	if (!f->path_known) {
		fputs("[path unknown]", out);
		return;
	}
	if (f->path_in_fs)
		fputs("[not by a mount] ", out);
	if (f->path_truncated)
		fputs(".../", out);
	text_escape(out, f->path, strlen(f->path));
}

const struct report_column report_columns[] = {
	{ "ts", "TIME", -12, value_ts, print_time },
	{ "class", "CLASS", -11, value_class, NULL },
	{ "id", NULL, 0, value_id, NULL },
	{ "mono_ns", NULL, 0, value_mono_ns, NULL },
	{ "pid", "PID", 7, value_pid, print_pid },
	{ "tgid", NULL, 0, value_tgid, NULL },
	{ "comm", "COMM", -15, value_comm, print_comm },
	{ "write", NULL, 0, value_write, NULL },
	{ "fs_uuid", NULL, 0, value_fs_uuid, NULL },
	{ "device", NULL, 0, value_device, NULL },
	{ "inode", "INODE", 8, value_inode, NULL },
	{ "subvolume", "SUBVOL", 7, value_subvolume, NULL },
	{ "page", NULL, 0, value_page, NULL },
	{ "bound", "BYTES", -16, value_bound, print_bytes },
	{ "clean_ns", NULL, 0, value_clean_ns, NULL },
	{ "retry_ns", NULL, 0, value_retry_ns, NULL },
	{ "end_ns", NULL, 0, value_end_ns, NULL },
	{ "drop_ns", NULL, 0, value_drop_ns, NULL },
	{ "window_max_ns", NULL, 0, value_window_max_ns, NULL },
	{ "dropper", "DROPPED-BY", -24, value_dropper, print_dropper },
	{ "reader", NULL, 0, value_reader, NULL },
	{ "own_retry", NULL, 0, value_own_retry, NULL },
	{ "i_size", NULL, 0, value_i_size, NULL },
	{ "dirty_pages", NULL, 0, value_dirty_pages, NULL },
	{ "more_pages", NULL, 0, value_more_pages, NULL },
	{ "was_stranded", NULL, 0, value_was_stranded, NULL },
	{ "complete", NULL, 0, value_complete, NULL },
	{ "unsent", NULL, 0, value_unsent, NULL },
	{ "rescue", NULL, 0, value_rescue, NULL },
	{ "heal", NULL, 0, value_heal, NULL },
	{ "stack", NULL, 0, value_stack, NULL },
	{ "symbols", NULL, 0, value_symbols, NULL },
	{ "clean_stack", NULL, 0, value_clean_stack, NULL },
	{ "drop_stack", NULL, 0, value_drop_stack, NULL },
	{ "not_observed", NULL, 0, value_not_observed, NULL },
	{ "link_count", NULL, 0, value_link_count, NULL },
	{ "links", NULL, 0, value_links, NULL },
	{ "unlinked", NULL, 0, value_unlinked, NULL },
	{ "path_truncated", NULL, 0, value_path_truncated, NULL },
	{ "path_in_fs", NULL, 0, value_path_in_fs, NULL },
	{ "path", "PATH", 0, value_path, print_path },
	{ "path_b64", NULL, 0, value_path_b64, NULL },
	{ NULL, NULL, 0, NULL, NULL },
};
