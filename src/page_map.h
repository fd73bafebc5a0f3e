/* SPDX-License-Identifier: GPL-2.0 */
/*
 * page_map.h - one page of a file in memory, shared with all who write to it:
 * what is changed there is changed word by word, and only from a known value,
 * so that a store of somebody else always wins.
 */
#ifndef DIRTYWATCH_PAGE_MAP_H
#define DIRTYWATCH_PAGE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "window.h"

#define PAGE_MAP_LEN (1U << WINDOW_PAGE_SHIFT)

struct page_map {
	volatile uint64_t *words;
};

/*
 * Maps a page of an open file, by its index, for reading, or to be changed too.
 * Sets *cold if it was not in memory then. Returns 0 or -errno.
 */
int page_map_open(struct page_map *m, int fd, uint64_t page, bool change,
		  bool *cold);

/*
 * Copies the page. Returns 0, or -EFAULT if it cannot be had: the file has
 * become shorter, or an error of the disk.
 */
int page_map_read(const struct page_map *m, unsigned char bytes[PAGE_MAP_LEN]);

/*
 * Puts bytes [from, to) of `want` in the place of the same ones of `was`, a
 * word of 8 bytes at once, each only if it is as it was there; what stands
 * beside them in the word stays. Words that are the same are stored too, so
 * that the page is dirty. Returns how many of the bytes were not, as they had
 * been changed by somebody; or -EFAULT: no space is left, say.
 */
int page_map_swap(const struct page_map *m, const unsigned char *was,
		  const unsigned char *want, unsigned int from,
		  unsigned int to);

void page_map_close(struct page_map *m);

#endif
