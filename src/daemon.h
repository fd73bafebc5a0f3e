/* SPDX-License-Identifier: GPL-2.0 */
/* daemon.h - the verb `daemon`: a watch that stays. */
#ifndef DIRTYWATCH_DAEMON_H
#define DIRTYWATCH_DAEMON_H

/*
 * Run it with its own arguments. Returns the process's exit code: 0 if it was
 * asked to end; 2, 3 or 4 if it cannot begin, and will not if it is tried
 * again; EXIT_DAEMON_BROKEN if it was armed and could not go on.
 */
int daemon_main(int argc, char **argv);

#define EXIT_DAEMON_BROKEN 7

#endif
