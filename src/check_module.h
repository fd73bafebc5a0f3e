/* SPDX-License-Identifier: GPL-2.0 */
/* check_module.h - a verdict on a btrfs module by reading it, said to a person.
 */
#ifndef DIRTYWATCH_CHECK_MODULE_H
#define DIRTYWATCH_CHECK_MODULE_H

#include <stdbool.h>

#include "module_verdict.h"

/*
 * Judge the file at `path`, or what the running kernel would load if it is
 * NULL, and print the verdict. Returns an exit code: 0 fixed, 1 vulnerable,
 * 3 unknown or no answer, after saying why.
 */
int check_module(const char *path, bool json);

/*
 * The same of what the running kernel would load, printing nothing. *why is a
 * sentence's end, or NULL if nothing could be read: complain() has then said
 * what.
 */
enum module_class check_module_running(const char **why);

#endif
