/* SPDX-License-Identifier: GPL-2.0 */
/* replay.h - the verb `replay`: recorded observations, judged again. */
#ifndef DIRTYWATCH_REPLAY_H
#define DIRTYWATCH_REPLAY_H

#include <stdio.h>

#include "report.h"

/* Run `replay` with its own arguments. Returns the process's exit code. */
int replay_main(int argc, char **argv);

/*
 * Read the recording `in` (see replay_line.h) to its end and report what it
 * shows. Returns the exit code; `name` stands for the recording in messages.
 */
int replay_run(FILE *in, const char *name, struct report *report);

#endif
