/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user pages that write calls copy from, for many writers at once. The
 * kernel faults the whole source in before it locks anything; when the last
 * page is asked for, the one at the hole is taken away again, so that the copy
 * ends there under the page locks, and the fault of the retry comes in the
 * window.
 */
#ifndef ACCURACY_SOURCE_H
#define ACCURACY_SOURCE_H

#include "accuracy.h"

#define AREA_PAGES 12u
#define AREA (AREA_PAGES * PAGE)

struct source {
	unsigned char *area; /* what the writer reads */
	unsigned char *data; /* what it is to find there */
	uint32_t last, hole; /* pages */
	bool registered, cued, windowed;
};

/* One for all. Returns the userfaultfd or a negative errno. */
int source_open(void);
int source_init(struct source *source);
/* Lay out @len bytes at @bytes, @head of them in the first page; -errno. */
int source_arm(struct source *source, int uffd, const void *bytes, uint32_t len,
	       uint32_t head, uint32_t hole);
const unsigned char *source_bytes(const struct source *source, uint32_t head);
/* Page @page is asked for. Returns 1 if that is the window, 0 or -errno. */
int source_fault(struct source *source, int uffd, uint32_t page);
/* End the window. */
int source_resolve(struct source *source, int uffd);
int source_refuse(struct source *source, int uffd);

#endif
