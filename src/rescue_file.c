// SPDX-License-Identifier: GPL-2.0
/* rescue_file.c - see rescue_file.h. */
#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rescue_dir.h"
#include "rescue_file.h"

void rescue_file_digest(const struct rescue_file *file,
			char digest[RESCUE_DIGEST_LEN])
{
	SHA256_CTX sum;

	SHA256Init(&sum);
	SHA256Update(&sum, (const uint8_t *)file->about, strlen(file->about));
	SHA256Update(&sum, (const uint8_t *)"\n", 1);
	SHA256Update(&sum, file->bytes, file->len);
	SHA256End(&sum, digest);
}

/* Returns 0 or -errno. */
static int write_all(int fd, const void *data, size_t len)
{
	const char *from = data;

	while (len) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			from += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int write_parts(int fd, const struct rescue_file *file)
{
	char digest[RESCUE_DIGEST_LEN];
	int err = write_all(fd, file->about, strlen(file->about));

	rescue_file_digest(file, digest);
	digest[RESCUE_DIGEST_LEN - 1] = '\n';
	if (!err)
		err = write_all(fd, "\n", 1);
	if (!err)
		err = write_all(fd, digest, sizeof(digest));
	if (!err)
		err = write_all(fd, file->bytes, file->len);
	return !err && fsync(fd) ? -errno : err;
}

/* To the name only when it is whole, and on the disk. */
static int write_new(int dir, const char *name, const struct rescue_file *file)
{
	int fd = openat(dir, RESCUE_UNFINISHED,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
	int err;

	if (fd < 0)
		return -errno;
	err = write_parts(fd, file);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, RESCUE_UNFINISHED, dir, name))
		err = -errno;
	if (err)
		unlinkat(dir, RESCUE_UNFINISHED, 0);
	return err;
}

int rescue_file_write(int dir, const char *name, const struct rescue_file *file)
{
	int err = write_new(dir, name, file);

	return !err && fsync(dir) ? -errno : err;
}

size_t rescue_file_size(const struct rescue_file *file)
{
	return strlen(file->about) + 1 + RESCUE_DIGEST_LEN + file->len;
}
