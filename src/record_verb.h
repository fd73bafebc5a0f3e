/* SPDX-License-Identifier: GPL-2.0 */
/* record_verb.h - the verb `record`: a watch that can be replayed. */
#ifndef DIRTYWATCH_RECORD_VERB_H
#define DIRTYWATCH_RECORD_VERB_H

struct options;
struct recorder;
struct tracer;

/* Run `record` with its own arguments. Returns the process's exit code. */
int record_main(int argc, char **argv);

/*
 * Put what is known of the system, the options and the hooks into a recording.
 * Returns 0 or a negative errno.
 */
int record_facts(struct recorder *r, const struct options *options,
		 const struct tracer *tracer);

#endif
