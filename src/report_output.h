/* SPDX-License-Identifier: GPL-2.0 */
/* report_output.h - where a report is written to. */
#ifndef DIRTYWATCH_REPORT_OUTPUT_H
#define DIRTYWATCH_REPORT_OUTPUT_H

#include <stdio.h>

/*
 * A new file at `path`, which only its owner can read, since names of files are
 * in it; standard output, if that is NULL. NULL: it was said why.
 */
FILE *report_output(const char *path);

/* Closes it. Returns `code`, or if not all is written EXIT_NO_ANSWER: said. */
int report_output_close(const char *path, FILE *out, int code);

#endif
