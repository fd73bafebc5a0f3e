// SPDX-License-Identifier: GPL-2.0
/* rescue_dir.c - see rescue_dir.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "rescue_dir.h"

/* Says why it cannot be used; NULL: it can. */
static const char *refused(int dir)
{
	struct stat st;

	if (fstat(dir, &st))
		return strerror(errno);
	if (st.st_uid != geteuid())
		return "it belongs to somebody else";
	if (st.st_mode & 077)
		return "others may look into it: 'chmod 700' it";
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
static int open_bare(const char *path)
{
	char *bare = strdup(path);
	size_t len = bare ? strlen(bare) : 0;
	int dir = -1;

	while (len > 1 && bare[len - 1] == '/')
		bare[--len] = '\0';
	if (bare && (!mkdir(bare, 0700) || errno == EEXIST))
		dir = open(bare,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	free(bare);
	return dir;
}

int rescue_dir_open(const char *path, uint64_t *bytes)
{
	int dir = open_bare(path);
	const char *why = dir < 0 ? strerror(errno) : refused(dir);

	if (!why && rescue_dir_bytes(dir, bytes))
		why = strerror(errno);
	if (!why)
		return dir;
	complain("cannot keep rescued pages in '%s': %s; name another folder",
		 path, why);
	if (dir >= 0)
		close(dir);
	return -1;
}
