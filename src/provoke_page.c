// SPDX-License-Identifier: GPL-2.0
#include "provoke_page.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/kernel-page-flags.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NOWHERE (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC)
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_PFN ((1ull << 55) - 1)

int provoke_flags_open(struct provoke_flags *flags)
{
	flags->kpageflags = -1;
	flags->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (flags->pagemap < 0)
		return -errno;
	flags->kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	return flags->kpageflags < 0 ? -errno : 0;
}

void provoke_flags_close(struct provoke_flags *flags)
{
	if (flags->pagemap >= 0)
		close(flags->pagemap);
	if (flags->kpageflags >= 0)
		close(flags->kpageflags);
}

int provoke_page_map(struct provoke_page *page, int fd, uint64_t index)
{
	page->fd = fd;
	page->off = index * PROVOKE_PAGE;
	page->map = mmap(NULL, PROVOKE_PAGE, PROT_READ, MAP_SHARED, fd,
			 (off_t)page->off);
	return page->map == MAP_FAILED ? -errno : 0;
}

void provoke_page_unmap(struct provoke_page *page)
{
	if (page->map != MAP_FAILED)
		munmap(page->map, PROVOKE_PAGE);
	page->map = MAP_FAILED;
}

int provoke_page_present(const struct provoke_page *page)
{
	unsigned char in_core;

	if (mincore(page->map, PROVOKE_PAGE, &in_core))
		return -errno;
	return in_core & 1;
}

/* Read entry @index of an array of 64-bit words that the kernel shows. */
static int read_word(int fd, uint64_t index, uint64_t *word)
{
	ssize_t got =
		pread(fd, word, sizeof(*word), (off_t)(index * sizeof(*word)));

	if (got < 0)
		return -errno;
	return got == sizeof(*word) ? 0 : -EIO;
}

/* @page is in our page table: find its frame, and the frame's flags. */
static int read_flags(const struct provoke_page *page,
		      const struct provoke_flags *flags, uint64_t *word)
{
	uint64_t entry = 0;
	int err;

	err = read_word(flags->pagemap, (uintptr_t)page->map / PROVOKE_PAGE,
			&entry);
	if (err)
		return err;
	if (!(entry & PAGEMAP_PRESENT))
		return -EAGAIN;
	/* The frame number reads as zero without CAP_SYS_ADMIN. */
	if (!(entry & PAGEMAP_PFN))
		return -EPERM;
	return read_word(flags->kpageflags, entry & PAGEMAP_PFN, word);
}

int provoke_page_state(const struct provoke_page *page,
		       const struct provoke_flags *flags,
		       struct provoke_state *state)
{
	uint64_t word = 0;
	int present, err;

	*state = (struct provoke_state){ 0 };
	/* Touching an absent page would read it back from disk. */
	present = provoke_page_present(page);
	if (present <= 0)
		return present;
	(void)*(volatile unsigned char *)page->map;
	err = read_flags(page, flags, &word);
	if (madvise(page->map, PROVOKE_PAGE, MADV_DONTNEED) && !err)
		err = -errno;
	if (err)
		return err;
	state->present = true;
	state->dirty = word >> KPF_DIRTY & 1;
	state->writeback = word >> KPF_WRITEBACK & 1;
	return 0;
}

int provoke_page_where(const struct provoke_page *page, uint64_t *where)
{
	const struct fiemap_extent *extent;
	struct fiemap *map;
	int err;

	map = calloc(1, sizeof(*map) + sizeof(*extent));
	if (!map)
		return -ENOMEM;
	/* No FIEMAP_FLAG_SYNC, which would write the page. */
	map->fm_start = page->off;
	map->fm_length = PROVOKE_PAGE;
	map->fm_extent_count = 1;
	extent = map->fm_extents;
	err = ioctl(page->fd, FS_IOC_FIEMAP, map) ? -errno : 0;
	*where = 0;
	if (!err && map->fm_mapped_extents && !(extent->fe_flags & NOWHERE))
		*where = extent->fe_physical + (page->off - extent->fe_logical);
	free(map);
	return err;
}

static int drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, "1", 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

/* A real length: with 0, which means "to the end", fresh pages may stay. */
static int advise(int fd, uint64_t off, uint64_t len)
{
	return -posix_fadvise(fd, (off_t)off, (off_t)len, POSIX_FADV_DONTNEED);
}

/* Did the page go? If not, wait a little for the next attempt. */
static int gone(const struct provoke_page *page)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int present = provoke_page_present(page);

	if (present > 0)
		nanosleep(&pause, NULL);
	return present < 0 ? present : !present;
}

int provoke_page_drop(const struct provoke_page *page, enum provoke_way way,
		      unsigned int times)
{
	int ret = 0;

	while (!ret && times--) {
		if (way == PROVOKE_CACHES)
			ret = drop_caches();
		else
			ret = advise(page->fd, page->off, PROVOKE_PAGE);
		if (!ret)
			ret = gone(page);
	}
	return ret;
}

int provoke_page_drop_file(const struct provoke_page *page, uint64_t size,
			   unsigned int times)
{
	int ret = 0;

	while (!ret && times--) {
		ret = advise(page->fd, 0, size + PROVOKE_PAGE);
		if (!ret)
			ret = gone(page);
	}
	return ret;
}
