// SPDX-License-Identifier: GPL-2.0
/* notify.c - see notify.h. */
#include <stdarg.h>
#include <stdio.h>
#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "notify.h"

void notify(const char *format, ...)
{
	char text[1024];
	va_list args;

	/* NOLINTBEGIN(clang-analyzer-valist.Uninitialized): it is started. */
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* NOLINTEND(clang-analyzer-valist.Uninitialized) */
#ifdef HAVE_LIBSYSTEMD
	sd_notify(0, text);
#endif
}

uint64_t notify_watchdog_ns(void)
{
#ifdef HAVE_LIBSYSTEMD
	uint64_t us = 0;

	if (sd_watchdog_enabled(0, &us) > 0)
		return us * 1000;
#endif
	return 0;
}
