// SPDX-License-Identifier: GPL-2.0
/* store_file.c - see store_file.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "store_file.h"

#define MAGIC "SQLite format 3" /* and a NUL */
#define MARK "btrfs-dirtywatch\n"
#define LOCK_SUFFIX "-lock"

static const char *const suffixes[STORE_FILES] = {
	[STORE_FILE_DB] = "",
	[STORE_FILE_WAL] = "-wal",
	[STORE_FILE_SHM] = "-shm",
	[STORE_FILE_JOURNAL] = "-journal",
};

static int join(char to[STORE_PATH_LEN], const char *a, const char *b)
{
	int len = snprintf(to, STORE_PATH_LEN, "%s%s", a, b);

	return len < 0 || len >= STORE_PATH_LEN ? -ENAMETOOLONG : 0;
}

static bool is_trusted(uid_t owner)
{
	return owner == geteuid() || owner == 0;
}

/* A link may lead to the folder, if nobody else could turn it elsewhere. */
static int check_dir(const char *dir)
{
	struct stat st;

	if (lstat(dir, &st))
		return -errno;
	if (S_ISLNK(st.st_mode)) {
		if (!is_trusted(st.st_uid))
			return -ELOOP;
		if (stat(dir, &st))
			return -errno;
	}
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	return is_trusted(st.st_uid) && !(st.st_mode & 022) ? 0 : -EPERM;
}

/* The folder of a path, without slashes at its end, and the name in it. */
static int split(const char *path, char dir[STORE_PATH_LEN], const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 1;

	*name = slash ? slash + 1 : path;
	if (!**name || !strcmp(*name, ".") || !strcmp(*name, ".."))
		return -EISDIR;
	if (len >= STORE_PATH_LEN)
		return -ENAMETOOLONG;
	memcpy(dir, slash ? path : ".", len);
	while (len > 1 && dir[len - 1] == '/')
		len--;
	dir[len] = '\0';
	if (!len)
		memcpy(dir, "/", 2);
	return 0;
}

/* A new folder must still be there after a power cut. */
static int make_dir(const char *dir)
{
	char above[STORE_PATH_LEN];
	const char *name;
	int err = 0, fd;

	if (mkdir(dir, 0750))
		return errno == EEXIST ? 0 : -errno;
	if (split(dir, above, &name))
		return 0;
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

int store_file_place(const char *path, char real[STORE_PATH_LEN])
{
	char dir[STORE_PATH_LEN], resolved[PATH_MAX];
	const char *name;
	int err = split(path, dir, &name);

	if (!err)
		err = make_dir(dir);
	if (!err)
		err = check_dir(dir);
	if (err)
		return err;
	if (!realpath(dir, resolved))
		return -errno;
	err = join(real, !strcmp(resolved, "/") ? "" : resolved, "/");
	if (err || strlen(real) + strlen(name) + NAME_MAX / 4 >= STORE_PATH_LEN)
		return -ENAMETOOLONG;
	memcpy(real + strlen(real), name, strlen(name) + 1);
	return 0;
}

/* 1: there is none. */
static int check_one(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 1 : -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return -EPERM;
	return st.st_uid == geteuid() && !(st.st_mode & 022) ? 0 : -EPERM;
}

/* Up to `room` bytes of its head, or a negative errno. */
static ssize_t head(const char *path, char *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : pread(fd, to, room, 0);
	int err = -errno;

	if (fd >= 0)
		close(fd);
	return got < 0 ? err : got;
}

bool store_file_is_marked(const char *real)
{
	char lock[STORE_PATH_LEN], text[sizeof(MARK)] = "";

	return !join(lock, real, LOCK_SUFFIX) && !check_one(lock) &&
	       head(lock, text, sizeof(MARK) - 1) == sizeof(MARK) - 1 &&
	       !strcmp(text, MARK);
}

int store_file_check(const char *real)
{
	char path[STORE_PATH_LEN], magic[sizeof(MAGIC)];
	ssize_t got;

	for (int i = 0; i < STORE_FILES; i++) {
		int err = join(path, real, suffixes[i]);

		if (!err)
			err = check_one(path);
		if (err < 0)
			return err;
		if (err && i == STORE_FILE_DB)
			return 0;
	}
	got = head(real, magic, sizeof(magic));
	if (got <= 0)
		return (int)got;
	if (got == sizeof(magic) && !memcmp(magic, MAGIC, sizeof(magic)))
		return 0;
	return store_file_is_marked(real) ? 0 : -EBADMSG;
}

int store_file_make(const char *real, bool *made)
{
	int fd = open(real, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0600);

	*made = fd >= 0;
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	close(fd);
	return 0;
}

int store_file_lock(const char *real)
{
	char path[STORE_PATH_LEN];
	int err = join(path, real, LOCK_SUFFIX);
	int fd;

	if (!err)
		err = check_one(path);
	if (err < 0)
		return err;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(fd);
	return err;
}

bool store_file_is_lock(const char *real, int lock)
{
	char path[STORE_PATH_LEN];
	struct stat there, held;

	return !join(path, real, LOCK_SUFFIX) && !lstat(path, &there) &&
	       !fstat(lock, &held) && there.st_dev == held.st_dev &&
	       there.st_ino == held.st_ino;
}

int store_file_mark(int lock)
{
	static const char mark[] = MARK;
	const size_t len = sizeof(mark) - 1;
	ssize_t put = pwrite(lock, mark, len, 0);

	if (put < 0)
		return -errno;
	return (size_t)put == len ? 0 : -ENOSPC;
}

void store_file_leave(const char *real)
{
	char lock[STORE_PATH_LEN];

	if (!store_file_is_marked(real) && !join(lock, real, LOCK_SUFFIX) &&
	    !check_one(lock))
		unlink(lock);
}

/* Another that was put aside in the same second must not be replaced. */
static int free_name(const char *real, char aside[STORE_PATH_LEN])
{
	const time_t now = time(NULL);
	struct stat st;

	for (int n = 0; n < 100; n++) {
		char suffix[64];
		int err;

		snprintf(suffix, sizeof(suffix), ".corrupt-%lld%s%.0d",
			 (long long)now, n ? "." : "", n);
		err = join(aside, real, suffix);
		if (err)
			return err;
		if (lstat(aside, &st))
			return errno == ENOENT ? 0 : -errno;
	}
	return -EEXIST;
}

int store_file_aside(const char *real, char aside[STORE_PATH_LEN])
{
	int err = free_name(real, aside);

	/* The database goes last: until then it is found to be damaged again.
	 */
	for (int i = STORE_FILES - 1; i >= 0 && !err; i--) {
		char from[STORE_PATH_LEN], to[STORE_PATH_LEN];

		err = join(from, real, suffixes[i]);
		if (!err)
			err = join(to, aside, suffixes[i]);
		if (!err && rename(from, to) && errno != ENOENT)
			err = -errno;
	}
	return err;
}

void store_file_ids(const char *real, struct store_file_id ids[STORE_FILES])
{
	for (int i = 0; i < STORE_FILES; i++) {
		char path[STORE_PATH_LEN];
		struct stat st;

		ids[i] = (struct store_file_id){ 0 };
		if (!join(path, real, suffixes[i]) && !lstat(path, &st))
			ids[i] = (struct store_file_id){ st.st_dev, st.st_ino };
	}
}

static uint64_t bytes_of(const char *real, enum store_file file)
{
	char path[STORE_PATH_LEN];
	struct stat st;

	return !join(path, real, suffixes[file]) && !lstat(path, &st)
		       ? (uint64_t)st.st_size
		       : 0;
}

uint64_t store_file_log_bytes(const char *real)
{
	return bytes_of(real, STORE_FILE_WAL);
}

uint64_t store_file_bytes(const char *real)
{
	uint64_t bytes = 0;

	for (int i = 0; i < STORE_FILES; i++)
		bytes += bytes_of(real, i);
	return bytes;
}

bool store_file_read_only(const char *real)
{
	char dir[STORE_PATH_LEN];
	const char *name;
	struct statvfs fs;

	return !split(real, dir, &name) && !statvfs(dir, &fs) &&
	       fs.f_flag & ST_RDONLY;
}
