// SPDX-License-Identifier: GPL-2.0
/* report_output.c - see report_output.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "report_output.h"

/* A new file, for its owner: it has names of files in it. */
static FILE *open_new(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out && fd >= 0)
		close(fd);
	return out;
}

FILE *report_output(const char *path)
{
	FILE *out = path ? open_new(path) : stdout;

	if (!out)
		complain("cannot make '%s': %s; name another file", path,
			 strerror(errno));
	return out;
}

int report_output_close(const char *path, FILE *out, int code)
{
	if (out == stdout || !fclose(out) || code == EXIT_NO_ANSWER)
		return code;
	complain("cannot write '%s': %s; make room", path, strerror(errno));
	return EXIT_NO_ANSWER;
}
