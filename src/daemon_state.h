/* SPDX-License-Identifier: GPL-2.0 */
/* daemon_state.h - what the daemon is made of; for daemon*.c and status_file.c.
 */
#ifndef DIRTYWATCH_DAEMON_STATE_H
#define DIRTYWATCH_DAEMON_STATE_H

#include "budget.h"
#include "config.h"
#include "keeper.h"
#include "options.h"
#include "self_test.h"
#include "tracer_remote.h"
#include "watch.h"

struct daemon {
	const char *path; /* of the settings */
	struct config config;
	struct options options; /* of the watch; texts are the config's */
	struct tracer_child child;
	struct tracer *tracer; /* of the watch that runs, or NULL */
	struct keeper keeper;
	struct budget budget;
	struct self_test self_test;
	int signals;	    /* SIGHUP */
	int ends;	    /* SIGTERM and SIGINT, while nothing is watched */
	bool armed_once;    /* what goes wrong from now on may be tried again */
	bool off;	    /* the budget took the hooks away */
	uint64_t look_ns;   /* the next look at sums */
	uint64_t export_ns; /* the next textfile */
	uint64_t watchdog_ns; /* it wants to hear of us so often; 0: never */
	uint64_t fed_ns;
};

/*
 * Writes what `status` reads into the run directory, whole or not at all.
 * Returns 0 or -errno.
 */
int status_file_write(const struct daemon *d);

#define STATUS_FILE "status.json"
#define STATUS_SCHEMA 1

/* When the process began, as the kernel counts it; 0: there is none. */
uint64_t status_process_start(int pid);

#endif
