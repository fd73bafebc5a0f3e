/* SPDX-License-Identifier: GPL-2.0 */
/* A window to begin a test with, and what cmocka wants included before it. */
#ifndef DIRTYWATCH_WINDOW_FIXTURE_H
#define DIRTYWATCH_WINDOW_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "window.h"

#define PAGE 4096ULL
#define INDEX 2ULL
#define FROM (INDEX * PAGE)
#define TO (FROM + PAGE)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A dirty page in the middle of a file, cleaned with 100 bytes yet to copy. */
static inline struct window cleaned(void)
{
	struct window w = {
		.page = 0xffffea0000000040,
		.index = INDEX,
		.call = 7,
		.clean_ns = 1000,
		.i_size = 1 << 20,
		.left = 100,
		.writer = { .pid = 40, .tgid = 40, .comm = "writer" },
	};

	return w;
}

static inline void fill_drop(struct window *w, enum way way)
{
	w->drop.ns = 2000;
	w->drop.i_size = w->i_size;
	w->drop.pid = 30;
	w->drop.way = way;
}

/* The call wrote up to `stop` and copied all but `left` of its bytes. */
static inline void fill_end(struct window *w, __u64 stop, __u64 left,
			    __u32 locked)
{
	w->end.ns = 3000;
	w->end.stop = stop;
	w->end.left = left;
	w->end.result = w->left > left ? (__s64)(w->left - left) : 0;
	w->end.locked = locked;
}

/* The dropper replaced [from, to). */
static inline void fill_over(struct window *w, __u64 from, __u64 to)
{
	w->over.by = 30;
	w->over.from = from;
	w->over.to = to;
}

#endif
