// SPDX-License-Identifier: GPL-2.0
/* signals.c - see signals.h. */
#include <signal.h>
#include <sys/signalfd.h>

#include "signals.h"

int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
