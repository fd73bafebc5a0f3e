/* SPDX-License-Identifier: GPL-2.0 */
/* force.h - what the parts of `force` share. */
#ifndef FORCE_H
#define FORCE_H

#include <stdio.h>

#define PAGE 4096L

/* Say what failed, with errno's text, and end with status 3. */
_Noreturn void die(const char *what);

/* The file `path`, open to read and write; it must exist. */
int open_file(const char *path);

/* A whole number of 0 or more; anything else ends the program. */
long number(const char *text);

/* Commands that stop the kernel's copy of a write call; see force.c. */
int cmd_strand(char **argv);
int cmd_shorts(char **argv);
int cmd_halfway(char **argv);

#endif
