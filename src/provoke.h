/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROVOKE_H
#define PROVOKE_H

/*
 * The verb "provoke": make the kernel lose, strand or nearly lose the dirty
 * data of files of our own, and say what it did. @argv[0] is "provoke".
 * Returns the exit code: 0 nothing lost, 1 losses provoked, 2 usage, 3 could
 * not answer, 4 no permission.
 */
int provoke_main(int argc, char **argv);

#endif
