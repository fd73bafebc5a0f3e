/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hook_switch.h - files that switch hooks off. At 0 the sysctl ftrace_enabled
 * keeps the kernel from calling those at function entries, the other one all
 * probes, and neither they nor their counts tell.
 */
#ifndef DIRTYWATCH_HOOK_SWITCH_H
#define DIRTYWATCH_HOOK_SWITCH_H

#include <stdbool.h>

#define HOOK_SWITCH "/proc/sys/kernel/ftrace_enabled"
#define PROBE_SWITCH "/sys/kernel/debug/kprobes/enabled"

struct hook_switch {
	const char *path;
	int file;    /* held open, so that `inotify` goes on to mean it */
	int inotify; /* -1: only looks tell */
};

/* From now on, see who touches it. `path`: one of the above. */
void hook_switch_open(struct hook_switch *s, const char *path);

/*
 * Is it off, or was it written to since the last time? A kernel that has no
 * such switch is on.
 */
bool hook_switch_touched(struct hook_switch *s);

void hook_switch_close(struct hook_switch *s);

#endif
