/* SPDX-License-Identifier: GPL-2.0 */
/* The trials of a run as a C program that needs nothing of this tool. */
#ifndef PROVOKE_EXPORT_H
#define PROVOKE_EXPORT_H

#include <stdio.h>

#include "provoke_options.h"

/* Writes the program's source text. Returns 0 or a negative errno. */
int provoke_export(FILE *out, const struct provoke_options *opt);

#endif
