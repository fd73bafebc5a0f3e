// SPDX-License-Identifier: GPL-2.0
/* signals.c - see signals.h. */
#include <signal.h>
#include <sys/signalfd.h>

#include "signals.h"

const int signals_end[] = { SIGINT, SIGTERM, 0 };
const int signals_reload[] = { SIGHUP, 0 };

int signals_open(const int *signals)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
