/* SPDX-License-Identifier: GPL-2.0 */
/* report_recording.h - the verb `report` on a recording. */
#ifndef DIRTYWATCH_REPORT_RECORDING_H
#define DIRTYWATCH_REPORT_RECORDING_H

#include <stdbool.h>

struct recording_question {
	const char *path;   /* "-": standard input */
	const char *bug;    /* the id of the finding to describe, or NULL */
	const char *output; /* NULL: standard output */
	bool partial;
	int verbose;
};

/* Lists or describes. Returns the process's exit code; it was said why. */
int report_recording(const struct recording_question *o);

#endif
