/* SPDX-License-Identifier: GPL-2.0 */
/* The ground truth: what really happened, one JSON object a line. */
#ifndef PROVOKE_TRUTH_H
#define PROVOKE_TRUTH_H

#include <stdio.h>

#include "provoke_trial.h"

struct provoke_totals {
	uint64_t trials;  /* ended, with any outcome */
	uint64_t wanted;  /* of these: with the wanted outcome */
	uint64_t retries; /* tries beyond the first of their trial */
	uint64_t cleaned,
		kept; /* tries whose page was clean, dirty in the window */
	uint64_t lost, intact; /* files, as found on disk */
};

/* Begin with the run's own facts. Returns 0 or a negative errno. */
int provoke_truth_start(FILE *out, const struct provoke_run *run);

/* One verified try. Returns 0 or a negative errno. */
int provoke_truth_trial(FILE *out, const struct provoke_run *run,
			const struct provoke_trial *trial);

/*
 * End with the totals; @complete says that no trial is missing or was left
 * unverified. Returns 0 or a negative errno.
 */
int provoke_truth_end(FILE *out, const struct provoke_totals *totals,
		      bool complete);

#endif
