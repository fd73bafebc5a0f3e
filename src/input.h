/* SPDX-License-Identifier: GPL-2.0 */
/* input.h - the recording that a verb is given by name, or - for stdin. */
#ifndef DIRTYWATCH_INPUT_H
#define DIRTYWATCH_INPUT_H

#include <stdio.h>

/* What messages call it. */
const char *input_name(const char *path);

/* To be closed by input_close(). NULL: it was said why. */
FILE *input_open(const char *path);

void input_close(FILE *in);

#endif
