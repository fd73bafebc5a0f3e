/* SPDX-License-Identifier: GPL-2.0 */
/* watch.h - the verb `watch`: from the hooks to lines that a person reads. */
#ifndef DIRTYWATCH_WATCH_H
#define DIRTYWATCH_WATCH_H

/* Run `watch` with its own arguments. Returns the process's exit code. */
int watch_main(int argc, char **argv);

#endif
