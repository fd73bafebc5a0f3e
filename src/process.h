/* SPDX-License-Identifier: GPL-2.0 */
/* process.h - does a process id mean to the kernel's hooks what a user means?
 */
#ifndef DIRTYWATCH_PROCESS_H
#define DIRTYWATCH_PROCESS_H

#include <stdio.h>

/*
 * Is `pid` a process that hooks will see by that number? Says on stderr why
 * not, and returns an exit code, else 0.
 */
int process_check(unsigned int pid);

/* The same, with the files of a process that are asked. */
int process_check_files(unsigned int pid, const char *pid_namespace,
			FILE *status);

#endif
