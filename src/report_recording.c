// SPDX-License-Identifier: GPL-2.0
/* report_recording.c - see report_recording.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "log.h"
#include "report_list.h"
#include "report_output.h"
#include "report_recording.h"

static int no_memory(void)
{
	complain("out of memory; end other programs and try again");
	return EXIT_NO_ANSWER;
}

static int list(const struct recording_question *o, FILE *in)
{
	FILE *out = report_output(o->output);
	struct report *report;
	struct recording rec;
	int code;

	if (!out)
		return EXIT_NO_ANSWER;
	report = report_list_new(out, o->verbose);
	if (!report)
		return report_output_close(o->output, out, no_memory());
	code = recording_say(&rec, in, input_name(o->path), o->partial, report);
	recording_free(&rec);
	report_free(report);
	return report_output_close(o->output, out, code);
}

/* Returns `code`, if the mail is written. */
static int describe(const struct recording_question *o, const struct bug *bug,
		    const struct recording *rec, int code)
{
	FILE *out = report_output(o->output);

	if (!out)
		return EXIT_NO_ANSWER;
	errno = 0;
	report_bug(out, bug, rec);
	if (!fflush(out) && !ferror(out))
		return report_output_close(o->output, out, code);
	complain("cannot write the output: %s; make room or name another place",
		 strerror(errno ? errno : EIO));
	return report_output_close(o->output, out, EXIT_NO_ANSWER);
}

/* No file is made for a finding that is not there. */
static int find_bug(const struct recording_question *o, FILE *in)
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

int report_recording(const struct recording_question *o)
{
	FILE *in = input_open(o->path);
	int code;

	if (!in)
		return EXIT_NO_ANSWER;
	code = o->bug ? find_bug(o, in) : list(o, in);
	input_close(in);
	return code;
}
