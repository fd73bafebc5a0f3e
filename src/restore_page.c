// SPDX-License-Identifier: GPL-2.0
/* restore_page.c - see restore_page.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk_page.h"
#include "heal_refuse.h"
#include "intent.h"
#include "restore_page.h"
#include "target.h"

#define TICK_NS 10000000 /* the longest that a kernel is built with */

const struct restore_word restore_words[RESTORE_MAX] = {
#define X(name, text) [RESTORE_##name] = { #name, text },
	RESTORES(X)
#undef X
};

/* What is at hand while a page is restored. */
struct job {
	const struct restoring *how;
	struct rescued *r;
	struct restored *out;
	struct page_map map;
	struct stat st;
	int fd;
	bool cold; /* it was not in memory: what was seen is the disk's */
	/* The bound within the file of today, as offsets in the page. */
	unsigned int from[WINDOW_RANGES], to[WINDOW_RANGES];
};

static int end(struct job *j, enum restore state, int err)
{
	j->out->state = state;
	j->out->err = err < 0 ? -err : err;
	return -1;
}

bool on_disk_same(const struct on_disk *then, const struct on_disk *now)
{
	if (!then->known || !now->known || now->generation > then->transid)
		return false;
	/* A block that was only moved has its sum still. */
	if (then->sum[0] || now->sum[0])
		return !strcmp(then->sum, now->sum);
	return now->generation == then->generation &&
	       now->address == then->address;
}

/* ---- may it be written? --------------------------------------------- */

static int open_target(struct job *j)
{
	static const struct {
		int err;
		enum restore state;
	} states[] = {
		{ -EINVAL, RESTORE_nameless },
		{ -ENODEV, RESTORE_unmounted },
		{ -ENOENT, RESTORE_gone },
	};

	j->fd = target_open(j->how->resolver, &j->r->finding,
			    j->how->dry_run ? O_RDONLY : O_RDWR);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (j->fd == states[i].err)
			return end(j, states[i].state, 0);
	return j->fd < 0 ? end(j, RESTORE_closed, j->fd) : 0;
}

/* What of the bound is still within the file. */
static int clip(struct job *j)
{
	uint64_t page = j->r->finding.page << WINDOW_PAGE_SHIFT;
	uint64_t size = (uint64_t)j->st.st_size;
	bool any = false;

	for (int i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &j->r->finding.bound[i];
		uint64_t to = b->to < size ? b->to : size;

		if (b->from >= to)
			continue;
		j->from[i] = (unsigned int)(b->from - page);
		j->to[i] = (unsigned int)(to - page);
		any = true;
	}
	return any ? 0 : end(j, RESTORE_truncated, 0);
}

/*
 * With a lease nobody else has the file open, or gets it open before we are
 * done. Where somebody has, stores and writes are seen; but a direct write goes
 * past the page in memory, which then would be written over it.
 */
static int lock_out(struct job *j)
{
	const struct heal_file file = { .dev = j->st.st_dev,
					.ino = j->st.st_ino };
	enum heal refused = HEAL_unsure;
	int proc;

	if (!fcntl(j->fd, F_SETLEASE, F_WRLCK))
		return 0;
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc >= 0) {
		refused = heal_refuse_direct_io(proc, &file);
		close(proc);
	}
	if (refused == HEAL_healed)
		return 0;
	return end(j, RESTORE_direct_io, refused == HEAL_unsure ? EACCES : 0);
}

/*
 * A number that was free again may be another file's: made in a transaction
 * after the loss (Linux: btrfs_inode_item's generation, FS_IOC_GETVERSION).
 */
static int same_inode(struct job *j)
{
	const struct on_disk *d = &j->r->finding.on_disk;
	int made = 0;

	if (d->known && !ioctl(j->fd, FS_IOC_GETVERSION, &made) &&
	    (uint32_t)made > d->transid)
		return end(j, RESTORE_gone, 0);
	return 0;
}

static int look(struct job *j)
{
	int err;

	if (open_target(j) || same_inode(j))
		return -1;
	if (fstat(j->fd, &j->st))
		return end(j, RESTORE_failed, errno);
	if (clip(j) || (!j->how->dry_run && lock_out(j)))
		return -1;
	err = page_map_open(&j->map, j->fd, j->r->finding.page,
			    !j->how->dry_run, &j->cold);
	if (err)
		return end(j, RESTORE_closed, err);
	err = page_map_read(&j->map, j->out->seen);
	if (err)
		return end(j, RESTORE_failed, EIO);
	j->out->known = true;
	return 0;
}

/* ---- has it been written since? ------------------------------------- */

static void compare(struct job *j)
{
	struct restored *o = j->out;
	bool differed = false;

	for (unsigned int i = 0; i < PAGE_MAP_LEN; i++) {
		bool within = (i >= j->from[0] && i < j->to[0]) ||
			      (i >= j->from[1] && i < j->to[1]);
		bool differs = within && o->seen[i] != j->r->content[i];

		if (differs && !differed)
			o->exact[o->exacts++].from = i;
		if (differs)
			o->exact[o->exacts - 1].to = i + 1;
		differed = differs;
	}
}

/* Are the bytes of the bound the same in both? */
static bool bound_is(const struct job *j, const unsigned char *a,
		     const unsigned char *b)
{
	for (int i = 0; i < WINDOW_RANGES; i++)
		if (memcmp(a + j->from[i], b + j->from[i],
			   j->to[i] - j->from[i]) != 0)
			return false;
	return true;
}

static bool in_place(const struct job *j)
{
	int flags = 0;

	return ioctl(j->fd, FS_IOC_GETFLAGS, &flags) || flags & FS_NOCOW_FL;
}

/*
 * Nobody wrote to any of the file since the call that lost the page. The clock
 * of files stands still for up to a tick: only where the page was not copied
 * after the call, a write in the same one is to be feared.
 */
static bool file_untouched(const struct job *j)
{
	int64_t ns =
		j->st.st_ctim.tv_sec * 1000000000LL + j->st.st_ctim.tv_nsec;

	return j->r->ended &&
	       ns <= j->r->ended_wall_ns - (j->r->has_after ? 0 : TICK_NS);
}

/* Is the block the one that the watch saw after the loss? */
static int same_block(struct job *j, struct on_disk *now)
{
	const struct finding *f = &j->r->finding;
	const struct on_disk *settled = &j->r->settled;
	int err = on_disk_find(j->fd, f->subvol, f->ino,
			       f->page << WINDOW_PAGE_SHIFT, now);

	if (err || (!f->on_disk.known && !(j->r->has_after && settled->known)))
		return end(j, RESTORE_no_base, err);
	if (on_disk_same(&f->on_disk, now) ||
	    (j->r->has_after && on_disk_same(settled, now)))
		return 0;
	return end(j, RESTORE_newer, 0);
}

/* Are all bytes of the file those that are inline? */
static bool same_inline(const struct job *j, const struct on_disk *now)
{
	char sum[ON_DISK_SUM_LEN];

	if (!now->inlined || j->st.st_size > (off_t)PAGE_MAP_LEN)
		return false;
	on_disk_sum_inline(j->out->seen, (size_t)j->st.st_size, sum);
	return !strcmp(sum, now->sum);
}

/*
 * A newer write can have been left clean in memory, as this one was: then the
 * disk knows nothing of it. What is compressed cannot be read past the memory.
 */
static int same_in_memory(struct job *j, const struct on_disk *now)
{
	unsigned char disk[PAGE_MAP_LEN];
	int got;

	if (j->r->has_after || j->cold || same_inline(j, now))
		return 0;
	if (now->packed)
		return file_untouched(j) ? 0 : end(j, RESTORE_newer, 0);
	got = disk_page_read(j->fd, j->r->finding.page, disk);
	if (got < 0)
		return end(j, RESTORE_failed, got);
	return bound_is(j, j->out->seen, disk) ? 0 : end(j, RESTORE_newer, 0);
}

/*
 * We were here before, and did not come to the end: each byte is still what it
 * was then, or what it shall be. That the block is another is our own doing.
 */
static bool resumed(const struct job *j)
{
	const unsigned char *now = j->out->seen, *want = j->r->content;
	unsigned char was[PAGE_MAP_LEN];

	if (!intent_read(j->how->dir, j->how->file, was))
		return false;
	for (int i = 0; i < WINDOW_RANGES; i++)
		for (unsigned int at = j->from[i]; at < j->to[i]; at++)
			if (now[at] != was[at] && now[at] != want[at])
				return false;
	return true;
}

/*
 * What was written before the page was looked at is on the disk now, and shows
 * there; what comes later, the words tell that are not as they were seen. After
 * fsync() the extent may yet be the old one: it waits for the data, and the log
 * has the rest (Linux: btrfs_sync_file(),
 * btrfs_get_ordered_extents_for_logging()).
 */
static int judge(struct job *j)
{
	struct on_disk now;

	/* The times too as of after the page was looked at. */
	if (syncfs(j->fd) || fstat(j->fd, &j->st))
		return end(j, RESTORE_failed, errno);
	if (resumed(j))
		return 0;
	/* The call that lost the page wrote it anew, and so it left it. */
	if (j->r->raced && !j->r->has_after)
		return end(j, RESTORE_no_base, 0);
	if (j->r->has_after && !bound_is(j, j->out->seen, j->r->after))
		return end(j, RESTORE_changed, 0);
	if (in_place(j))
		return file_untouched(j) ? 0 : end(j, RESTORE_in_place, 0);
	return same_block(j, &now) ? -1 : same_in_memory(j, &now);
}

/* ---- write it, and see ---------------------------------------------- */

static int swap(struct job *j)
{
	int left = 0;

	for (int i = 0; i < WINDOW_RANGES && left >= 0; i++) {
		int n = page_map_swap(&j->map, j->out->seen, j->r->content,
				      j->from[i], j->to[i]);

		left = n < 0 ? n : left + n;
	}
	return left;
}

/* From the disk, and not from memory. */
static int verify(struct job *j)
{
	unsigned char disk[PAGE_MAP_LEN];
	int got;

	page_map_close(&j->map);
	if (fsync(j->fd))
		return end(j, RESTORE_failed, errno);
	got = disk_page_read(j->fd, j->r->finding.page, disk);
	if (got < 0)
		return end(j, RESTORE_failed, got);
	if ((unsigned int)got < j->to[0] || (unsigned int)got < j->to[1])
		return end(j, RESTORE_truncated, 0);
	return bound_is(j, disk, j->r->content) ? 0
						: end(j, RESTORE_meanwhile, 0);
}

/* A lease that somebody waits for is taken away in the end. */
static int still_alone(struct job *j)
{
	return fcntl(j->fd, F_GETLEASE) == F_WRLCK ? 0 : lock_out(j);
}

/* A page that is right in memory may be so nowhere else: it is stored too. */
static void put_back(struct job *j)
{
	unsigned char was[PAGE_MAP_LEN];
	enum restore state =
		j->out->exacts ? RESTORE_restored : RESTORE_already;
	int left;

	if (!intent_read(j->how->dir, j->how->file, was)) {
		left = intent_write(j->how->dir, j->how->file, j->out->seen);
		if (left) {
			end(j, RESTORE_failed, left);
			return;
		}
	}
	if (still_alone(j))
		return;
	left = swap(j);
	if (left < 0)
		end(j, RESTORE_no_room, 0);
	else if (verify(j))
		return;
	else
		end(j, left ? RESTORE_meanwhile : state, 0);
}

static void run(struct job *j)
{
	if (look(j))
		return;
	compare(j);
	if (j->out->exacts && !j->how->force && judge(j))
		return;
	if (!j->how->dry_run)
		put_back(j);
	else
		end(j, j->out->exacts ? RESTORE_differs : RESTORE_already, 0);
}

void restore_page(const struct restoring *how, struct rescued *r,
		  struct restored *out)
{
	struct job j = { .how = how, .r = r, .out = out, .fd = -1 };

	memset(out, 0, sizeof(*out));
	out->state = RESTORE_failed;
	run(&j);
	page_map_close(&j.map);
	if (j.fd >= 0)
		close(j.fd);
}
