/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recording_play.h - a recording, said again by any printer: its records are
 * decoded and judged as live ones are, and nobody else is asked.
 */
#ifndef DIRTYWATCH_RECORDING_PLAY_H
#define DIRTYWATCH_RECORDING_PLAY_H

#include "recording_read.h"
#include "recording_symbols.h"
#include "report.h"
#include "zones.h"

struct recording_fact {
	struct recording_fact *next;
	char *key;
	char *value;
};

struct recording {
	struct recording_start start;
	struct recording_fact *facts; /* in their order */
	struct summary summary;
	struct blind_intervals intervals[BLIND_MAX]; /* the summary's */
	uint64_t malformed; /* records that were none when they came */
	bool partial;	    /* it has no end; what was missing is blindness */
	char why[240];	    /* after -EBADMSG, or with `partial` */
	/* Its own: */
	struct recording_reader reader;
	struct recording_fact **facts_end;
	struct recording_symbol *symbols;
	struct zones zones;
	struct findings *findings;
	char *start_bytes;
	uint64_t last_ns;
	bool started;
	bool summed;
};

/*
 * Reads the recording `in` to its end and tells `report` what it says. Of one
 * that is cut short or damaged only the part in front of that is said, as
 * blind, if `partial` is set. Returns 0, -EBADMSG (see `why`), -ENOMEM, or the
 * negative errno of reading or of the report. End with recording_free() in all
 * cases; strings that the report got are gone then.
 */
int recording_play(struct recording *rec, FILE *in, bool partial,
		   struct report *report);

void recording_free(struct recording *rec);

/* The same for a verb: says on stderr what is wrong with `name`. Returns the
 * exit code. */
int recording_say(struct recording *rec, FILE *in, const char *name,
		  bool partial, struct report *report);

#endif
