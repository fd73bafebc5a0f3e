/* SPDX-License-Identifier: GPL-2.0 */
/* report_list.h - findings with their ids, and a mail about one of them. */
#ifndef DIRTYWATCH_REPORT_LIST_H
#define DIRTYWATCH_REPORT_LIST_H

#include "recording_play.h"
#include "report.h"

/*
 * A printer of one line for each finding: its id first. `verbose` as for
 * report_text_new(). NULL: no memory.
 */
struct report *report_list_new(FILE *out, int verbose);

#define BUG_STAGES 8

/* A finding that was picked by its id, or by how that begins. */
struct bug {
	const char *id;
	struct finding finding; /* the last said of it, but for stale reads */
	struct bug_stage {
		enum finding_class class;
		uint64_t ns;
		enum record_read read; /* of a stale read, and by whom */
		struct finding_task reader;
	} stages[BUG_STAGES]; /* what was said of it, in order */
	unsigned int stage_count;
	bool ambiguous;
};

/* A printer that prints nothing and fills *bug. NULL: no memory. */
struct report *report_bug_new(struct bug *bug);

/* Writes a mail about it. A failed write shows in ferror(out). */
void report_bug(FILE *out, const struct bug *bug, const struct recording *rec);

#endif
