// SPDX-License-Identifier: GPL-2.0
/* recording_play.c - see recording_play.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "log.h"
#include "recording_play.h"
#include "recording_take.h"

/*
 * No end: whatever came behind this place was not seen. Nothing but what the
 * findings show is counted.
 */
static void sum_partial(struct recording *rec)
{
	struct blind_span *missing = &rec->summary.blind[BLIND_malformed];

	if (rec->last_ns > rec->start.info.ns)
		rec->summary.seconds =
			(double)(rec->last_ns - rec->start.info.ns) / 1e9;
	missing->count = 1;
	missing->first_ns = missing->last_ns = rec->last_ns;
	rec->summary.open_stranded = findings_open(rec->findings);
	rec->partial = true;
}

static void set_why(struct recording *rec)
{
	snprintf(rec->why, sizeof(rec->why), "byte %" PRIu64 ": %s",
		 rec->reader.offset, rec->reader.why);
}

static int play_all(struct recording *rec, bool partial, struct report *report)
{
	int got;

	while ((got = recording_next(&rec->reader)) > 0) {
		int err = recording_take(rec, report);

		if (err)
			return err;
	}
	if (got == -EBADMSG && rec->reader.broken && partial && rec->started)
		sum_partial(rec);
	else if (got)
		return got;
	else if (!rec->summed)
		return recording_refuse(&rec->reader, "it has no summary");
	rec->summary.exit_code = summary_exit_code(&rec->summary);
	return report_summary(report, &rec->summary);
}

int recording_play(struct recording *rec, FILE *in, bool partial,
		   struct report *report)
{
	int err;

	memset(rec, 0, sizeof(*rec));
	rec->facts_end = &rec->facts;
	rec->findings = findings_new();
	if (!rec->findings)
		return -ENOMEM;
	err = recording_reader_init(&rec->reader, in);
	if (!err)
		err = play_all(rec, partial, report);
	if (err == -EBADMSG || rec->partial)
		set_why(rec);
	return err;
}

void recording_free(struct recording *rec)
{
	symbols_free(rec->symbols);
	while (rec->facts) {
		struct recording_fact *fact = rec->facts;

		rec->facts = fact->next;
		free(fact->key);
		free(fact->value);
		free(fact);
	}
	findings_free(rec->findings);
	recording_reader_free(&rec->reader);
	free(rec->start_bytes);
}

int recording_say(struct recording *rec, FILE *in, const char *name,
		  bool partial, struct report *report)
{
	int err = recording_play(rec, in, partial, report);

	if (!err && rec->partial)
		complain("'%s' has no end: %s; what came behind is not known",
			 name, rec->why);
	if (!err)
		return rec->summary.exit_code;
	if (err == -EBADMSG)
		complain("cannot use '%s': %s%s", name, rec->why,
			 rec->reader.broken
				 ? "; --partial shows what is in front of it"
				 : "");
	else if (ferror(report->out))
		complain(
			"cannot write the output: %s; make room or name another place",
			strerror(-err));
	else
		complain("cannot read '%s': %s", name, strerror(-err));
	return EXIT_NO_ANSWER;
}
