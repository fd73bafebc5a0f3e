// SPDX-License-Identifier: GPL-2.0
/* watch_say.c - see watch_say.h. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "recording_write.h"
#include "tracer.h"
#include "watch_say.h"

void watch_say_hooks(const struct tracer *tracer)
{
	const char *program = NULL, *role;

	for (unsigned int i = 0; (role = tracer_role(tracer, i, &program)); i++)
		fprintf(stderr, "%-16s %s\n", role, program ? program : "none");
}

void watch_say_error(int err, const struct recording_writer *keep)
{
	if (ferror(stdout))
		complain(
			"cannot write the output: %s; make room or name another place",
			strerror(-err));
	else if (keep && recording_writer_error(keep))
		complain(
			"cannot write the recording: %s; make room or name another place",
			strerror(-recording_writer_error(keep)));
	else
		complain("cannot go on: %s", strerror(-err));
}
