/* SPDX-License-Identifier: GPL-2.0 */
/* heal_helper.h - what the process that heals does, and how it is spoken to. */
#ifndef DIRTYWATCH_HEAL_HELPER_H
#define DIRTYWATCH_HEAL_HELPER_H

#include <stdint.h>

#include "heal_page.h"

/* One for each request; both are whole messages of a socket. */
struct heal_answer {
	uint64_t number; /* of the request */
	uint32_t heal;	 /* enum heal */
	uint32_t pad;
};

/* Sends a request and its directory. Returns 0 or -errno; never waits. */
int heal_request_send(int socket, const struct heal_request *q, int dir);

/*
 * Takes the next request; to be freed by who calls is only *dir, a descriptor.
 * Returns 0, or -errno, or -EPIPE if nobody asks any more.
 */
int heal_request_take(int socket, struct heal_request *q, int *dir);

/*
 * Answers what comes through the socket, one by one, until nobody is at its
 * other end. Any of them may take for ever: who asks has to set a limit.
 */
void heal_helper_serve(int socket);

#endif
