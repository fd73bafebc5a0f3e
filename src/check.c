// SPDX-License-Identifier: GPL-2.0
/* check.c - the verb `check`. */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "check_module.h"
#include "check_system.h"
#include "log.h"

/* A plugin that was called wrongly knows nothing. */
#define PLUGIN_USAGE 3

enum { OPT_NAGIOS = 256, OPT_NO_LOAD, OPT_BTF };

struct check_options {
	const char *file;
	const char *btf;
	enum check_form form;
	bool module, no_load;
	int verbose;
};

static const struct argp_option table[] = {
	{ "module", 'M', NULL, 0,
	  "Judge FILE (.ko, packed or not, or a vmlinux), or the running "
	  "kernel's own btrfs, by reading its code",
	  0 },
	{ "json", 'j', NULL, 0, "Print one JSON object a line", 0 },
	{ "nagios", OPT_NAGIOS, NULL, 0,
	  "Print one line, and exit as a plugin of Nagios does", 0 },
	{ "no-load", OPT_NO_LOAD, NULL, 0,
	  "Do not load the programs to see if the kernel takes them", 0 },
	{ "btf", OPT_BTF, "FILE", 0,
	  "Take the kernel's BTF from FILE, as watch would", 0 },
	{ "verbose", 'v', NULL, 0, "Given twice: libbpf's messages", 0 },
	{ 0 },
};

static void finish(struct argp_state *state, const struct check_options *o)
{
	if (!o->module && o->file)
		argp_error(state, "'%s' is a module to judge: say --module",
			   o->file);
	if (o->module && (o->form == CHECK_AS_NAGIOS || o->no_load || o->btf))
		argp_error(
			state,
			"--btf, --nagios and --no-load are for the running system, not for --module");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check_options *o = state->input;

	switch (key) {
	case 'M':
		o->module = true;
		break;
	case 'j':
		o->form = CHECK_AS_JSON;
		break;
	case 'v':
		o->verbose++;
		break;
	case OPT_NAGIOS:
		o->form = CHECK_AS_NAGIOS;
		break;
	case OPT_NO_LOAD:
		o->no_load = true;
		break;
	case OPT_BTF:
		o->btf = arg;
		break;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "'%s' is one argument too many", arg);
		o->file = arg;
		break;
	case ARGP_KEY_END:
		finish(state, o);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* An answer that nobody got is none; and long ones fail half-way. */
static int told(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	complain("cannot write the output: make room or name another place");
	return EXIT_NO_ANSWER;
}

int check_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Say whether this system can be watched, and what is "
		       "missing; or whether a btrfs module has the bug, "
		       "without running it.\v"
		       "Exit status: 0 all there (or fixed), 1 vulnerable, 2 "
		       "usage, 3 no answer to be had, 4 no permission, 5 "
		       "blind.",
	};
	struct check_options o = { 0 };

	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--nagios"))
			argp_err_exit_status = PLUGIN_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_USAGE;
	log_libbpf(o.verbose);
	if (o.module)
		return told(check_module(o.file, o.form == CHECK_AS_JSON));
	return told(check_system(o.form, o.no_load, o.btf));
}
