// SPDX-License-Identifier: GPL-2.0
/* record_verb.c - see record_verb.h. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "log.h"
#include "options.h"
#include "record_verb.h"
#include "recorder.h"
#include "recording_write.h"
#include "tracer.h"
#include "watch.h"

struct record_options {
	struct options watch;
	const char *path;
	bool force;
};

static int option_facts(struct recorder *r, const struct options *o)
{
	char text[192];

	snprintf(text, sizeof(text),
		 "pid %u, duration %g s, ring %u KiB, module BTF %s", o->pid,
		 o->duration, o->ring_kib, o->no_module_btf ? "off" : "on");
	return recorder_fact(r, "options", text);
}

static int hook_facts(struct recorder *r, const struct tracer *tracer)
{
	const char *program = NULL, *role;
	char key[64];
	int err = 0;

	for (unsigned int i = 0;
	     !err && (role = tracer_role(tracer, i, &program)); i++) {
		snprintf(key, sizeof(key), "hook.%s", role);
		err = recorder_fact(r, key, program ? program : "none");
	}
	return err;
}

int record_facts(struct recorder *r, const struct options *options,
		 const struct tracer *tracer)
{
	int err = facts_of_system(options->mount, recorder_fact, r);

	if (!err)
		err = option_facts(r, options);
	return err ? err : hook_facts(r, tracer);
}

static const struct argp_option table[] = {
	{ "output", 'o', "FILE", 0, "Keep the recording in FILE", 0 },
	{ "force", 'f', NULL, 0, "Replace FILE if it is there already", 0 },
	{ "quiet", 'q', NULL, 0, "Record only, print nothing", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct record_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->watch;
		break;
	case 'o':
		o->path = arg;
		break;
	case 'f':
		o->force = true;
		break;
	case 'q':
		o->watch.quiet = true;
		break;
	case ARGP_KEY_END:
		if (!o->path)
			argp_error(state,
				   "name the file for the recording by -o");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Says why the file cannot be made. Returns an exit code. */
static int refuse(const char *path, int err)
{
	if (err == -EEXIST) {
		complain(
			"'%s' is there already: name another file, or replace it with --force",
			path);
		return EXIT_USAGE;
	}
	if (err == -ENOTSUP) {
		complain("'%s' is not a regular file: name another one", path);
		return EXIT_USAGE;
	}
	complain("cannot make the recording '%s': %s; name another place", path,
		 strerror(-err));
	return EXIT_NO_ANSWER;
}

int record_main(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &options_argp, 0, NULL, 0 }, { 0 }
	};
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.children = children,
		.doc = "Watch, and keep all that is needed to say the same again in a file for `replay` and `report`.",
	};
	struct record_options o = { .watch = OPTIONS_DEFAULT };
	struct recording_writer *writer;
	int code, err;

	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o))
		return EXIT_USAGE;
	/* A file that may not grow is an error of the write that meets it. */
	signal(SIGXFSZ, SIG_IGN);
	err = recording_create(o.path, o.force, &writer);
	if (err)
		return refuse(o.path, err);
	code = watch_run(&o.watch, writer, NULL);
	if (recording_writer_empty(writer))
		unlink(o.path);
	recording_writer_free(writer);
	return code;
}
