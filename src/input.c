// SPDX-License-Identifier: GPL-2.0
/* input.c - see input.h. */
#include <errno.h>
#include <string.h>

#include "input.h"
#include "log.h"

const char *input_name(const char *path)
{
	return strcmp(path, "-") != 0 ? path : "standard input";
}

FILE *input_open(const char *path)
{
	FILE *in = strcmp(path, "-") != 0 ? fopen(path, "re") : stdin;

	if (!in)
		complain("cannot open '%s': %s; give the path of a recording",
			 path, strerror(errno));
	return in;
}

void input_close(FILE *in)
{
	if (in != stdin)
		fclose(in);
}
