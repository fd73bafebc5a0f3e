// SPDX-License-Identifier: GPL-2.0
/* log.c - see log.h. */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "text.h"

static FILE *diverted; /* NULL: stderr */

void log_divert(FILE *to)
{
	diverted = to;
}

void complain(const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (diverted) {
		fprintf(diverted, "%s%s", ftell(diverted) > 0 ? "; " : "",
			text);
		return;
	}
	/* It may quote a name from anywhere. */
	fputs("btrfs-dirtywatch: ", stderr);
	text_escape(stderr, text, strlen(text));
	fputc('\n', stderr);
}

__attribute__((format(printf, 2, 0))) static int print_libbpf(
	enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

void log_libbpf(int verbose)
{
	libbpf_set_print(verbose >= 2 ? print_libbpf : NULL);
}
