// SPDX-License-Identifier: GPL-2.0
/* report_verb.c - see report_verb.h. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "log.h"
#include "report_list.h"
#include "report_verb.h"

struct verb_options {
	const char *path;
	const char *bug;
	const char *output;
	bool partial;
	int verbose;
};

static const struct argp_option table[] = {
	{ "bug", 'b', "ID", 0,
	  "Describe the finding whose id is ID, or begins so, for a bug report",
	  0 },
	{ "output", 'o', "FILE", 0, "Write into the new file FILE", 0 },
	{ "partial", 'p', NULL, 0,
	  "Say what there is of a recording without an end, as blind", 0 },
	{ "verbose", 'v', NULL, 0,
	  "Show void and pending drops and own retries too", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct verb_options *o = state->input;

	switch (key) {
	case 'b':
		if (!*arg)
			argp_error(state, "an id is not empty");
		o->bug = arg;
		break;
	case 'o':
		o->output = arg;
		break;
	case 'p':
		o->partial = true;
		break;
	case 'v':
		o->verbose++;
		break;
	case ARGP_KEY_ARG:
		if (o->path)
			argp_error(state, "'%s' is one argument too many", arg);
		o->path = arg;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state,
			   "name the recording, or - for standard input");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int no_memory(void)
{
	complain("out of memory; end other programs and try again");
	return EXIT_NO_ANSWER;
}

/* A new file, for its owner: it has names of files in it. */
static FILE *open_new(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out && fd >= 0)
		close(fd);
	return out;
}

/* NULL: it was said why. */
static FILE *open_output(const struct verb_options *o)
{
	FILE *out = o->output ? open_new(o->output) : stdout;

	if (!out)
		complain("cannot make '%s': %s; name another file", o->output,
			 strerror(errno));
	return out;
}

/* Returns `code`, if all of the output is written. */
static int close_output(const struct verb_options *o, FILE *out, int code)
{
	if (out == stdout || !fclose(out) || code == EXIT_NO_ANSWER)
		return code;
	complain("cannot write '%s': %s; make room", o->output,
		 strerror(errno));
	return EXIT_NO_ANSWER;
}

static int list(const struct verb_options *o, FILE *in)
{
	FILE *out = open_output(o);
	struct report *report;
	struct recording rec;
	int code;

	if (!out)
		return EXIT_NO_ANSWER;
	report = report_list_new(out, o->verbose);
	if (!report)
		return close_output(o, out, no_memory());
	code = recording_say(&rec, in, input_name(o->path), o->partial, report);
	recording_free(&rec);
	report_free(report);
	return close_output(o, out, code);
}

/* Returns `code`, if the mail is written. */
static int describe(const struct verb_options *o, const struct bug *bug,
		    const struct recording *rec, int code)
{
	FILE *out = open_output(o);

	if (!out)
		return EXIT_NO_ANSWER;
	errno = 0;
	report_bug(out, bug, rec);
	if (!fflush(out) && !ferror(out))
		return close_output(o, out, code);
	complain("cannot write the output: %s; make room or name another place",
		 strerror(errno ? errno : EIO));
	return close_output(o, out, EXIT_NO_ANSWER);
}

/* No file is made for a finding that is not there. */
static int find_bug(const struct verb_options *o, FILE *in)
{
	struct bug bug = { .id = o->bug };
	struct report *report = report_bug_new(&bug);
	struct recording rec;
	int code;

	if (!report)
		return no_memory();
	code = recording_say(&rec, in, input_name(o->path), o->partial, report);
	if (code != EXIT_NO_ANSWER && bug.stage_count && !bug.ambiguous) {
		code = describe(o, &bug, &rec, code);
	} else if (code != EXIT_NO_ANSWER) {
		complain(
			"%s finding of '%s' has an id that begins with '%s': 'report' without --bug lists them",
			bug.ambiguous ? "more than one" : "no",
			input_name(o->path), o->bug);
		code = EXIT_USAGE;
	}
	recording_free(&rec);
	report_free(report);
	return code;
}

int report_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "FILE",
		.doc = "List the findings of the recording FILE (- for standard input), or describe one of them.\v"
		       "Exit status, by what the recording shows: 0 none lost, 1 losses found, 2 usage, "
		       "3 could not answer, 5 blind (evidence is missing).",
	};
	struct verb_options o = { 0 };
	FILE *in;
	int code;

	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o))
		return EXIT_USAGE;
	in = input_open(o.path);
	if (!in)
		return EXIT_NO_ANSWER;
	code = o.bug ? find_bug(&o, in) : list(&o, in);
	input_close(in);
	return code;
}
