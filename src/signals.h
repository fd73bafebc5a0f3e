/* SPDX-License-Identifier: GPL-2.0 */
/* signals.h - the signals that end a watch, in an orderly way. */
#ifndef DIRTYWATCH_SIGNALS_H
#define DIRTYWATCH_SIGNALS_H

/*
 * From now on SIGINT and SIGTERM are not delivered, but make a descriptor
 * readable. Returns it, or -1 with errno.
 */
int signals_open(void);

#endif
