// SPDX-License-Identifier: GPL-2.0
/* disk_page.c - see disk_page.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk_page.h"

/* Direct I/O wants memory that is aligned. Returns as above. */
static int read_aligned(int fd, off_t at, unsigned char bytes[PAGE_MAP_LEN])
{
	void *aligned = aligned_alloc(PAGE_MAP_LEN, PAGE_MAP_LEN);
	ssize_t got;
	int err;

	if (!aligned)
		return -ENOMEM;
	memset(aligned, 0, PAGE_MAP_LEN);
	got = pread(fd, aligned, PAGE_MAP_LEN, at);
	err = got < 0 ? -errno : (int)got;
	memcpy(bytes, aligned, PAGE_MAP_LEN);
	free(aligned);
	return err;
}

int disk_page_read(int fd, uint64_t page, unsigned char bytes[PAGE_MAP_LEN])
{
	int flags = fcntl(fd, F_GETFL);
	int got;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_DIRECT))
		return -errno;
	got = read_aligned(fd, (off_t)(page << WINDOW_PAGE_SHIFT), bytes);
	if (fcntl(fd, F_SETFL, flags) && got >= 0)
		got = -errno;
	return got;
}
