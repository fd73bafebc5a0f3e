// SPDX-License-Identifier: GPL-2.0
/* rescue_dir.c - see rescue_dir.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "rescue_dir.h"

/* Says why what is in it is not to be trusted; NULL: it can be. */
static const char *open_to_others(int dir)
{
	struct stat st;

	if (fstat(dir, &st))
		return strerror(errno);
	if (st.st_uid != geteuid())
		return "it belongs to somebody else";
	if (st.st_mode & 077)
		return "others may look into it: 'chmod 700' it";
	return NULL;
}

/* Says why it cannot be written to; NULL: it can. */
static const char *refused(int dir)
{
	const char *why = open_to_others(dir);

	if (why)
		return why;
	if (flock(dir, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? "another watch writes to it"
					    : strerror(errno);
	if (unlinkat(dir, RESCUE_UNFINISHED, 0) && errno != ENOENT)
		return strerror(errno);
	return NULL;
}

int rescue_dir_bytes(int dir, uint64_t *bytes)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct stat st;

	*bytes = 0;
	if (!list) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((e = readdir(list)))
		if (!fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			*bytes += (uint64_t)st.st_size;
	closedir(list);
	return 0;
}

/* A slash behind a link would make it be followed. */
static int open_bare(const char *path, bool make)
{
	char *bare = strdup(path);
	size_t len = bare ? strlen(bare) : 0;
	int dir = -1;

	while (len > 1 && bare[len - 1] == '/')
		bare[--len] = '\0';
	if (bare && (!make || !mkdir(bare, 0700) || errno == EEXIST))
		dir = open(bare,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	free(bare);
	return dir;
}

/* Gives the descriptor, or -1 and closes it if there is something against. */
static int opened(int dir, const char *why, const char *path, const char *verb)
{
	if (!why)
		return dir;
	complain("cannot %s rescued pages in '%s': %s; name another folder",
		 verb, path, why);
	if (dir >= 0)
		close(dir);
	return -1;
}

int rescue_dir_open(const char *path, uint64_t *bytes)
{
	int dir = open_bare(path, true);
	const char *why = dir < 0 ? strerror(errno) : refused(dir);

	if (!why && rescue_dir_bytes(dir, bytes))
		why = strerror(errno);
	return opened(dir, why, path, "keep");
}

int rescue_dir_look(const char *path)
{
	int dir = open_bare(path, false);

	return opened(dir, dir < 0 ? strerror(errno) : open_to_others(dir),
		      path, "look for");
}
