// SPDX-License-Identifier: GPL-2.0
/* check.c - the verb `check`. */
#include <argp.h>
#include <stdbool.h>

#include "check.h"
#include "check_module.h"
#include "log.h"

struct check_options {
	const char *file;
	bool module, json;
};

static const struct argp_option table[] = {
	{ "module", 'M', NULL, 0,
	  "Judge FILE (.ko, packed or not, or a vmlinux), or the running "
	  "kernel's own btrfs, by reading its code",
	  0 },
	{ "json", 'j', NULL, 0, "Print one JSON object", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check_options *o = state->input;

	switch (key) {
	case 'M':
		o->module = true;
		break;
	case 'j':
		o->json = true;
		break;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "'%s' is one argument too many", arg);
		o->file = arg;
		break;
	case ARGP_KEY_END:
		if (!o->module)
			argp_error(state, "say what to check: --module");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int check_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Say whether a btrfs module has the bug, without "
		       "running it.\v"
		       "Exit status: 0 fixed, 1 vulnerable, 2 usage, 3 "
		       "unknown or no answer.",
	};
	struct check_options o = { 0 };

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_USAGE;
	return check_module(o.file, o.json);
}
