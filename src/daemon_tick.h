/* SPDX-License-Identifier: GPL-2.0 */
/* daemon_tick.h - what the daemon does between two sleeps of its watch. */
#ifndef DIRTYWATCH_DAEMON_TICK_H
#define DIRTYWATCH_DAEMON_TICK_H

#include "daemon_state.h"

/* All is attached. */
void daemon_armed(struct daemon *d);

/* As watch_host.tick and watch_host.due. */
int daemon_tick(struct daemon *d, const struct watch *w);
uint64_t daemon_due(const struct daemon *d);

/* The budget has taken the hooks away: says so, everywhere. */
void daemon_say_off(struct daemon *d);

/* A second without a watch has passed. */
void daemon_rest(struct daemon *d);

#endif
