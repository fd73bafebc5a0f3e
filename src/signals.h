/* SPDX-License-Identifier: GPL-2.0 */
/* signals.h - signals that a loop can wait for as for anything else. */
#ifndef DIRTYWATCH_SIGNALS_H
#define DIRTYWATCH_SIGNALS_H

/*
 * From now on these signals, ended by 0, are not delivered, but make a
 * descriptor readable. Returns it, or -1 with errno.
 */
int signals_open(const int *signals);

/* Those that end a watch, in an orderly way; and the one that has it reload. */
extern const int signals_end[], signals_reload[];

#endif
