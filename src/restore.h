/* SPDX-License-Identifier: GPL-2.0 */
/* restore.h - the verb `restore`: rescued pages go back into their files. */
#ifndef DIRTYWATCH_RESTORE_H
#define DIRTYWATCH_RESTORE_H

/* Run `restore` with its own arguments. Returns the process's exit code. */
int restore_main(int argc, char **argv);

#endif
