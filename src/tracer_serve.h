/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracer_serve.h - the process that loads, attaches and polls, and does nothing
 * else: what it reads goes on as it is, see tracer_wire.h.
 */
#ifndef DIRTYWATCH_TRACER_SERVE_H
#define DIRTYWATCH_TRACER_SERVE_H

struct options;

/*
 * Serves who holds the other ends of both sockets, until they are closed.
 * Never waits for room in `items`: what does not fit stays in the kernel's
 * ring, which says so when it is full.
 */
void tracer_serve(int items, int calls, const struct options *options);

#endif
