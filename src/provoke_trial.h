/* SPDX-License-Identifier: GPL-2.0 */
/* One try of one trial: from an empty file to what the write call left. */
#ifndef PROVOKE_TRIAL_H
#define PROVOKE_TRIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "provoke_fault.h"
#include "provoke_options.h"
#include "provoke_page.h"
#include "provoke_plan.h"

#define PROVOKE_NAME_MAX 64
#define PROVOKE_WRITER "provoke-writer"
#define PROVOKE_DROPPER "provoke-drop"

/* What all trials of a run share. */
struct provoke_run {
	const char *dir; /* absolute */
	int dirfd;
	int signals; /* signalfd: readable when the run must stop */
	struct provoke_options opt;
	pid_t pid; /* of the dropper, the run's main thread */
	struct provoke_fault fault;
	struct provoke_flags flags;
};

struct provoke_trial {
	uint64_t number;      /* from 1 */
	unsigned int attempt; /* from 1 */
	struct provoke_plan plan;
	uint64_t inode;

	/* The write call. */
	pid_t writer;
	int64_t result;	  /* bytes, or a negative errno */
	uint64_t mono_ns; /* CLOCK_MONOTONIC at its return */

	/* What the kernel showed, and what follows from it. */
	bool cleaned; /* dirty before, clean in the window */
	bool kept;    /* dirty before, dirty in the window */
	bool dropped; /* by us, before provoke_trial_verify() */
	enum provoke_outcome outcome;
	struct provoke_spans bound;

	/* What was found on disk in the end. */
	bool verify_drop; /* the page was stranded until we dropped it */
	struct provoke_spans lost;
	uint64_t expected, found; /* FNV-1a of the page's valid bytes */
};

/* Complain in one sentence. Returns @err. */
int provoke_fail(int err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The file's name in the run's directory. */
void provoke_trial_name(const struct provoke_run *run,
			const struct provoke_trial *trial,
			char name[PROVOKE_NAME_MAX]);

/*
 * Run the try that @trial->number and @trial->attempt name, and fill the rest
 * of @trial but what is found on disk. The file stays. Returns 0, -EINTR if
 * the run must stop, or another negative errno after saying why.
 */
int provoke_trial_run(struct provoke_run *run, struct provoke_trial *trial);

/*
 * Write back what is dirty, drop the file's pages, read it all from disk and
 * fill the rest of @trial. Returns 0 or a negative errno after saying why.
 */
int provoke_trial_verify(const struct provoke_run *run,
			 struct provoke_trial *trial);

/* Remove the file. Returns 0 or a negative errno after saying why. */
int provoke_trial_remove(const struct provoke_run *run,
			 const struct provoke_trial *trial);

#endif
