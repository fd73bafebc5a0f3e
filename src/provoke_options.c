// SPDX-License-Identifier: GPL-2.0
#include "provoke_options.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>

#include "log.h"
#include "number.h"

#define COUNT_MAX 1000000
#define TRIES_MAX 100
#define EXPORT_MAX 1000 /* rows of its table */

enum option_key {
	KEY_OUTCOME = 256,
	KEY_SEED,
	KEY_DROP,
	KEY_TEST_MACHINE,
	KEY_THEN_DROP,
	KEY_TRUTH,
	KEY_TRIES,
	KEY_KEEP,
	KEY_EXPORT_C,
};

static const struct argp_option options[] = {
	{ "outcome", KEY_OUTCOME, "CLASS", 0,
	  "lost (default), near-miss, stranded, superseded or none", 0 },
	{ "count", 'n', "N", 0, "number of trials (default 20)", 0 },
	{ "seed", KEY_SEED, "S", 0, "where and what to write (default: random)",
	  0 },
	{ "drop", KEY_DROP, "WAY", 0,
	  "fadvise (default): drop the page alone; caches: drop everything",
	  0 },
	{ "i-know-this-is-a-test-machine", KEY_TEST_MACHINE, NULL, 0,
	  "allow --drop caches", 0 },
	{ "then-drop", KEY_THEN_DROP, NULL, 0,
	  "with --outcome stranded: drop each stranded page at once", 0 },
	{ "tries", KEY_TRIES, "N", 0,
	  "repeat a trial until it had its outcome, N times at most (default "
	  "3)",
	  0 },
	{ "truth", KEY_TRUTH, "FILE", 0,
	  "write what really happened to FILE, one JSON object a line", 0 },
	{ "keep", KEY_KEEP, NULL, 0, "do not remove the files in the end", 0 },
	{ "export-c", KEY_EXPORT_C, NULL, 0,
	  "print a C program that runs these trials without this tool, and run "
	  "none; no DIR",
	  0 },
	{ "verbose", 'v', NULL, 0, "a line for every try", 0 },
	{ 0 }
};

static unsigned long parse_number(struct argp_state *state, const char *name,
				  const char *arg, unsigned long low,
				  unsigned long high)
{
	unsigned long value = low;

	if (number_parse(arg, &value) || value < low || value > high)
		argp_error(state,
			   "bad --%s '%s': give a number from %lu to %lu", name,
			   arg, low, high);
	return value;
}

static void parse_outcome(struct argp_state *state, struct provoke_options *opt,
			  const char *arg)
{
	int outcome = provoke_outcome_parse(arg);

	if (outcome < 0)
		argp_error(state,
			   "bad --outcome '%s': give lost, near-miss, "
			   "stranded, superseded or none",
			   arg);
	else
		opt->want = (enum provoke_outcome)outcome;
}

static void parse_drop(struct argp_state *state, struct provoke_options *opt,
		       const char *arg)
{
	if (!strcmp(arg, "caches"))
		opt->way = PROVOKE_CACHES;
	else if (!strcmp(arg, "fadvise"))
		opt->way = PROVOKE_FADVISE;
	else
		argp_error(state, "bad --drop '%s': give fadvise or caches",
			   arg);
}

static void check_export(struct argp_state *state,
			 const struct provoke_options *opt)
{
	if (opt->dir)
		argp_error(state, "--export-c runs no trial: leave '%s' out",
			   opt->dir);
	if (opt->way != PROVOKE_FADVISE || opt->truth)
		argp_error(state, "the program of --export-c drops by fadvise "
				  "and writes no truth: leave --drop and "
				  "--truth out");
	if (opt->count > EXPORT_MAX)
		argp_error(state, "--export-c takes a --count up to %d",
			   EXPORT_MAX);
}

static void check_options(struct argp_state *state,
			  const struct provoke_options *opt)
{
	if (opt->export_c) {
		check_export(state, opt);
		return;
	}
	if (!opt->dir)
		argp_error(state,
			   "no directory: name one on a btrfs filesystem");
	if (opt->way == PROVOKE_CACHES && !opt->test_machine)
		argp_error(state,
			   "--drop caches would lose other programs' stranded "
			   "pages too: on a machine without data of value add "
			   "--i-know-this-is-a-test-machine");
	if (opt->then_drop && opt->want != PROVOKE_STRANDED)
		argp_error(state, "--then-drop drops stranded pages: add "
				  "--outcome stranded");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct provoke_options *opt = state->input;

	switch (key) {
	case KEY_OUTCOME:
		parse_outcome(state, opt, arg);
		break;
	case 'n':
		opt->count = parse_number(state, "count", arg, 1, COUNT_MAX);
		break;
	case KEY_SEED:
		opt->seed = parse_number(state, "seed", arg, 0, ULONG_MAX);
		break;
	case KEY_DROP:
		parse_drop(state, opt, arg);
		break;
	case KEY_TEST_MACHINE:
		opt->test_machine = true;
		break;
	case KEY_THEN_DROP:
		opt->then_drop = true;
		break;
	case KEY_TRIES:
		opt->tries = (unsigned int)parse_number(state, "tries", arg, 1,
							TRIES_MAX);
		break;
	case KEY_TRUTH:
		opt->truth = arg;
		break;
	case KEY_KEEP:
		opt->keep = true;
		break;
	case KEY_EXPORT_C:
		opt->export_c = true;
		break;
	case 'v':
		opt->verbose = true;
		break;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state,
				   "one directory only: '%s' is too much", arg);
		opt->dir = arg;
		break;
	case ARGP_KEY_END:
		check_options(state, opt);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp parser = {
	.options = options,
	.parser = parse_option,
	.args_doc = "DIR",
	.doc = "Provoke lost writes on files of its own in DIR, a directory on "
	       "btrfs, and say whether this kernel loses them.\v"
	       "Exit codes: 0 nothing was lost, 1 losses were provoked, 2 "
	       "usage, "
	       "3 could not answer, 4 no permission.",
};

int provoke_options_parse(struct provoke_options *opt, int argc, char **argv)
{
	uint32_t seed;

	*opt = (struct provoke_options){
		.want = PROVOKE_LOST,
		.way = PROVOKE_FADVISE,
		.count = 20,
		.tries = 3,
	};
	/* Half of 64 bits: such a number is easily typed again. */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	opt->seed = seed;
	argp_err_exit_status = EXIT_USAGE;
	return -argp_parse(&parser, argc, argv, 0, NULL, opt);
}
