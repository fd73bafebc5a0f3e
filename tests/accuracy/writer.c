// SPDX-License-Identifier: GPL-2.0
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define STACK 65536

static int64_t result_of(ssize_t ret)
{
	return ret < 0 ? -errno : ret;
}

static int64_t call_pwrite(struct trial *trial, const unsigned char *source)
{
	const struct plan *plan = &trial->plan;

	return result_of(pwrite(trial->fd, source, plan->len,
				(off_t)plan_at(plan, plan->pos)));
}

static int64_t call_writev(struct trial *trial, const unsigned char *source)
{
	const struct plan *plan = &trial->plan;
	struct iovec pieces[8];
	size_t each = plan->len / plan->pieces;

	for (unsigned int i = 0; i < plan->pieces; i++)
		pieces[i] = (struct iovec){
			.iov_base = (void *)(source + i * each),
			.iov_len = i + 1 < plan->pieces ? each
							: plan->len - i * each,
		};
	return result_of(pwritev(trial->fd, pieces, (int)plan->pieces,
				 (off_t)plan_at(plan, plan->pos)));
}

static int64_t call_append(struct trial *trial, const unsigned char *source)
{
	int64_t ret;

	if (fcntl(trial->fd, F_SETFL, O_APPEND))
		return -errno;
	ret = result_of(write(trial->fd, source, trial->plan.len));
	fcntl(trial->fd, F_SETFL, 0);
	return ret;
}

struct ring {
	int fd;
	unsigned char *sq, *cq;
	struct io_uring_sqe *sqe;
	struct io_uring_params p;
};

static int ring_open(struct ring *ring)
{
	size_t sq, cq;

	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, 1, &ring->p);
	if (ring->fd < 0)
		return -errno;
	sq = ring->p.sq_off.array + ring->p.sq_entries * sizeof(uint32_t);
	cq = ring->p.cq_off.cqes +
	     ring->p.cq_entries * sizeof(struct io_uring_cqe);
	ring->sq = mmap(NULL, sq, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			IORING_OFF_SQ_RING);
	ring->cq = mmap(NULL, cq, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			IORING_OFF_CQ_RING);
	ring->sqe = mmap(NULL, sizeof(*ring->sqe), PROT_READ | PROT_WRITE,
			 MAP_SHARED, ring->fd, IORING_OFF_SQES);
	if (ring->sq == MAP_FAILED || ring->cq == MAP_FAILED ||
	    (void *)ring->sqe == MAP_FAILED)
		return -ENOMEM;
	return 0;
}

static int64_t ring_write(struct ring *ring, const struct trial *trial,
			  const unsigned char *source)
{
	const struct io_uring_cqe *cqe =
		(void *)(ring->cq + ring->p.cq_off.cqes);
	uint32_t *tail = (void *)(ring->sq + ring->p.sq_off.tail);

	*ring->sqe = (struct io_uring_sqe){
		.opcode = IORING_OP_WRITE,
		.flags = IOSQE_ASYNC,
		.fd = trial->fd,
		.addr = (uintptr_t)source,
		.len = trial->plan.len,
		.off = plan_at(&trial->plan, trial->plan.pos),
	};
	((uint32_t *)(void *)(ring->sq + ring->p.sq_off.array))[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) != 1)
		return -errno;
	return cqe->res;
}

static int64_t call_uring(struct trial *trial, const unsigned char *source)
{
	static _Thread_local struct ring ring;
	int64_t ret = 0;

	/* A ring for each call: its one completion lies in the first slot. */
	ret = ring_open(&ring);
	if (!ret)
		ret = ring_write(&ring, trial, source);
	if (ring.sq)
		munmap(ring.sq, PAGE);
	if (ring.cq)
		munmap(ring.cq, PAGE);
	if (ring.sqe)
		munmap(ring.sqe, PAGE);
	if (ring.fd >= 0)
		close(ring.fd);
	return ret;
}

/* The thread leaves the namespace when it ends. */
static int64_t call_namespace(struct trial *trial, const unsigned char *source)
{
	char dir[sizeof(trial->paths[0])], *name;
	struct trial other = *trial;
	int64_t ret;

	snprintf(dir, sizeof(dir), "%s", trial->paths[0]);
	name = strrchr(dir, '/');
	*name++ = '\0';
	if (unshare(CLONE_FS | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(dir, "/mnt", NULL, MS_BIND, NULL) || chdir("/mnt"))
		return -errno;
	other.fd = open(name, O_RDWR | O_CLOEXEC);
	if (other.fd < 0)
		return -errno;
	ret = call_pwrite(&other, source);
	close(other.fd);
	return ret;
}

/* In these two the kernel copies from pages of its own. */
static int64_t call_sendfile(struct trial *trial, const unsigned char *source)
{
	const struct plan *plan = &trial->plan;
	int fd = memfd_create("source", MFD_CLOEXEC);
	int64_t ret = -EIO;

	if (fd < 0 ||
	    lseek(trial->fd, (off_t)plan_at(plan, plan->pos), SEEK_SET) < 0)
		return -errno;
	if (write(fd, source, plan->len) == (ssize_t)plan->len) {
		off_t from = 0;

		ret = result_of(sendfile(trial->fd, fd, &from, plan->len));
	}
	close(fd);
	return ret;
}

static int64_t call_splice(struct trial *trial, const unsigned char *source)
{
	const struct plan *plan = &trial->plan;
	loff_t to = (loff_t)plan_at(plan, plan->pos);
	int64_t ret = -EIO;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	if (write(ends[1], source, plan->len) == (ssize_t)plan->len)
		ret = result_of(
			splice(ends[0], NULL, trial->fd, &to, plan->len, 0));
	close(ends[0]);
	close(ends[1]);
	return ret;
}

/* 512 bytes of the page's, through a loop device on the file. */
static int64_t call_loop(struct trial *trial, const unsigned char *source)
{
	const struct plan *plan = &trial->plan;
	_Alignas(512) unsigned char sector[512];
	uint64_t at = plan_at(plan, plan->pos / 512 * 512);
	int64_t ret = 0;
	int loop = open("/dev/loop0", O_RDWR | O_DIRECT | O_CLOEXEC);

	if (loop < 0 || ioctl(loop, LOOP_SET_FD, trial->fd))
		return -errno;
	if (pread(loop, sector, sizeof(sector), (off_t)at) != sizeof(sector))
		ret = -EIO;
	memcpy(sector + plan->pos % 512, source,
	       plan->len < 512 - plan->pos % 512 ? plan->len
						 : 512 - plan->pos % 512);
	if (!ret &&
	    pwrite(loop, sector, sizeof(sector), (off_t)at) != sizeof(sector))
		ret = -EIO;
	if (ioctl(loop, LOOP_CLR_FD, 0))
		ret = -errno;
	close(loop);
	if (ret)
		return ret;
	return plan->len < 512 - plan->pos % 512 ? plan->len
						 : 512 - plan->pos % 512;
}

int64_t writer_call(struct trial *trial, const unsigned char *source)
{
	static int64_t (*const kinds[])(struct trial *,
					const unsigned char *) = {
		[CALL_PWRITE] = call_pwrite,
		[CALL_WRITEV] = call_writev,
		[CALL_APPEND] = call_append,
		[CALL_URING] = call_uring,
		[CALL_NAMESPACE] = call_namespace,
		[CALL_SENDFILE] = call_sendfile,
		[CALL_SPLICE] = call_splice,
		[CALL_LOOP] = call_loop,
	};

	return kinds[trial->row->call](trial, source);
}

/*
 * What the child needs: it shares our memory, errno included, so it must not
 * go through libc.
 */
struct child {
	const struct trial *trial;
	const unsigned char *source;
	int done;
};

static long raw_call(long nr, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return ret;
}

static int child_main(void *arg)
{
	const struct child *child = arg;
	const struct plan *plan = &child->trial->plan;
	char byte = 0;

	raw_call(SYS_prctl, PR_SET_NAME, (long)"acc-victim", 0, 0);
	raw_call(SYS_pwrite64, child->trial->fd, (long)child->source, plan->len,
		 (long)plan_at(plan, plan->pos));
	raw_call(SYS_write, child->done, (long)&byte, 1, 0);
	raw_call(SYS_exit, 0, 0, 0, 0);
	return 0;
}

pid_t writer_spawn(struct trial *trial, const unsigned char *source, int done)
{
	static _Alignas(16) unsigned char stack[STACK];
	static struct child child;
	pid_t pid;

	child = (struct child){ trial, source, done };
	pid = clone(child_main, stack + STACK, CLONE_VM | CLONE_FILES | SIGCHLD,
		    &child);
	return pid < 0 ? -errno : pid;
}
