/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hook_switch.h - the sysctl kernel.ftrace_enabled. At 0 the kernel calls none
 * of the hooks at function entries, and neither they nor their counts tell.
 */
#ifndef DIRTYWATCH_HOOK_SWITCH_H
#define DIRTYWATCH_HOOK_SWITCH_H

#include <stdbool.h>

#define HOOK_SWITCH "/proc/sys/kernel/ftrace_enabled"

struct hook_switch {
	const char *path;
	int file;    /* held open, so that `inotify` goes on to mean it */
	int inotify; /* -1: only looks tell */
};

/* From now on, see who touches it. `path` is HOOK_SWITCH, but in tests. */
void hook_switch_open(struct hook_switch *s, const char *path);

/*
 * Is it off, or was it written to since the last time? A kernel that has no
 * such switch is on.
 */
bool hook_switch_touched(struct hook_switch *s);

void hook_switch_close(struct hook_switch *s);

#endif
