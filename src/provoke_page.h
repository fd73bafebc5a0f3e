/* SPDX-License-Identifier: GPL-2.0 */
/* One page of a file in the page cache: look at it, and drop it. */
#ifndef PROVOKE_PAGE_H
#define PROVOKE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "provoke_plan.h"

enum provoke_way {
	PROVOKE_FADVISE,
	PROVOKE_CACHES,
};

struct provoke_page {
	int fd;
	uint64_t off; /* of the page in the file, bytes */
	void *map;    /* PROVOKE_PAGE bytes at @off, no page mapped in it */
};

/* The kernel's own flags of the page, at one moment. */
struct provoke_state {
	bool present, dirty, writeback;
};

/* The two files that tell a page's flags; one pair serves a whole run. */
struct provoke_flags {
	int pagemap, kpageflags;
};

/*
 * Open the files that tell a page's flags. Returns 0 or a negative errno;
 * close with provoke_flags_close() in both cases.
 */
int provoke_flags_open(struct provoke_flags *flags);
void provoke_flags_close(struct provoke_flags *flags);

/*
 * Map page @index of @fd. Returns 0 or a negative errno; unmap with
 * provoke_page_unmap() in both cases.
 */
int provoke_page_map(struct provoke_page *page, int fd, uint64_t index);
void provoke_page_unmap(struct provoke_page *page);

/* Is the page in the cache? Returns 1, 0, or a negative errno. */
int provoke_page_present(const struct provoke_page *page);

/*
 * Read the flags of the page, which is in no process's page table afterwards
 * (a mapped page cannot be dropped). Returns 0 or a negative errno.
 */
int provoke_page_state(const struct provoke_page *page,
		       const struct provoke_flags *flags,
		       struct provoke_state *state);

/*
 * Where on disk the page's data is, as a logical address of the filesystem;
 * 0 if nowhere. Copy on write: if it moved, the page was written. Returns 0 or
 * a negative errno.
 */
int provoke_page_where(const struct provoke_page *page, uint64_t *where);

/*
 * Drop the page, or all pages of a file of @size bytes, at most @times times
 * with a pause of a millisecond, until the page is out of the cache. Returns 1
 * if it went, 0 if it stayed, or a negative errno. A dirty page is thereby
 * written, and goes when that is over.
 */
int provoke_page_drop(const struct provoke_page *page, enum provoke_way way,
		      unsigned int times);
int provoke_page_drop_file(const struct provoke_page *page, uint64_t size,
			   unsigned int times);

#endif
