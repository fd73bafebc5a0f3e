// SPDX-License-Identifier: GPL-2.0
#include "provoke_truth.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <sys/utsname.h>
#include <unistd.h>

static struct json_object *line(const char *type)
{
	struct json_object *obj = json_object_new_object();

	json_object_object_add(obj, "schema", json_object_new_int(1));
	json_object_object_add(obj, "type", json_object_new_string(type));
	return obj;
}

static void add_text(struct json_object *obj, const char *key, const char *text)
{
	json_object_object_add(obj, key, json_object_new_string(text));
}

static void add_count(struct json_object *obj, const char *key, uint64_t count)
{
	json_object_object_add(obj, key, json_object_new_uint64(count));
}

static void add_bool(struct json_object *obj, const char *key, bool value)
{
	json_object_object_add(obj, key, json_object_new_boolean(value));
}

/* As text: most readers of JSON keep only 53 bits of a number. */
static void add_hash(struct json_object *obj, const char *key, uint64_t hash)
{
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, hash);
	add_text(obj, key, text);
}

static void add_spans(struct json_object *obj, const char *key,
		      const struct provoke_spans *spans)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < spans->n; i++) {
		struct json_object *pair = json_object_new_array();

		json_object_array_add(pair,
				      json_object_new_uint64(spans->v[i].off));
		json_object_array_add(pair,
				      json_object_new_uint64(spans->v[i].len));
		json_object_array_add(list, pair);
	}
	json_object_object_add(obj, key, list);
}

static void add_write(struct json_object *obj, const struct provoke_run *run,
		      const struct provoke_trial *trial)
{
	const struct provoke_plan *plan = &trial->plan;
	struct json_object *write = json_object_new_object();

	add_count(write, "pid", (uint64_t)trial->writer);
	add_count(write, "tgid", (uint64_t)run->pid);
	add_text(write, "comm", PROVOKE_WRITER);
	add_count(write, "pos", plan->page * PROVOKE_PAGE + plan->off);
	add_count(write, "len", plan->len);
	json_object_object_add(write, "result",
			       json_object_new_int64(trial->result));
	json_object_object_add(obj, "write", write);
}

static void add_dropper(struct json_object *obj, const struct provoke_run *run,
			const struct provoke_trial *trial)
{
	struct json_object *dropper = NULL;

	if (trial->outcome == PROVOKE_LOST ||
	    trial->outcome == PROVOKE_SUPERSEDED) {
		dropper = json_object_new_object();
		add_count(dropper, "pid", (uint64_t)run->pid);
		add_text(dropper, "comm", PROVOKE_DROPPER);
		add_text(dropper, "way",
			 run->opt.way == PROVOKE_CACHES ? "drop_caches"
							: "fadvise");
	}
	json_object_object_add(obj, "dropper", dropper);
}

/* Each line goes out at once: a reader may follow, and a crash keeps it. */
static int put(FILE *out, struct json_object *obj)
{
	const char *text = json_object_to_json_string_ext(
		obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	int err = 0;

	if (fprintf(out, "%s\n", text) < 0 || fflush(out))
		err = -errno;
	json_object_put(obj);
	return err;
}

int provoke_truth_start(FILE *out, const struct provoke_run *run)
{
	struct json_object *obj = line("truth-start");
	struct utsname uts;

	add_count(obj, "seed", run->opt.seed);
	add_text(obj, "outcome", provoke_outcome_name(run->opt.want));
	add_count(obj, "count", run->opt.count);
	add_count(obj, "pid", (uint64_t)run->pid);
	add_text(obj, "kernel", uname(&uts) ? "" : uts.release);
	add_text(obj, "dir", run->dir);
	return put(out, obj);
}

int provoke_truth_trial(FILE *out, const struct provoke_run *run,
			const struct provoke_trial *trial)
{
	struct json_object *obj = line("trial");
	char name[PROVOKE_NAME_MAX], path[4096 + PROVOKE_NAME_MAX];

	provoke_trial_name(run, trial, name);
	snprintf(path, sizeof(path), "%s/%s", run->dir, name);
	add_count(obj, "trial", trial->number);
	add_count(obj, "tries", trial->attempt);
	add_text(obj, "file", path);
	add_count(obj, "inode", trial->inode);
	add_count(obj, "page", trial->plan.page);
	add_text(obj, "outcome", provoke_outcome_name(trial->outcome));
	add_text(obj, "final", trial->lost.n ? "lost" : "intact");
	add_spans(obj, "bound", &trial->bound);
	add_spans(obj, "lost_bytes", &trial->lost);
	add_write(obj, run, trial);
	add_dropper(obj, run, trial);
	add_bool(obj, "verify_drop", trial->verify_drop);
	add_count(obj, "verify_pid", (uint64_t)run->pid);
	add_hash(obj, "expected", trial->expected);
	add_hash(obj, "found", trial->found);
	add_count(obj, "mono_ns", trial->mono_ns);
	return put(out, obj);
}

int provoke_truth_end(FILE *out, const struct provoke_totals *totals,
		      bool complete)
{
	struct json_object *obj = line("truth-end");

	add_bool(obj, "complete", complete);
	add_count(obj, "trials", totals->trials);
	add_count(obj, "wanted", totals->wanted);
	add_count(obj, "retries", totals->retries);
	add_count(obj, "windows", totals->cleaned);
	add_count(obj, "kept_dirty", totals->kept);
	add_count(obj, "lost", totals->lost);
	add_count(obj, "intact", totals->intact);
	return put(out, obj);
}
