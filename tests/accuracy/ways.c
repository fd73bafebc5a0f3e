// SPDX-License-Identifier: GPL-2.0
/* Ways for a clean page to leave the cache without its data wanted gone. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "overwrite.h"
#include "ways.h"

#define TIMES 5
#define RECLAIM_TIMES 40
#define FAR_BEHIND (1l << 40) /* no file is so long */
#define CGROUP "/sys/fs/cgroup/accuracy/"

int put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void pause_ms(unsigned int ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000000l };

	nanosleep(&pause, NULL);
}

/*
 * A page that was just used waits in a list of its CPU, and holds on there.
 * Advice about any range empties the list of the CPU that gives it.
 */
static void empty_lists(const struct trial *trial)
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			posix_fadvise(trial->fd, FAR_BEHIND, PAGE,
				      POSIX_FADV_DONTNEED);
	}
	sched_setaffinity(0, sizeof(all), &all);
}

int drop_by_fadvise(struct engine *engine, struct trial *trial)
{
	int err = 0;

	(void)engine;
	for (int times = 0; times < TIMES && !err; times++) {
		for (uint32_t i = 0; i < trial->plan.pages && !err; i++)
			if (pages_cleaned(trial, i))
				err = -posix_fadvise(
					trial->fd,
					(off_t)plan_at(&trial->plan, i * PAGE),
					PAGE, POSIX_FADV_DONTNEED);
		if (err || pages_stay(trial) <= 0)
			break;
		pause_ms(1);
	}
	return err;
}

static int write_drop(struct trial *trial, const char *what)
{
	int err = 0;

	for (int times = 0; times < TIMES && !err; times++) {
		if (trial->fd >= 0)
			empty_lists(trial);
		err = put_text("/proc/sys/vm/drop_caches", what);
		if (err || trial->fd < 0 || pages_stay(trial) <= 0)
			break;
		pause_ms(1);
	}
	return err;
}

static int drop_caches_1(struct engine *engine, struct trial *trial)
{
	(void)engine;
	return write_drop(trial, "1");
}

static int drop_caches_2(struct engine *engine, struct trial *trial)
{
	(void)engine;
	return write_drop(trial, "2");
}

static int drop_caches_3(struct engine *engine, struct trial *trial)
{
	(void)engine;
	return write_drop(trial, "3");
}

/* Fails with EAGAIN if less was reclaimed than asked for. */
static int reclaim(struct engine *engine, struct trial *trial)
{
	int err = 0;

	(void)engine;
	for (int times = 0; times < RECLAIM_TIMES; times++) {
		err = put_text(CGROUP "memory.reclaim", "512K");
		if ((err && err != -EAGAIN) || pages_stay(trial) <= 0)
			break;
	}
	return err == -EAGAIN ? 0 : err;
}

static unsigned long group_usage(void)
{
	FILE *file = fopen(CGROUP "memory.current", "re");
	unsigned long usage = 0;

	if (file && fscanf(file, "%lu", &usage) != 1)
		usage = 0;
	if (file)
		fclose(file);
	return usage;
}

/*
 * memory.high: a limit below the use is enforced at once, and kills nobody. A
 * little below: what cannot be reached is tried for seconds.
 */
static int limit(struct engine *engine, struct trial *trial)
{
	const unsigned long step = 64ul << 10;
	char text[32];
	int err = 0;

	(void)engine;
	for (int times = 0; times < RECLAIM_TIMES && !err; times++) {
		unsigned long usage = group_usage();

		empty_lists(trial);
		snprintf(text, sizeof(text), "%lu",
			 usage > 2 * step ? usage - step : step);
		err = put_text(CGROUP "memory.high", text);
		/* At once, or what we do next is slowed down. */
		put_text(CGROUP "memory.high", "max");
		if (pages_stay(trial) <= 0)
			break;
	}
	return err;
}

/* Reclaim what we have mapped ourselves. */
static int page_out(struct engine *engine, struct trial *trial)
{
	const struct plan *plan = &trial->plan;
	int err = 0;

	(void)engine;
	for (int times = 0; times < TIMES && !err && pages_stay(trial) > 0;
	     times++) {
		unsigned char *map =
			mmap(NULL, plan->pages * PAGE, PROT_READ, MAP_SHARED,
			     trial->fd, (off_t)plan_at(plan, 0));

		if (map == MAP_FAILED)
			return -errno;
		for (uint32_t i = 0; i < plan->pages; i++)
			if (pages_cleaned(trial, i))
				(void)*(volatile unsigned char *)(map +
								  i * PAGE);
		/* To be used puts it into a list, too. */
		empty_lists(trial);
		for (uint32_t i = 0; i < plan->pages; i++)
			if (pages_cleaned(trial, i) &&
			    madvise(map + i * PAGE, PAGE, MADV_PAGEOUT))
				err = -errno;
		munmap(map, plan->pages * PAGE);
		pause_ms(times);
	}
	return err;
}

static int move_page(unsigned char *page, uint64_t pfn_node)
{
	void *pages[] = { page };
	int node = (int)pfn_node, status = -EIO;

	(void)*(volatile unsigned char *)page;
	if (syscall(SYS_move_pages, 0, 1ul, pages, &node, &status,
		    MPOL_MF_MOVE))
		return -errno;
	return status < 0 ? status : 0;
}

/* To the one node and to the other: one of the two moves it. */
static int migrate(struct engine *engine, struct trial *trial)
{
	const struct plan *plan = &trial->plan;
	unsigned char *map =
		mmap(NULL, plan->pages * PAGE, PROT_READ, MAP_SHARED, trial->fd,
		     (off_t)plan_at(plan, 0));
	int err = 0;

	(void)engine;
	if (map == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < plan->pages && !err; i++)
		for (uint64_t node = 0; node < 2 && !err; node++)
			if (pages_cleaned(trial, i))
				err = move_page(map + i * PAGE, node);
	munmap(map, plan->pages * PAGE);
	/* Busy: somebody held the page just then; it was not moved. */
	return err == -EBUSY ? 0 : err;
}

static int migrate_and_drop(struct engine *engine, struct trial *trial)
{
	int err = migrate(engine, trial);

	return err ? err : drop_by_fadvise(engine, trial);
}

static int offline(struct trial *trial, const char *path)
{
	char text[32];
	int err = 0;

	empty_lists(trial);
	for (uint32_t i = 0; i < trial->plan.pages && !err; i++) {
		if (!pages_cleaned(trial, i))
			continue;
		snprintf(text, sizeof(text), "0x%llx",
			 (unsigned long long)trial->window.page[i].pfn * PAGE);
		err = put_text(path, text);
	}
	return err == -EBUSY || err == -EIO ? 0 : err;
}

static int offline_soft(struct engine *engine, struct trial *trial)
{
	(void)engine;
	return offline(trial, "/sys/devices/system/memory/soft_offline_page");
}

static int offline_hard(struct engine *engine, struct trial *trial)
{
	(void)engine;
	return offline(trial, "/sys/devices/system/memory/hard_offline_page");
}

/* The tool looks names up, and has a directory open for that moment. */
static int unmount_soon(const char *dir)
{
	int err = -1;

	for (int i = 0; i < 40 && (err = umount2(dir, 0)) && errno == EBUSY;
	     i++)
		usleep(50000);
	return err;
}

static int unmount(struct engine *engine, struct trial *trial)
{
	(void)trial;
	if (unmount_soon(engine->dir) ||
	    mount(engine->device, engine->dir, "btrfs", 0, engine->options))
		return -errno;
	return 0;
}

static int remount(struct engine *engine, struct trial *trial)
{
	(void)trial;
	if (mount(NULL, engine->dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) ||
	    mount(NULL, engine->dir, NULL, MS_REMOUNT, NULL))
		return -errno;
	return 0;
}

const struct way ways[] = {
	{ "fadvise", "fadvise", true, false, drop_by_fadvise },
	{ "drop_caches 1", "drop_caches", true, true, drop_caches_1 },
	{ "drop_caches 3", "drop_caches", true, true, drop_caches_3 },
	{ "memory.reclaim", "memcg", true, true, reclaim },
	{ "memory limit", "memcg", true, true, limit },
	{ "pressure", "kswapd|direct", false, true, press_gently },
	{ "hard pressure", "kswapd|direct", false, true, press_hard },
	{ "pageout", "madvise", true, false, page_out },
	{ "migrate", NULL, false, false, migrate },
	{ "migrate, fadvise", "fadvise", true, false, migrate_and_drop },
	{ "soft offline", "hwpoison", true, false, offline_soft },
	{ "hard offline", "hwpoison", true, false, offline_hard },
	{ "drop_caches 2", "inode-lru|evict", true, true, drop_caches_2 },
	{ "umount", "evict", true, true, unmount },
	{ "remount", NULL, false, true, remount },
	{ "truncate", "truncate", true, false, over_truncate },
	{ "truncate into", NULL, false, false, over_truncate_into },
	{ "punch", "punch", true, false, over_punch },
	{ "punch into", NULL, false, false, over_punch_into },
	{ "zero-range", "punch", true, false, over_zero_range },
	{ "clone over", "remap", true, false, over_clone },
	{ "unlink", "evict", true, false, over_unlink },
	{ "dedupe, fadvise", "fadvise", true, false, over_dedupe },
	{ "direct write", "direct-io", true, false, over_direct },
	{ "failing direct write", "direct-io", true, false, over_direct_fail },
	{ "direct read", NULL, false, false, over_direct_read },
	{ "unlink open, fadvise", "fadvise", true, false, over_unlink_open },
	{ "rename, fadvise", "fadvise", true, false, over_rename },
	{ "snapshot, fadvise", "fadvise", true, false, over_snapshot },
	{ "fsync, fadvise", "fadvise", true, false, over_fsync },
	{ "rewrite", NULL, false, false, over_rewrite },
	{ "store", NULL, false, false, over_store },
	{ 0 },
};
