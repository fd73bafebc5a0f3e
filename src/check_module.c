// SPDX-License-Identifier: GPL-2.0
/* check_module.c - see check_module.h. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_module.h"
#include "log.h"
#include "module_file.h"
#include "module_running.h"
#include "module_verdict.h"
#include "text.h"

static const int exit_codes[] = {
	[MODULE_UNKNOWN] = EXIT_NO_ANSWER,
	[MODULE_FIXED] = EXIT_NONE_LOST,
	[MODULE_VULNERABLE] = EXIT_LOST,
};

static void print_escaped(const char *text)
{
	text_escape(stdout, text, strlen(text));
}

/* The way to the clean, one function a line. */
static void print_path(const struct module_verdict *v)
{
	for (unsigned int i = 0; i < v->depth && i < MODULE_PATH_MAX; i++) {
		fputs("  ", stdout);
		print_escaped(v->path[i]);
		if (i + 1 == v->depth)
			printf("+0x%" PRIx64 " %s %s", v->offset,
			       v->pointer ? "calls by pointer" : "calls",
			       v->clean);
		putchar('\n');
	}
	if (v->depth > MODULE_PATH_MAX)
		puts("  ...");
}

static void print_text(const char *path, const struct module_verdict *v)
{
	print_escaped(path);
	printf(": %s: %s\n", module_class_word(v->class), v->why);
	if (v->clean)
		print_path(v);
	if (v->undecoded) {
		fputs("  not read: ", stdout);
		print_escaped(v->undecoded);
		putchar('\n');
	}
	printf("  %u functions read; copy by %s\n", v->functions,
	       v->copy ? v->copy : "no known function");
}

static void add(struct json_object *o, const char *key, const char *text)
{
	char *lossy = text ? text_lossy(text, strlen(text)) : NULL;

	json_object_object_add(o, key,
			       lossy ? json_object_new_string(lossy) : NULL);
	free(lossy);
}

static struct json_object *path_json(const struct module_verdict *v)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < v->depth && i < MODULE_PATH_MAX; i++) {
		char *lossy = text_lossy(v->path[i], strlen(v->path[i]));

		json_object_array_add(
			list, json_object_new_string(lossy ? lossy : ""));
		free(lossy);
	}
	return list;
}

static void print_json(const char *path, const struct module_verdict *v)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "schema", json_object_new_int(1));
	add(o, "type", "module");
	add(o, "file", path);
	add(o, "verdict", module_class_word(v->class));
	add(o, "why", v->why);
	add(o, "clean", v->clean);
	if (v->clean) {
		json_object_object_add(o, "path", path_json(v));
		json_object_object_add(o, "offset",
				       json_object_new_uint64(v->offset));
	}
	add(o, "copy", v->copy);
	add(o, "not_read", v->undecoded);
	json_object_object_add(o, "functions",
			       json_object_new_int64(v->functions));
	text_json(stdout, json_object_to_json_string_ext(
				  o, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE));
	putchar('\n');
	json_object_put(o);
}

/* What is wrong with a file that is no module's. */
static const char *describe(int err)
{
	switch (err) {
	case -EBADMSG:
		return "it is damaged, or no ELF file";
	case -ENOTSUP:
		return "it is not of x86-64 code";
	case -ENODATA:
		return "its symbols are stripped; give the file that the package installs";
	case -ENOEXEC:
		return "it has debugging information but no code; give the file that the package installs";
	case -E2BIG:
	case -EFBIG:
		return "it is too large";
	default:
		return strerror(-err);
	}
}

/* Where a verdict on the file at `path` goes. */
typedef void (*tell_fn)(const char *path, const struct module_verdict *v,
			void *arg);

static enum module_class judge(const char *path, struct module_image *image,
			       bool running, tell_fn tell, void *arg)
{
	struct module_verdict v;

	module_judge(image, &v);
	if (running && !module_is_loaded_one(image) &&
	    v.class != MODULE_UNKNOWN) {
		v.class = MODULE_UNKNOWN;
		v.why = "the btrfs that is loaded was not made from this file";
	}
	tell(path, &v, arg);
	return v.class;
}

/* Complains if nothing can be told. */
static enum module_class judge_file(const char *path, tell_fn tell, void *arg)
{
	struct module_file file = { 0 };
	struct module_image image = { 0 };
	enum module_class class = MODULE_UNKNOWN;
	char own[MODULE_RUNNING_PATH];
	bool running = !path;
	int err = 0;

	if (running) {
		err = module_running_path(own);
		path = own;
	}
	if (err) {
		complain(
			"cannot find the running kernel's btrfs: %s; name its file",
			err == -ENOENT ? "it is no module in /lib/modules"
				       : strerror(-err));
		return class;
	}
	err = module_file_read(path, &file);
	if (!err)
		err = module_image_read(file.data, file.size, &image);
	if (err)
		complain("cannot read '%s': %s", path, describe(err));
	else
		class = judge(path, &image, running, tell, arg);
	module_image_free(&image);
	module_file_free(&file);
	return class;
}

static void tell_text(const char *path, const struct module_verdict *v,
		      void *arg)
{
	(void)arg;
	print_text(path, v);
}

static void tell_json(const char *path, const struct module_verdict *v,
		      void *arg)
{
	(void)arg;
	print_json(path, v);
}

int check_module(const char *path, bool json)
{
	return exit_codes[judge_file(path, json ? tell_json : tell_text, NULL)];
}

static void tell_why(const char *path, const struct module_verdict *v,
		     void *arg)
{
	const char **why = arg;

	(void)path;
	*why = v->why;
}

enum module_class check_module_running(const char **why)
{
	*why = NULL;
	return judge_file(NULL, tell_why, why);
}
