/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIRTYWATCH_CHECK_H
#define DIRTYWATCH_CHECK_H

/* The verb `check`. Returns an exit code (enum exit_code). */
int check_main(int argc, char **argv);

#endif
