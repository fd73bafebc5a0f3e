// SPDX-License-Identifier: GPL-2.0
/* self_test_file.c - what the process of a self-test does: see self_test.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "self_test.h"

#define BYTES 4096

/* A regular file of our own, with one name: nobody else's pages. */
static int check(int fd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(fd, &fs) || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    st.st_uid != geteuid() || st.st_size > BYTES)
		return -EEXIST;
	return fs.f_type == BTRFS_SUPER_MAGIC ? 0 : -ENOTSUP;
}

/* New bytes each time, so that there is something to write. */
static int write_bytes(int fd)
{
	struct timespec now;
	char bytes[BYTES];

	clock_gettime(CLOCK_REALTIME, &now);
	memset(bytes, 'a' + (int)(now.tv_nsec % 26), sizeof(bytes));
	memcpy(bytes, &now, sizeof(now));
	if (pwrite(fd, bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return errno ? -errno : -EIO;
	return fsync(fd) ? -errno : 0;
}

int self_test_file(const char *file)
{
	int fd = open(file,
		      O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
		      0600);
	int err;

	if (fd < 0)
		return -errno;
	err = check(fd);
	if (!err)
		err = write_bytes(fd);
	if (!err)
		err = -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	return err;
}
