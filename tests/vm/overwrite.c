// SPDX-License-Identifier: GPL-2.0
/*
 * overwrite.c - strand pages of a file, and replace them by something else
 * than a buffered write. For test machines only.
 *
 *   overwrite make FILE PAGES        a file of that many pages, on disk
 *   overwrite like FILE PAGES        one that holds what a stranded page holds
 *   overwrite shreds FILE PAGES      the same, each page an extent of its own
 *   overwrite strand FILE PAGE...    strand these pages
 *   overwrite direct FILE FROM TO    a direct write of the bytes [FROM, TO)
 *   overwrite fault FILE FROM TO     the same; of the source only one page is
 *                                    there, none if that is all of it
 *   overwrite async FILE FROM TO     the same, by aio
 *   overwrite encoded FILE FROM TO   an encoded write
 *   overwrite dedupe|clone|copy|killed FILE FROM TO SOURCE
 *                                    from the start of SOURCE; killed: a clone
 *                                    whose process is killed on the way
 *   overwrite show FILE PAGE...      what the disk holds: a word for each
 *
 * Prints one line: the result of the call, in bytes or as a negative errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "provoke_fault.h"

#define PAGE PROVOKE_PAGE
#define COVER 100u /* bytes of the write call that strands */

/* Who wrote a byte. */
enum { BASE = 'b', PENDING = 'p', COVERED = 'c', DIRECT = 'd' };

static void die(const char *what)
{
	fprintf(stderr, "overwrite: %s: %s\n", what, strerror(errno));
	exit(3);
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		die(path);
	return fd;
}

/* Whole pages of one byte, in memory of their own. */
static unsigned char *pages_of(int byte, size_t len)
{
	unsigned char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	memset(p, byte, len);
	return p;
}

static void write_all(int fd, int byte, off_t from, size_t len)
{
	unsigned char *p = pages_of(byte, len);

	if (pwrite(fd, p, len, from) != (ssize_t)len)
		die("write");
	munmap(p, len);
}

static void make(const char *path, int byte, unsigned long pages, int shred)
{
	int fd = open_file(path, O_RDWR | O_CREAT | (shred ? O_DIRECT : 0));

	if (!shred)
		write_all(fd, byte, 0, pages * PAGE);
	for (; shred && pages; pages--)
		write_all(fd, byte, (off_t)(pages - 1) * PAGE, PAGE);
	if (fsync(fd))
		die("fsync");
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
}

/* ---- strand ----------------------------------------------------------- */

struct stranding {
	struct provoke_fault fault;
	int fd;
	off_t at;
	ssize_t result;
	pthread_t writer;
};

static void *write_call(void *arg)
{
	struct stranding *s = arg;

	s->result = pwrite(s->fd, provoke_fault_source(&s->fault, COVER / 2),
			   COVER, s->at);
	if (s->result < 0)
		s->result = -errno;
	return NULL;
}

static void strand(int fd, unsigned long page)
{
	struct stranding s = { .fd = fd, .at = (off_t)page * PAGE };
	unsigned char cover[COVER];
	int event = PROVOKE_RESOLVED;

	memset(cover, COVERED, sizeof(cover));
	write_all(fd, PENDING, s.at, PAGE);
	if (provoke_fault_open(&s.fault) ||
	    provoke_fault_arm(&s.fault, cover, COVER / 2, COVER, true))
		die("userfaultfd");
	if (pthread_create(&s.writer, NULL, write_call, &s))
		die("thread");
	while (event == PROVOKE_RESOLVED) {
		event = provoke_fault_serve(&s.fault);
		usleep(500);
	}
	if (event != PROVOKE_WINDOW || provoke_fault_refuse(&s.fault))
		die("fault");
	pthread_join(s.writer, NULL);
	provoke_fault_disarm(&s.fault);
	provoke_fault_close(&s.fault);
	if (s.result != -EFAULT)
		die("the write call did not fail");
}

/* ---- replace ---------------------------------------------------------- */

static ssize_t result_of(ssize_t result)
{
	return result < 0 ? -errno : result;
}

static ssize_t by_direct(int fd, off_t from, size_t len)
{
	return result_of(pwrite(fd, pages_of(DIRECT, len), len, from));
}

static ssize_t by_fault(int fd, off_t from, size_t len)
{
	size_t there = len > PAGE ? PAGE : 0;
	unsigned char *p = pages_of(DIRECT, len);

	if (mprotect(p + there, len - there, PROT_NONE))
		die("mprotect");
	return result_of(pwrite(fd, p, len, from));
}

static ssize_t by_async(int fd, off_t from, size_t len)
{
	struct iocb cb = {
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_fildes = (__u32)fd,
		.aio_buf = (unsigned long)pages_of(DIRECT, len),
		.aio_nbytes = len,
		.aio_offset = from,
	};
	struct iocb *list[] = { &cb };
	aio_context_t context = 0;
	struct io_event event;

	if (syscall(SYS_io_setup, 1, &context) ||
	    syscall(SYS_io_submit, context, 1, list) != 1 ||
	    syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		die("aio");
	return (ssize_t)event.res;
}

/* The disk need not hold what can be unpacked: nobody reads it. */
static ssize_t by_encoded(int fd, off_t from, size_t len)
{
	struct iovec packed = { pages_of(DIRECT, PAGE), len / 2 };
	struct btrfs_ioctl_encoded_io_args args = {
		.iov = &packed,
		.iovcnt = 1,
		.offset = from,
		.len = len,
		.unencoded_len = len,
		.compression = BTRFS_ENCODED_IO_COMPRESSION_ZLIB,
	};

	return result_of(ioctl(fd, BTRFS_IOC_ENCODED_WRITE, &args));
}

static ssize_t by_dedupe(int fd, off_t from, size_t len, int source)
{
	struct file_dedupe_range *range =
		calloc(1, sizeof(*range) + sizeof(range->info[0]));
	ssize_t result;

	if (!range)
		die("memory");
	range->src_length = len;
	range->dest_count = 1;
	range->info[0].dest_fd = fd;
	range->info[0].dest_offset = (__u64)from;
	if (ioctl(source, FIDEDUPERANGE, range))
		die("dedupe");
	result = range->info[0].status ? range->info[0].status
				       : (ssize_t)range->info[0].bytes_deduped;
	free(range);
	return result;
}

static ssize_t by_clone(int fd, off_t from, size_t len, int source)
{
	struct file_clone_range range = {
		.src_fd = source,
		.src_length = len,
		.dest_offset = (__u64)from,
	};

	return result_of(ioctl(fd, FICLONERANGE, &range));
}

static ssize_t by_copy(int fd, off_t from, size_t len, int source)
{
	return result_of(copy_file_range(source, NULL, fd, &from, len, 0));
}

static bool has_ended(pid_t child)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT))
		die("wait");
	return info.si_pid;
}

/* Each extent that a clone has replaced sets the time of the file. */
static void wait_for_extents(int fd, pid_t cloner, int count)
{
	struct stat st, last;

	if (fstat(fd, &last))
		die("stat");
	while (count && !has_ended(cloner)) {
		if (fstat(fd, &st))
			die("stat");
		if (st.st_mtim.tv_sec != last.st_mtim.tv_sec ||
		    st.st_mtim.tv_nsec != last.st_mtim.tv_nsec)
			count--;
		last = st;
		usleep(500);
	}
}

static ssize_t by_killed(int fd, off_t from, size_t len, int source)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		die("fork");
	if (!child)
		_exit(by_clone(fd, from, len, source) != 0);
	wait_for_extents(fd, child, 5);
	kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child)
		die("wait");
	return WIFSIGNALED(status) ? -EINTR : 0;
}

/* ---- show ------------------------------------------------------------- */

static void show(int fd, unsigned long page)
{
	unsigned char bytes[PAGE];
	size_t i;

	if (fsync(fd))
		die("fsync");
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (pread(fd, bytes, PAGE, (off_t)page * PAGE) != (ssize_t)PAGE)
		die("read");
	for (i = 0; i < PAGE; i++)
		if (!i || bytes[i] != bytes[i - 1])
			putchar(bytes[i]);
	putchar('\n');
}

static const struct {
	const char *name;
	ssize_t (*alone)(int fd, off_t from, size_t len);
	ssize_t (*with)(int fd, off_t from, size_t len, int source);
	int flags;
} ways[] = {
	{ "direct", by_direct, NULL, O_DIRECT },
	{ "fault", by_fault, NULL, O_DIRECT },
	{ "async", by_async, NULL, O_DIRECT },
	{ "encoded", by_encoded, NULL, 0 },
	{ "dedupe", NULL, by_dedupe, 0 },
	{ "clone", NULL, by_clone, 0 },
	{ "copy", NULL, by_copy, 0 },
	{ "killed", NULL, by_killed, 0 },
};

static int replace(char **argv, int argc)
{
	off_t from = (off_t)strtoull(argv[3], NULL, 0);
	size_t len = strtoull(argv[4], NULL, 0) - (size_t)from;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int fd;

		if (strcmp(argv[1], ways[i].name) != 0)
			continue;
		fd = open_file(argv[2], O_RDWR | ways[i].flags);
		if (ways[i].alone)
			printf("%zd\n", ways[i].alone(fd, from, len));
		else if (argc == 6)
			printf("%zd\n", ways[i].with(fd, from, len,
						     open_file(argv[5], 0)));
		return 0;
	}
	return 2;
}

int main(int argc, char **argv)
{
	int i, fd;

	if (argc < 4)
		return 2;
	if (!strcmp(argv[1], "make"))
		make(argv[2], BASE, strtoul(argv[3], NULL, 0), 0);
	else if (!strcmp(argv[1], "like"))
		make(argv[2], PENDING, strtoul(argv[3], NULL, 0), 0);
	else if (!strcmp(argv[1], "shreds"))
		make(argv[2], PENDING, strtoul(argv[3], NULL, 0), 1);
	else if (!strcmp(argv[1], "strand") || !strcmp(argv[1], "show"))
		for (i = 3, fd = open_file(argv[2], O_RDWR); i < argc; i++)
			(argv[1][1] == 't' ? strand : show)(
				fd, strtoul(argv[i], NULL, 0));
	else
		return argc < 5 ? 2 : replace(argv, argc);
	return 0;
}
