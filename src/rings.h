/* SPDX-License-Identifier: GPL-2.0 */
/* rings.h - what comes from the kernel side: records, and contents of pages. */
#ifndef DIRTYWATCH_RINGS_H
#define DIRTYWATCH_RINGS_H

#include <stdbool.h>

#include "tracer.h"

struct ring_buffer;

/* Zero it to begin. */
struct rings {
	struct ring_buffer *records;
	struct ring_buffer *contents; /* NULL: nobody asked for them */
	tracer_record_fn record;
	tracer_record_fn content;
	void *arg;
	bool any; /* a record has come */
};

/*
 * From now on the rings of these maps feed the functions; `contents` is -1 if
 * there are none. Returns 0 or -errno.
 */
int rings_open(struct rings *r, int records, int contents);

/* Readable when records wait. */
int rings_fd(const struct rings *r);

/*
 * Hand on the contents that wait; or these, and then the records. Return 0,
 * -errno, or what a function returned.
 */
int rings_contents(const struct rings *r);
int rings_poll(struct rings *r);

void rings_close(struct rings *r);

#endif
