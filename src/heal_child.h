/* SPDX-License-Identifier: GPL-2.0 */
/*
 * heal_child.h - the life of the process that heals. It is ended by force when
 * it hangs; the kernel may keep what hangs in a frozen filesystem alive until
 * that is thawed, so nobody ever waits for its end.
 */
#ifndef DIRTYWATCH_HEAL_CHILD_H
#define DIRTYWATCH_HEAL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "heal_helper.h"

/* Killed ones that have not ended yet: beyond that, no other is started. */
#define HEAL_DYING_MAX 4

struct heal_child {
	void (*serve)(int socket); /* what it does */
	const char *path; /* or, not NULL: a socket of who starts it for us */
	pid_t pid;	  /* 0: there is none */
	int socket;	  /* -1: there is none */
	unsigned int dying_count;
	pid_t dying[HEAL_DYING_MAX];
};

/*
 * Zero it, set `serve` or `path`, and start. Returns 0, or -EBUSY: too many are
 * dying, or the -errno of making a process, or of reaching it.
 */
int heal_child_start(struct heal_child *c);

/* The answer, if there is one. Returns 1, 0: not yet, or -errno: it ended. */
int heal_child_answer(const struct heal_child *c, struct heal_answer *answer);

/* Ends it, by its own process id, and does not wait. */
void heal_child_kill(struct heal_child *c);

/* Buries those that have ended. To be called now and then. */
void heal_child_reap(struct heal_child *c);

#endif
