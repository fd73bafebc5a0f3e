/* SPDX-License-Identifier: GPL-2.0 */
/* watch_state.h - a watch from its begin to its end; for watch*.c only. */
#ifndef DIRTYWATCH_WATCH_STATE_H
#define DIRTYWATCH_WATCH_STATE_H

#include "evidence.h"
#include "finding.h"
#include "findings.h"
#include "follow.h"
#include "heal.h"
#include "options.h"
#include "recorder.h"
#include "report.h"
#include "rescue.h"
#include "rescue_wait.h"
#include "resolve.h"
#include "rhythm.h"
#include "tracer.h"
#include "watch.h"

struct watch {
	struct options options;
	const struct watch_host *host; /* NULL: a terminal */
	struct ksyms *ksyms;
	struct tracer *tracer;
	struct resolver *resolver;
	struct findings *findings;
	struct follow follow;
	struct report *report;
	struct evidence evidence;
	struct rhythm rhythm;
	struct recording_writer *keep; /* NULL: nothing is recorded */
	struct recorder *recorder;
	struct rescue_help help;
	struct rescuer *rescuer; /* NULL: no content is saved */
	struct rescue_waits waits;
	struct healer *healer; /* NULL: nothing is healed */
	__u64 start_ns;
	__u64 first_ns; /* of the first record since it woke, 0: none */
	int signals;
};

/* Takes raw records, and raw contents of pages; arg: the watch. */
int watch_on_record(void *arg, const void *data, size_t size);
int watch_on_content(void *arg, const void *data, size_t size);

/*
 * Everything that a watch is made of, up to the hooks; then whom it tells what
 * it sees. The first returns 0 or an exit code with the reason on stderr, the
 * second 0 or -errno.
 */
int watch_start(struct watch *w);
int watch_open_report(struct watch *w);

/* Lets go of all that these two made, and of what they did not. */
void watch_free(struct watch *w);

#endif
