/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsdir.h"
#include "names.h"

/* What the kernel tells of an inode's names; it gives no more at once. */
union answer {
	struct btrfs_data_container found;
	char bytes[4096];
};

/* The file itself is never opened: its directory tells which inode it is. */
enum name_state names_check(const struct mount *m, const char *fs_path,
			    const struct finding *f)
{
	const char *name = strrchr(fs_path, '/') + 1;
	enum name_state state = NAME_GONE;
	struct stat st;
	int dir = fsdir_open(m, fs_path, strlen(name), f);

	if (dir < 0)
		return NAME_UNKNOWN;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
		state = errno == ENOENT ? NAME_GONE : NAME_UNKNOWN;
	else if (S_ISREG(st.st_mode) && st.st_ino == f->ino)
		state = NAME_THERE;
	close(dir);
	return state;
}

const char *names_first(const struct names *names)
{
	return names->len ? names->bytes : NULL;
}

const char *names_next(const struct names *names, const char *name)
{
	name += strlen(name) + 1;
	return name < names->bytes + names->len ? name : NULL;
}

bool names_add(struct names *names, const char *name)
{
	size_t len = strlen(name) + 1;
	const char *old;

	for (old = names_first(names); old; old = names_next(names, old))
		if (!strcmp(old, name))
			return true;
	if (len > sizeof(names->bytes) - names->len)
		return false;
	memcpy(names->bytes + names->len, name, len);
	names->len += len;
	return true;
}

void names_ask(int fd, const char *at, uint64_t ino,
	       bool (*take)(void *arg, const char *name), void *arg,
	       struct names *names)
{
	const size_t head = offsetof(struct btrfs_data_container, val);
	union answer answer = { 0 };
	const size_t most = (sizeof(answer) - head) / sizeof(__u64);
	struct btrfs_ioctl_ino_path_args args = {
		.inum = ino,
		.size = sizeof(answer),
		.fspath = (uintptr_t)&answer,
	};
	char path[FINDING_PATH_LEN];

	if (ioctl(fd, BTRFS_IOC_INO_PATHS, &args))
		return;
	for (size_t i = 0; i < answer.found.elem_cnt && i < most; i++) {
		uint64_t from = head + answer.found.val[i];
		int len;

		if (from < head || from >= sizeof(answer))
			continue;
		len = snprintf(path, sizeof(path), "%s/%.*s", at,
			       (int)(sizeof(answer) - from),
			       answer.bytes + from);
		if (len < (int)sizeof(path) && take(arg, path))
			names_add(names, path);
	}
}
