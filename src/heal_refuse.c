// SPDX-License-Identifier: GPL-2.0
/* heal_refuse.c - see heal_refuse.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "heal_refuse.h"

#define PATH_LEN 64 /* "NUMBER/fdinfo/NUMBER" */

/* A descriptor, as its fdinfo tells it. */
struct opened {
	unsigned int flags;
	unsigned long long ino;
	bool ino_known; /* kernels before 5.14 do not tell */
};

static enum heal refuse_attributes(int seat)
{
	const __u64 fixed = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
	struct statx st;

	if (statx(seat, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st))
		return HEAL_failed;
	if (st.stx_attributes & STATX_ATTR_VERITY)
		return HEAL_verity;
	return st.stx_attributes & fixed ? HEAL_immutable : HEAL_healed;
}

/* "1: LEASE  ACTIVE    READ  1234 00:2b:257 0 EOF", a lock each. */
enum heal heal_refuse_leased(FILE *locks, const struct heal_file *file)
{
	unsigned int major, minor;
	unsigned long ino;
	char line[256], kind[16];

	if (!locks)
		return HEAL_unsure;
	while (fgets(line, sizeof(line), locks)) {
		if (sscanf(line, "%*u: %15s %*s %*s %*d %x:%x:%lu", kind,
			   &major, &minor, &ino) != 4)
			continue;
		if (strcmp(kind, "LEASE") != 0 && strcmp(kind, "DELEG") != 0)
			continue;
		if ((major << 20 | minor) == file->sb_dev && ino == file->ino)
			return HEAL_leased;
	}
	return ferror(locks) ? HEAL_unsure : HEAL_healed;
}

/* Turns "\040" and the like into what they stand for. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		unsigned int c;

		if (*s == '\\' && sscanf(s + 1, "%3o", &c) == 1) {
			*to++ = (char)c;
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/* A heading, then a line each: path, kind and numbers. */
enum heal heal_refuse_swapfile(FILE *swaps, const struct heal_file *file)
{
	char line[8192], path[4096];
	struct stat st;

	if (!swaps)
		return HEAL_unsure;
	while (fgets(line, sizeof(line), swaps)) {
		if (sscanf(line, "%4095s file", path) != 1 || path[0] != '/')
			continue;
		unescape(path);
		if (!stat(path, &st) && st.st_dev == file->dev &&
		    st.st_ino == file->ino)
			return HEAL_swapfile;
	}
	return ferror(swaps) ? HEAL_unsure : HEAL_healed;
}

static FILE *open_table(int proc, const char *path)
{
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	FILE *table = fd < 0 ? NULL : fdopen(fd, "r");

	if (!table && fd >= 0)
		close(fd);
	return table;
}

/* The process, or its descriptor, is no more. */
static bool vanished(void)
{
	return errno == ENOENT || errno == ESRCH;
}

static enum heal read_opened(int proc, const char *path, struct opened *to)
{
	FILE *info = open_table(proc, path);
	bool flags_known = false;
	char line[128];

	if (!info)
		return vanished() ? HEAL_no_name : HEAL_unsure;
	memset(to, 0, sizeof(*to));
	while (fgets(line, sizeof(line), info)) {
		if (sscanf(line, "flags: %o", &to->flags) == 1)
			flags_known = true;
		else if (sscanf(line, "ino: %llu", &to->ino) == 1)
			to->ino_known = true;
	}
	fclose(info);
	return flags_known ? HEAL_healed : HEAL_no_name;
}

/*
 * The inode's number first, which asks no filesystem: to ask a dead server's
 * could take for ever.
 */
static enum heal refuse_opened(int proc, const char *pid, const char *fd,
			       const struct heal_file *file)
{
	char path[PATH_LEN];
	struct opened opened;
	struct stat st;
	enum heal read;

	snprintf(path, sizeof(path), "%.20s/fdinfo/%.20s", pid, fd);
	read = read_opened(proc, path, &opened);
	if (read != HEAL_healed)
		return read == HEAL_no_name ? HEAL_healed : read;
	if (!(opened.flags & O_DIRECT) ||
	    (opened.ino_known && opened.ino != file->ino))
		return HEAL_healed;
	snprintf(path, sizeof(path), "%.20s/fd/%.20s", pid, fd);
	if (fstatat(proc, path, &st, 0))
		return vanished() ? HEAL_healed : HEAL_unsure;
	return st.st_dev == file->dev && st.st_ino == file->ino ? HEAL_direct_io
								: HEAL_healed;
}

/* Calls refuse_opened() for each descriptor until one of them refuses. */
static enum heal refuse_process(int proc, const char *pid,
				const struct heal_file *file)
{
	enum heal heal = HEAL_healed;
	const struct dirent *entry;
	char path[PATH_LEN];
	DIR *fds;
	int fd;

	snprintf(path, sizeof(path), "%.20s/fdinfo", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds = fd < 0 ? NULL : fdopendir(fd);
	if (!fds) {
		heal = vanished() ? HEAL_healed : HEAL_unsure;
		if (fd >= 0)
			close(fd);
		return heal;
	}
	while (heal == HEAL_healed && (entry = readdir(fds)))
		if (isdigit((unsigned char)entry->d_name[0]))
			heal = refuse_opened(proc, pid, entry->d_name, file);
	closedir(fds);
	return heal;
}

enum heal heal_refuse_direct_io(int proc, const struct heal_file *file)
{
	int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *pids = fd < 0 ? NULL : fdopendir(fd);
	enum heal heal = HEAL_healed;
	const struct dirent *entry;

	if (!pids) {
		if (fd >= 0)
			close(fd);
		return HEAL_unsure;
	}
	while (heal == HEAL_healed && (entry = readdir(pids)))
		if (isdigit((unsigned char)entry->d_name[0]))
			heal = refuse_process(proc, entry->d_name, file);
	closedir(pids);
	return heal;
}

/* A table of /proc, looked through by one of the above. */
static enum heal refuse_by(int proc, const char *path,
			   enum heal (*refuse)(FILE *table,
					       const struct heal_file *file),
			   const struct heal_file *file)
{
	FILE *table = open_table(proc, path);
	enum heal heal = refuse(table, file);

	if (table)
		fclose(table);
	return heal;
}

enum heal heal_refuse(int proc, int seat, const struct heal_file *file)
{
	enum heal heal = refuse_attributes(seat);

	if (heal == HEAL_healed)
		heal = refuse_by(proc, "locks", heal_refuse_leased, file);
	if (heal == HEAL_healed)
		heal = refuse_by(proc, "swaps", heal_refuse_swapfile, file);
	if (heal == HEAL_healed)
		heal = heal_refuse_direct_io(proc, file);
	return heal;
}
