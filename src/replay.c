/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replay.c - the verb `replay`: recorded observations through the same
 * transitions, the same table rules and the same printers as live ones. No
 * kernel is asked. The format is told in replay_line.h; recordings that
 * `record` made go to recording_play.c.
 */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "log.h"
#include "options.h"
#include "recording_play.h"
#include "replay.h"
#include "replay_also.h"
#include "replay_judge.h"

struct replay_options {
	const char *path;
	bool json;
	bool partial;
	int verbose;
	__u32 limit;
	struct replay_also_options also;
};

struct observations {
	FILE *in;
	unsigned long number; /* of the line read last */
	char why[80];	      /* what is wrong with it, after -EBADMSG */
	char line[REPLAY_LINE_MAX + 1];
};

static int refuse(struct observations *rec, const char *why)
{
	snprintf(rec->why, sizeof(rec->why), "%s", why);
	return -EBADMSG;
}

/* Reads a whole line. Returns 1, 0 at the end, or a negative errno. */
static int read_line(struct observations *rec)
{
	size_t len = 0;
	int c;

	rec->number++;
	errno = 0;
	while ((c = getc_unlocked(rec->in)) != EOF && c != '\n') {
		if (len == REPLAY_LINE_MAX)
			return refuse(rec, "it is too long");
		if (!c)
			return refuse(rec, "it has a NUL byte");
		rec->line[len++] = (char)c;
	}
	rec->line[len] = '\0';
	if (c == '\n')
		return 1;
	if (ferror(rec->in))
		return errno ? -errno : -EIO;
	return len ? refuse(rec, "it has no end, it was cut short") : 0;
}

static int read_header(struct observations *rec)
{
	int got = read_line(rec);

	if (got < 0)
		return got;
	if (!got || strcmp(rec->line, REPLAY_HEADER) != 0)
		return refuse(rec, "it is not '" REPLAY_HEADER "'");
	return 0;
}

static int take_line(struct observations *rec, struct replay_judge *judge)
{
	struct replay_line line;
	int err;

	if (replay_parse(rec->line, &line))
		return refuse(rec, line.why);
	err = judge_line(judge, &line);
	return err == -EBADMSG ? refuse(rec, judge->why) : err;
}

static int take_all(struct observations *rec, struct replay_judge *judge)
{
	int err = read_header(rec);
	int got;

	if (err)
		return err;
	while ((got = read_line(rec)) > 0) {
		err = take_line(rec, judge);
		if (err)
			return err;
	}
	if (got < 0)
		return got;
	err = judge_finish(judge);
	return err == -EBADMSG ? refuse(rec, judge->why) : err;
}

int replay_run(FILE *in, const char *name, struct report *report)
{
	struct observations rec = { .in = in };
	struct replay_judge judge;
	int code, err;

	err = judge_init(&judge, report);
	if (!err)
		err = take_all(&rec, &judge);
	code = err ? EXIT_NO_ANSWER : judge.table.summary.exit_code;
	judge_free(&judge);
	if (err == -EBADMSG)
		complain("cannot use '%s': line %lu: %s; correct it or record "
			 "again",
			 name, rec.number, rec.why);
	else if (err && ferror(report->out))
		complain(
			"cannot write the output: %s; make room or name another place",
			strerror(-err));
	else if (err)
		complain("cannot replay '%s': %s", name, strerror(-err));
	return code;
}

enum { OPT_LIMIT = 256, OPT_METRICS, OPT_JOURNAL };

static const struct argp_option table[] = {
	{ "limit", OPT_LIMIT, "N", 0,
	  "Print at most N findings of a class a second, 0: all (default: as the recorded watch did)",
	  0 },
	{ "json", 'j', NULL, 0, "Print one JSON object a line", 0 },
	{ "partial", 'p', NULL, 0,
	  "Say what there is of a recording without an end, as blind", 0 },
	{ "metrics", OPT_METRICS, "FILE", 0,
	  "Write FILE for Prometheus too, as if the recording had ended now",
	  0 },
	{ "journal", OPT_JOURNAL, NULL, 0,
	  "Say it in the journal too, as the daemon does", 0 },
	{ "verbose", 'v', NULL, 0,
	  "Show void and pending drops and own retries too", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct replay_options *o = state->input;

	switch (key) {
	case 'j':
		o->json = true;
		break;
	case 'p':
		o->partial = true;
		break;
	case 'v':
		o->verbose++;
		break;
	case OPT_METRICS:
		o->also.metrics = arg;
		break;
	case OPT_JOURNAL:
		o->also.journal = true;
		break;
	case OPT_LIMIT:
		if (limit_parse(arg, &o->limit))
			argp_error(state, LIMIT_REFUSED, arg, RATELIMIT_MAX);
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

/* What `record` made, or observations written by hand. */
static int replay_any(const struct replay_options *o, FILE *in,
		      struct report *report)
{
	const char *name = input_name(o->path);
	struct recording rec;
	int code;

	report_limit(report, o->limit);
	if (!recording_is(in))
		return replay_run(in, name, report);
	code = recording_say(&rec, in, name, o->partial, report);
	recording_free(&rec);
	return code;
}

static int replay_file(const struct replay_options *o, FILE *in)
{
	struct report *report, *also;
	int code;

	if (replay_also_new(&o->also, &also))
		return EXIT_NO_ANSWER;
	report = report_stdout_new(o->json, o->verbose);
	if (!report) {
		complain("out of memory; end other programs and try again");
		report_free(also);
		return EXIT_NO_ANSWER;
	}
	report_also(report, also);
	code = replay_any(o, in, report);
	report_free(report);
	report_free(also);
	return code;
}

int replay_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "FILE",
		.doc = "Say again what `record` kept in FILE (- for standard "
		       "input), or judge observations that are written there.\v"
		       "Exit status: 0 none lost, 1 losses found, 2 usage, "
		       "3 could not answer, 5 blind (evidence is missing).",
	};
	struct replay_options o = { .limit = RATELIMIT_AS_TOLD };
	FILE *in;
	int code;

	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o))
		return EXIT_USAGE;
	in = input_open(o.path);
	if (!in)
		return EXIT_NO_ANSWER;
	code = replay_file(&o, in);
	input_close(in);
	return code;
}
