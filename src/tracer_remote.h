/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracer_remote.h - a tracer whose hooks are in another process, which alone
 * needs the capabilities for them; all of tracer.h works on it.
 */
#ifndef DIRTYWATCH_TRACER_REMOTE_H
#define DIRTYWATCH_TRACER_REMOTE_H

#include "tracer.h"
#include "tracer_cost.h"

struct options;

/* The other process. */
struct tracer_child {
	pid_t pid;
	int items, calls; /* sockets */
};

/*
 * Starts it; it arms nothing yet. `become` is called in it first, to make it
 * what it shall be; it ends if that fails. Returns 0 or -errno.
 */
int tracer_child_start(struct tracer_child *c, const struct options *options,
		       int (*become)(void));

/* Ends it, and with it all of its hooks. */
void tracer_child_end(struct tracer_child *c);

/*
 * Has it load, attach and arm, on the one filesystem `dev` (0: all). Contents
 * go to `content`. As tracer_new() otherwise; one at a time. The child must
 * outlive it.
 */
struct tracer *tracer_remote_new(const struct tracer_child *c, __u32 dev,
				 tracer_record_fn record,
				 tracer_record_fn content, void *arg,
				 int *exit_code);

/*
 * What it costs. `timed`: its programs are timed from now on, or else no
 * longer. Returns 0, or -errno: they are not timed, the rest is there.
 */
int tracer_remote_cost(struct tracer *tracer, bool timed,
		       struct tracer_cost *cost);

#endif
