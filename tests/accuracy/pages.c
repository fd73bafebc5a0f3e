// SPDX-License-Identifier: GPL-2.0
/* The pages of a trial in the page cache: look at them, drop them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "accuracy.h"

#define PRESENT (1ull << 63)
#define FRAME ((1ull << 55) - 1)
#define DROP_TIMES 3000

static unsigned char *map_pages(const struct trial *trial)
{
	const struct plan *plan = &trial->plan;
	void *map = mmap(NULL, plan->pages * PAGE, PROT_READ, MAP_SHARED,
			 trial->fd, (off_t)plan_at(plan, 0));

	/* So that looking at a page does not count as a use of it. */
	if (map != MAP_FAILED)
		madvise(map, plan->pages * PAGE, MADV_SEQUENTIAL);
	return map;
}

static int read_state(struct engine *engine, const unsigned char *at,
		      struct state *state)
{
	uint64_t entry = 0, flags = 0;
	off_t where;

	/* Touching an absent page would read it back from disk. */
	(void)*(volatile const unsigned char *)at;
	where = (off_t)((uintptr_t)at / PAGE * sizeof(entry));
	if (pread(engine->flags.pagemap, &entry, sizeof(entry), where) !=
		    sizeof(entry) ||
	    !(entry & PRESENT) || !(entry & FRAME))
		return -EIO;
	state->pfn = entry & FRAME;
	where = (off_t)(state->pfn * sizeof(flags));
	if (pread(engine->flags.kpageflags, &flags, sizeof(flags), where) !=
	    sizeof(flags))
		return -EIO;
	state->present = true;
	state->dirty = flags >> KPF_DIRTY & 1;
	state->writeback = flags >> KPF_WRITEBACK & 1;
	return 0;
}

int pages_look(struct engine *engine, const struct trial *trial,
	       struct look *look)
{
	unsigned char *map, in_core[PAGES] = { 0 };
	uint32_t pages = trial->plan.pages;
	struct stat st;
	int err = 0;

	map = map_pages(trial);
	if (map == MAP_FAILED || mincore(map, pages * PAGE, in_core) ||
	    fstat(trial->fd, &st))
		return -errno;
	/* A write call may leave pages behind the end, which nobody can see. */
	for (uint32_t i = 0; i < pages && !err; i++)
		if (in_core[i] & 1 &&
		    plan_at(&trial->plan, i * PAGE) < (uint64_t)st.st_size)
			err = read_state(engine, map + i * PAGE,
					 &look->page[i]);
	munmap(map, pages * PAGE);
	return err;
}

#define NOWHERE (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC)

int pages_where(const struct trial *trial, struct look *look)
{
	const struct plan *plan = &trial->plan;
	struct {
		struct fiemap map;
		struct fiemap_extent extents[PAGES];
	} arg = { .map = { .fm_start = plan_at(plan, 0),
			   .fm_length = plan->pages * PAGE,
			   .fm_extent_count = PAGES } };

	/* Another writer of the file may have the lock, and wait for us. */
	if (trial->row->share)
		return 0;
	/* No FIEMAP_FLAG_SYNC, which would write the pages. */
	if (ioctl(trial->fd, FS_IOC_FIEMAP, &arg))
		return -errno;
	for (uint32_t page = 0; page < plan->pages; page++)
		for (uint32_t i = 0; i < arg.map.fm_mapped_extents; i++) {
			const struct fiemap_extent *at = &arg.extents[i];
			uint64_t off = plan_at(plan, page * PAGE);

			if (off >= at->fe_logical &&
			    off < at->fe_logical + at->fe_length &&
			    !(at->fe_flags & NOWHERE))
				look->page[page].where =
					at->fe_physical + off - at->fe_logical;
		}
	return 0;
}

bool pages_cleaned(const struct trial *trial, unsigned int page)
{
	const struct state *before = &trial->before.page[page];
	const struct state *window = &trial->window.page[page];

	return trial->windowed && before->dirty && !before->writeback &&
	       !window->dirty && !window->writeback;
}

int pages_stay(const struct trial *trial)
{
	unsigned char in_core[PAGES] = { 0 };
	uint32_t pages = trial->plan.pages;
	unsigned char *map = map_pages(trial);
	int stay = 0;

	if (map == MAP_FAILED)
		return -errno;
	if (mincore(map, pages * PAGE, in_core))
		stay = -errno;
	munmap(map, pages * PAGE);
	for (uint32_t i = 0; i < pages && !stay; i++)
		stay = pages_cleaned(trial, i) && in_core[i] & 1;
	return stay;
}

int pages_drop_file(const struct trial *trial)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	const struct plan *plan = &trial->plan;
	unsigned char in_core[PAGES];
	unsigned char *map = map_pages(trial);
	bool any = true;
	int err = 0;

	if (map == MAP_FAILED)
		return -errno;
	for (int i = 0; i < DROP_TIMES && any && !err; i++) {
		if (i)
			nanosleep(&pause, NULL);
		err = -posix_fadvise(trial->fd, 0,
				     (off_t)plan_at(plan, PAGES * PAGE),
				     POSIX_FADV_DONTNEED);
		if (mincore(map, plan->pages * PAGE, in_core))
			err = -errno;
		any = false;
		for (uint32_t p = 0; p < plan->pages; p++)
			any |= in_core[p] & 1;
	}
	munmap(map, plan->pages * PAGE);
	return err ? err : any ? -EBUSY : 0;
}
