/* SPDX-License-Identifier: GPL-2.0 */
/* status.h - the verb `status`: how is the daemon? */
#ifndef DIRTYWATCH_STATUS_H
#define DIRTYWATCH_STATUS_H

/*
 * Run it with its own arguments. Returns the exit code: 0 armed and nothing
 * lost, 1 lost, 3 no daemon runs, 5 evidence is missing, or will be.
 */
int status_main(int argc, char **argv);

#endif
