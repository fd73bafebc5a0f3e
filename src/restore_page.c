// SPDX-License-Identifier: GPL-2.0
/* restore_page.c - see restore_page.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heal_refuse.h"
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

	j->fd = target_open(j->how->resolver, &j->r->finding, O_RDWR);
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

static int look(struct job *j)
{
	int err;

	if (open_target(j))
		return -1;
	if (fstat(j->fd, &j->st))
		return end(j, RESTORE_failed, errno);
	if (clip(j) || (!j->how->dry_run && lock_out(j)))
		return -1;
	err = page_map_open(&j->map, j->fd, j->r->finding.page);
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

/* The writing call itself wrote the page anew, and so it left it. */
static bool as_left(const struct job *j)
{
	for (int i = 0; i < WINDOW_RANGES; i++)
		if (memcmp(j->out->seen + j->from[i], j->r->after + j->from[i],
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

/*
 * What was written before the page was looked at is on the disk now, and shows
 * there; what comes later, the words tell that are not as they were seen. After
 * fsync() the extent may yet be the old one: it waits for the data, and the log
 * has the rest (Linux: btrfs_sync_file(),
 * btrfs_get_ordered_extents_for_logging()).
 */
static int judge(struct job *j)
{
	const struct finding *f = &j->r->finding;
	struct on_disk now;
	int err;

	/* The times too as of after the page was looked at. */
	if (syncfs(j->fd) || fstat(j->fd, &j->st))
		return end(j, RESTORE_failed, errno);
	if (j->r->raced && !j->r->has_after)
		return end(j, RESTORE_no_base, 0);
	if (j->r->has_after && !as_left(j))
		return end(j, RESTORE_changed, 0);
	if (file_untouched(j))
		return 0;
	if (in_place(j))
		return end(j, RESTORE_in_place, 0);
	err = on_disk_find(j->fd, f->subvol, f->ino,
			   f->page << WINDOW_PAGE_SHIFT, &now);
	if (err || !f->on_disk.known)
		return end(j, RESTORE_no_base, err);
	if (on_disk_same(&f->on_disk, &now) ||
	    (j->r->has_after && on_disk_same(&j->r->settled, &now)))
		return 0;
	return end(j, RESTORE_newer, 0);
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
	unsigned char bytes[PAGE_MAP_LEN];
	off_t at = (off_t)(j->r->finding.page << WINDOW_PAGE_SHIFT);

	page_map_close(&j->map);
	if (fsync(j->fd))
		return end(j, RESTORE_failed, errno);
	posix_fadvise(j->fd, at, PAGE_MAP_LEN, POSIX_FADV_DONTNEED);
	if (pread(j->fd, bytes, sizeof(bytes), at) < 0)
		return end(j, RESTORE_failed, errno);
	for (int i = 0; i < WINDOW_RANGES; i++)
		if (memcmp(bytes + j->from[i], j->r->content + j->from[i],
			   j->to[i] - j->from[i]) != 0)
			return end(j, RESTORE_meanwhile, 0);
	return 0;
}

/* A page that is right in memory may be so nowhere else: it is stored too. */
static void put_back(struct job *j)
{
	enum restore state =
		j->out->exacts ? RESTORE_restored : RESTORE_already;
	int left = swap(j);

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
