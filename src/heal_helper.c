// SPDX-License-Identifier: GPL-2.0
/* heal_helper.c - see heal_helper.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heal_helper.h"

/* Room for one descriptor beside a message. */
union beside {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int heal_request_send(int socket, const struct heal_request *q, int dir)
{
	struct iovec part = { .iov_base = (void *)q, .iov_len = sizeof(*q) };
	union beside beside = { 0 };
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &beside,
		.msg_controllen = sizeof(beside),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(dir));
	memcpy(CMSG_DATA(c), &dir, sizeof(dir));
	return sendmsg(socket, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno
								    : 0;
}

int heal_request_take(int socket, struct heal_request *q, int *dir)
{
	struct iovec part = { .iov_base = q, .iov_len = sizeof(*q) };
	union beside beside = { 0 };
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &beside,
		.msg_controllen = sizeof(beside),
	};
	ssize_t got = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c;

	*dir = -1;
	if (got < 0)
		return -errno;
	if (!got)
		return -EPIPE;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -EBADMSG;
	memcpy(dir, CMSG_DATA(c), sizeof(*dir));
	if (got == sizeof(*q))
		return 0;
	close(*dir);
	return -EBADMSG;
}

/*
 * The same directory by a mount of ours: that of who asks may be read-only for
 * it alone. Returns it, or `dir` if there is no such way.
 */
static int by_our_mount(int dir)
{
	char link[64], path[PATH_MAX];
	struct stat theirs, ours;
	ssize_t len;
	int fd;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0 || fstat(dir, &theirs))
		return dir;
	path[len] = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return dir;
	if (fstat(fd, &ours) || ours.st_dev != theirs.st_dev ||
	    ours.st_ino != theirs.st_ino) {
		close(fd);
		return dir;
	}
	close(dir);
	return fd;
}

void heal_helper_serve(int socket)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct heal_request q;
	int dir;

	heal_page_init();
	while (!heal_request_take(socket, &q, &dir)) {
		struct heal_answer answer = { .number = q.number };

		dir = by_our_mount(dir);
		answer.heal = heal_page(proc, dir, &q);
		close(dir);
		if (send(socket, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	if (proc >= 0)
		close(proc);
}
