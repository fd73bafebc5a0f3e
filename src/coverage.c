/* SPDX-License-Identifier: GPL-2.0 */
/* coverage.c - see coverage.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"
#include "coverage.h"

#define NAME_LEN 64
#define LIVE_MAX 64
#define ENTRIES_MAX 4096 /* names looked at: nobody's directory is endless */
#define LOCK_TRIES 50

struct coverage {
	int dir;
	int file; /* locked */
	char name[NAME_LEN];
	uint64_t opened_ns;
	struct coverage_note note;
	struct coverage_gap gaps[COVERAGE_GAPS_MAX];
	unsigned int gap_count;
};

enum fate {
	FATE_GAP,   /* to be told, and removed */
	FATE_STALE, /* nothing is missing by it: to be removed */
	FATE_KEEP,  /* it concerns another watch */
};

/* What lies in the directory. */
struct scan {
	struct coverage_note live[LIVE_MAX];
	unsigned int live_count;
	struct dead {
		char name[NAME_LEN];
		struct coverage_note note;
		bool readable;
		enum fate fate;
	} dead[ENTRIES_MAX];
	unsigned int dead_count;
	bool cut; /* there are more names than are looked at */
};

int coverage_scope(const char *path, uint32_t tgid,
		   struct coverage_scope *scope)
{
	struct btrfs_ioctl_fs_info_args info = { 0 };
	int fd, err = 0;

	memset(scope, 0, sizeof(*scope));
	scope->tgid = tgid;
	if (!path)
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, BTRFS_IOC_FS_INFO, &info))
		err = -errno;
	close(fd);
	memcpy(scope->fs, info.fsid, sizeof(scope->fs));
	return err;
}

/* Only root's own directory: what lies there decides about verdicts. */
static int open_dir(const char *path)
{
	struct stat st;
	int fd;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && st.st_uid == geteuid() && !(st.st_mode & 077))
		return fd;
	close(fd);
	return -EPERM;
}

/* Starts that meet each other go one by one, but none waits for ever. */
static void lock_dir(int dir)
{
	const struct timespec moment = { .tv_nsec = 20000000 };

	for (int i = 0; i < LOCK_TRIES && flock(dir, LOCK_EX | LOCK_NB); i++)
		nanosleep(&moment, NULL);
}

static void note_dead(struct scan *scan, const char *name,
		      const struct coverage_note *note, bool readable)
{
	struct dead *dead = &scan->dead[scan->dead_count];

	/* look_at_name() has seen that it fits. */
	memcpy(dead->name, name, strlen(name) + 1);
	dead->note = *note;
	dead->readable = readable;
	scan->dead_count++;
}

/* A note whose lock is free belongs to nobody who lives. */
static void look_at_note(struct scan *scan, const char *name, int fd)
{
	char text[COVERAGE_NOTE_LEN + 1];
	struct coverage_note note = { 0 };
	ssize_t got = read(fd, text, sizeof(text));
	bool readable = got >= 0 && !coverage_parse(text, (size_t)got, &note);
	bool lives = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
	struct stat st;

	/* It ended in an orderly way while it was looked at. */
	if (fstat(fd, &st) || !st.st_nlink)
		return;
	if (!lives)
		note_dead(scan, name, &note, readable);
	else if (readable && scan->live_count < LIVE_MAX)
		scan->live[scan->live_count++] = note;
}

static void look_at_name(struct scan *scan, int dir, const char *name)
{
	struct stat st;
	int fd;

	if (name[0] < '0' || name[0] > '9' || strlen(name) >= NAME_LEN)
		return;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		look_at_note(scan, name, fd);
	close(fd);
}

static int scan_dir(struct scan *scan, int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!names) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return err;
	}
	for (int i = 0; (entry = readdir(names)) && i < ENTRIES_MAX; i++)
		look_at_name(scan, dir, entry->d_name);
	scan->cut = entry;
	closedir(names);
	return 0;
}

/* Did a watch that still lives see all that the dead one would have? */
static bool is_covered(const struct scan *scan,
		       const struct coverage_note *dead)
{
	for (unsigned int i = 0; i < scan->live_count; i++) {
		const struct coverage_note *live = &scan->live[i];

		if (!strcmp(live->boot, dead->boot) &&
		    live->start_ns <= dead->beat_ns &&
		    coverage_contains(&live->scope, &dead->scope))
			return true;
	}
	return false;
}

/* A note that cannot be read, or tells of times to come, tells no time. */
static enum fate judge(const struct coverage *c, const struct scan *scan,
		       struct dead *dead)
{
	const struct coverage_note *note = &dead->note;

	if (dead->readable && strcmp(note->boot, c->note.boot) != 0)
		return FATE_STALE;
	if (dead->readable && note->beat_ns > c->opened_ns)
		dead->readable = false;
	if (!dead->readable)
		return FATE_GAP;
	if (!coverage_meets(&note->scope, &c->note.scope))
		return FATE_KEEP;
	return is_covered(scan, note) ? FATE_STALE : FATE_GAP;
}

/* What does not fit becomes part of the last gap, which is then nobody's. */
static void add_gap(struct coverage *c, uint32_t pid, uint64_t from_ns)
{
	struct coverage_gap *gap = &c->gaps[COVERAGE_GAPS_MAX - 1];

	if (c->gap_count < COVERAGE_GAPS_MAX) {
		gap = &c->gaps[c->gap_count++];
		*gap = (struct coverage_gap){ pid, from_ns, c->opened_ns };
	} else {
		gap->pid = 0;
	}
	if (from_ns < gap->from_ns)
		gap->from_ns = from_ns;
	/* Until it is told, it is ours to leave behind. */
	if (from_ns < c->note.beat_ns)
		c->note.start_ns = c->note.beat_ns = from_ns;
}

static void add_dead(struct coverage *c, const struct dead *dead)
{
	if (dead->readable)
		add_gap(c, dead->note.pid, dead->note.beat_ns);
	else
		add_gap(c, 0, 0);
}

static int write_note(const struct coverage *c)
{
	char text[COVERAGE_NOTE_LEN + 1];
	ssize_t done;

	coverage_format(&c->note, text);
	done = pwrite(c->file, text, COVERAGE_NOTE_LEN, 0);
	if (done < 0)
		return -errno;
	return done == COVERAGE_NOTE_LEN ? 0 : -ENOSPC;
}

/* Whole and locked before it gets a name that others look at. */
static int create_note(struct coverage *c)
{
	char new[NAME_LEN + 4];
	int err;

	snprintf(c->name, sizeof(c->name), "%" PRIu32 "-%" PRIu64, c->note.pid,
		 c->opened_ns);
	snprintf(new, sizeof(new), "new-%s", c->name);
	c->file = openat(c->dir, new,
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			 0600);
	if (c->file < 0)
		return -errno;
	err = flock(c->file, LOCK_EX | LOCK_NB) ? -errno : write_note(c);
	if (!err && renameat(c->dir, new, c->dir, c->name))
		err = -errno;
	if (!err)
		return 0;
	unlinkat(c->dir, new, 0);
	close(c->file);
	c->file = -1;
	return err;
}

/* The gaps are known in any case; the notes go when there is one of ours. */
static int take_over(struct coverage *c, struct scan *scan)
{
	struct dead *dead = scan->dead, *end = dead + scan->dead_count;
	int err;

	for (; dead < end; dead++)
		dead->fate = judge(c, scan, dead);
	for (dead = scan->dead; dead < end; dead++)
		if (dead->fate == FATE_GAP)
			add_dead(c, dead);
	/* Names that were not looked at may be of watches at any time. */
	if (scan->cut)
		add_gap(c, 0, 0);
	err = create_note(c);
	c->note.start_ns = c->opened_ns;
	for (dead = scan->dead; dead < end && !err; dead++)
		if (dead->fate != FATE_KEEP)
			unlinkat(c->dir, dead->name, 0);
	return err;
}

static int open_in(struct coverage *c, const char *dir)
{
	struct scan *scan;
	int err;

	err = boot_id(c->note.boot, sizeof(c->note.boot));
	if (err)
		return err;
	c->dir = open_dir(dir);
	if (c->dir < 0)
		return c->dir;
	scan = calloc(1, sizeof(*scan));
	if (!scan)
		return -ENOMEM;
	lock_dir(c->dir);
	err = scan_dir(scan, c->dir);
	if (!err)
		err = take_over(c, scan);
	flock(c->dir, LOCK_UN);
	free(scan);
	return err;
}

int coverage_open(const char *dir, const struct coverage_scope *scope,
		  uint64_t now_ns, struct coverage **out)
{
	struct coverage *c = calloc(1, sizeof(*c));

	*out = c;
	if (!c)
		return -ENOMEM;
	c->dir = c->file = -1;
	c->note.pid = (uint32_t)getpid();
	c->opened_ns = c->note.start_ns = c->note.beat_ns = now_ns;
	c->note.scope = *scope;
	return open_in(c, dir);
}

unsigned int coverage_gaps(const struct coverage *c,
			   const struct coverage_gap **gaps)
{
	*gaps = c->gaps;
	return c->gap_count;
}

int coverage_beat(struct coverage *c, uint64_t ns)
{
	if (c->file < 0 || ns < c->note.beat_ns)
		return 0;
	c->note.beat_ns = ns;
	return write_note(c);
}

void coverage_close(struct coverage *c, bool orderly)
{
	if (!c)
		return;
	if (c->file >= 0 && orderly)
		unlinkat(c->dir, c->name, 0);
	if (c->file >= 0)
		close(c->file);
	if (c->dir >= 0)
		close(c->dir);
	free(c);
}
