/* SPDX-License-Identifier: GPL-2.0 */
/*
 * needs.h - what watching needs of the system, in the order in which it is
 * looked at. `watch` stops at the first that is missing, `check` shows all:
 * one table, so that they agree.
 */
#ifndef DIRTYWATCH_NEEDS_H
#define DIRTYWATCH_NEEDS_H

#include "system.h"

#define NEED_FOUND 128

enum need_state {
	NEED_MET,
	NEED_UNTOLD,   /* the system does not say; the rest will tell */
	NEED_DEGRADED, /* `watch` begins, and may be blind */
	NEED_MISSING,  /* `watch` refuses */
};

struct need {
	const char *name;
	/* `found`: what is so, in a few words; "": nothing to add. */
	enum need_state (*judge)(const struct need *need,
				 const struct system *system,
				 char found[NEED_FOUND]);
	int exit_code;	    /* of not having it */
	const char *remedy; /* what is wrong and what to do about it */
	unsigned int capability;
};

extern const struct need needs[];
extern const unsigned int need_count;

#endif
