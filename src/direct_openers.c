// SPDX-License-Identifier: GPL-2.0
/* direct_openers.c - see direct_openers.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "direct_openers.h"

/* Is this descriptor one for direct I/O, as its fdinfo says? */
static bool is_direct(int proc, const char *pid, const char *fd)
{
	char path[96], line[128];
	unsigned long flags = 0;
	FILE *f = NULL;
	int info;

	snprintf(path, sizeof(path), "%.20s/fdinfo/%.20s", pid, fd);
	info = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (info >= 0)
		f = fdopen(info, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "flags: %lo", &flags) == 1)
			break;
	if (f)
		fclose(f);
	else if (info >= 0)
		close(info);
	return flags & O_DIRECT;
}

/* Without opening it: a descriptor leads to its file by its link. */
static int openers_of(int proc, const char *pid, const struct stat *file)
{
	char path[64];
	struct dirent *e;
	struct stat st;
	DIR *fds = NULL;
	int n = 0, dir;

	snprintf(path, sizeof(path), "%.20s/fd", pid);
	dir = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0)
		fds = fdopendir(dir);
	while (fds && (e = readdir(fds)))
		if (!fstatat(dir, e->d_name, &st, 0) &&
		    st.st_dev == file->st_dev && st.st_ino == file->st_ino)
			n += is_direct(proc, pid, e->d_name);
	if (fds)
		closedir(fds);
	else if (dir >= 0)
		close(dir);
	return n;
}

int direct_openers(const struct stat *file)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	int n = 0;

	if (!proc)
		return -errno;
	while ((e = readdir(proc)))
		if (isdigit((unsigned char)e->d_name[0]))
			n += openers_of(dirfd(proc), e->d_name, file);
	closedir(proc);
	return n;
}
