// SPDX-License-Identifier: GPL-2.0
/* log.c - see log.h. */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>

#include "log.h"

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("btrfs-dirtywatch: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

static int print_libbpf(enum libbpf_print_level level, const char *format,
			va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

void log_libbpf(int verbose)
{
	libbpf_set_print(verbose >= 2 ? print_libbpf : NULL);
}
