/* SPDX-License-Identifier: GPL-2.0 */
/* watch.h - the verb `watch`: from the hooks to lines that a person reads. */
#ifndef DIRTYWATCH_WATCH_H
#define DIRTYWATCH_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "tracer.h"

struct blindness;
struct options;
struct recording_writer;
struct report;
struct summary;

/* Run `watch` with its own arguments. Returns the process's exit code. */
int watch_main(int argc, char **argv);

struct watch;

/* What a host can look at in between. */
struct tracer *watch_tracer(const struct watch *w);
const struct blindness *watch_blindness(const struct watch *w);

/* Is something known that has not been told yet? */
bool watch_withholds(const struct watch *w);

/* A summary as of now; nothing ends by it. Returns 0 or -errno. */
int watch_sums(const struct watch *w, struct summary *s);

/* Who has a watch work for it, in place of a terminal. */
struct watch_host {
	void *arg;
	/* Makes the tracer, with whatever that needs; as tracer_new(). */
	struct tracer *(*tracer)(void *arg, __u32 dev, tracer_record_fn record,
				 tracer_record_fn content, void *fn_arg,
				 int *exit_code);
	struct report *report; /* is told everything */
	int fd;		       /* readable: tick() has something to do; or -1 */
	/*
	 * After each wake-up, when all that waited was handed on. Returns 0 to
	 * go on, > 0 to end in an orderly way, or -errno.
	 */
	int (*tick)(void *arg, const struct watch *watch);
	/* When it wants to be called at the latest; 0: no wish. */
	uint64_t (*due)(void *arg);
};

/*
 * Watch as the options say. All that is printed, and the raw records, go into
 * `keep` too, up to the end of the recording; NULL: nothing is kept. `host`:
 * NULL for a terminal. Returns the process's exit code.
 */
int watch_run(const struct options *options, struct recording_writer *keep,
	      const struct watch_host *host);

#endif
