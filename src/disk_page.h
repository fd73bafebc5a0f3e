/* SPDX-License-Identifier: GPL-2.0 */
/* disk_page.h - a page of a file as the disk has it, whatever memory has. */
#ifndef DIRTYWATCH_DISK_PAGE_H
#define DIRTYWATCH_DISK_PAGE_H

#include <stdint.h>

#include "page_map.h"

/*
 * Reads a page, by its index, past the page cache; the descriptor is one for
 * direct I/O meanwhile. What is compressed or inline is read through the cache
 * all the same (Linux: btrfs_dio_iomap_begin()). Returns how many bytes the
 * file has there, the rest is zero; or -errno.
 */
int disk_page_read(int fd, uint64_t page, unsigned char bytes[PAGE_MAP_LEN]);

#endif
