// SPDX-License-Identifier: GPL-2.0
/* intent.c - see intent.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "intent.h"
#include "rescue_file.h"

/* What the sum of a note begins with. */
#define TITLE "restoring"

static void note_name(const char *name, char note[NAME_MAX + 1])
{
	snprintf(note, NAME_MAX + 1, "%.*s" INTENT_SUFFIX,
		 (int)(strlen(name) - strlen(RESCUE_SUFFIX)), name);
}

static void digest_of(const unsigned char seen[PAGE_MAP_LEN],
		      char digest[RESCUE_DIGEST_LEN])
{
	const struct rescue_file file = { TITLE, seen, PAGE_MAP_LEN };

	rescue_file_digest(&file, digest);
}

/* One that is not whole is none: what it announces comes after it. */
int intent_write(int dir, const char *name,
		 const unsigned char seen[PAGE_MAP_LEN])
{
	char note[NAME_MAX + 1], digest[RESCUE_DIGEST_LEN];
	struct iovec parts[] = {
		{ digest, sizeof(digest) },
		{ (void *)seen, PAGE_MAP_LEN },
	};
	int err = 0, fd;

	note_name(name, note);
	digest_of(seen, digest);
	fd = openat(dir, note,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	errno = ENOSPC;
	if (writev(fd, parts, 2) != (ssize_t)(sizeof(digest) + PAGE_MAP_LEN) ||
	    fsync(fd) || fsync(dir))
		err = -errno;
	close(fd);
	return err;
}

bool intent_read(int dir, const char *name, unsigned char seen[PAGE_MAP_LEN])
{
	char note[NAME_MAX + 1], digest[RESCUE_DIGEST_LEN];
	char was[RESCUE_DIGEST_LEN];
	struct iovec parts[] = {
		{ was, sizeof(was) },
		{ seen, PAGE_MAP_LEN },
	};
	ssize_t got = -1;
	int fd;

	note_name(name, note);
	fd = openat(dir, note, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		got = readv(fd, parts, 2);
		close(fd);
	}
	if (got != (ssize_t)(sizeof(was) + PAGE_MAP_LEN))
		return false;
	digest_of(seen, digest);
	return !memcmp(was, digest, sizeof(was));
}

void intent_remove(int dir, const char *name)
{
	char note[NAME_MAX + 1];

	note_name(name, note);
	unlinkat(dir, note, 0);
}
