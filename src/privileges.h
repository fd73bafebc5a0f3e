/* SPDX-License-Identifier: GPL-2.0 */
/*
 * privileges.h - what each process of the daemon may still do. None of them
 * can open a socket to a network, mount, trace others or load modules.
 */
#ifndef DIRTYWATCH_PRIVILEGES_H
#define DIRTYWATCH_PRIVILEGES_H

#include <stdbool.h>

/*
 * For the process that loads and attaches: capabilities for BPF, tracefs and
 * kernel symbols. Returns 0, or -errno with the reason on stderr.
 */
int privileges_of_tracer(void);

/*
 * For the process that reads everything untrusted: it finds names, and what
 * the disk holds, on filesystems of others; it cannot load a BPF program or
 * open a perf event, whatever its capabilities. `folders`: it also writes into
 * folders that are somebody else's. Returns as above.
 */
int privileges_of_keeper(bool folders);

#endif
