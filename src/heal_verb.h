/* SPDX-License-Identifier: GPL-2.0 */
/*
 * heal_verb.h - the verb `heal-helper`, which the unit of that name runs: it
 * heals for the daemon, which has not the right to.
 */
#ifndef DIRTYWATCH_HEAL_VERB_H
#define DIRTYWATCH_HEAL_VERB_H

/* Serves the socket that it was started with. Returns the exit code. */
int heal_verb_main(int argc, char **argv);

#endif
