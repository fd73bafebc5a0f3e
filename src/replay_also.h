/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replay_also.h - a printer that says what a recording shows to a journal and
 * to Prometheus: how alerts can be tried without losing data.
 */
#ifndef DIRTYWATCH_REPLAY_ALSO_H
#define DIRTYWATCH_REPLAY_ALSO_H

#include <stdbool.h>

#include "report.h"

struct replay_also_options {
	const char *metrics; /* a textfile, or NULL */
	bool journal;
};

/*
 * To be handed to report_also() and then freed by report_free(). *out is NULL
 * if there is nothing to do. The textfile is written with the summary. Says on
 * stderr what it cannot do, and returns -1, or the negative errno.
 */
int replay_also_new(const struct replay_also_options *options,
		    struct report **out);

#endif
