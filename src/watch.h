/* SPDX-License-Identifier: GPL-2.0 */
/* watch.h - the verb `watch`: from the hooks to lines that a person reads. */
#ifndef DIRTYWATCH_WATCH_H
#define DIRTYWATCH_WATCH_H

/* Run `watch` with its own arguments. Returns the process's exit code. */
int watch_main(int argc, char **argv);

struct options;
struct recording_writer;

/*
 * Watch as the options say. All that is printed, and the raw records, go into
 * `keep` too, up to the end of the recording; NULL: nothing is kept. Returns
 * the process's exit code.
 */
int watch_run(const struct options *options, struct recording_writer *keep);

#endif
