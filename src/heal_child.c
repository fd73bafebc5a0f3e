// SPDX-License-Identifier: GPL-2.0
/* heal_child.c - see heal_child.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heal_child.h"

#define SOCKET_FD 3

/*
 * Nothing of the watch's lives on in it: were it to hang, hooks would stay
 * attached, and a pipe would have no end. What ends the watch ends it too, but
 * not before: a signal from a terminal goes to both.
 */
static void become_helper(pid_t parent, int socket)
{
	const struct rlimit none = { 0, 0 };
	sigset_t all;
	int null;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	prctl(PR_SET_NAME, "dirtywatch-heal");
	setrlimit(RLIMIT_CORE, &none); /* it has other people's bytes */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd < SOCKET_FD; fd++)
		dup2(null, fd);
	if (socket != SOCKET_FD)
		dup2(socket, SOCKET_FD);
	close_range(SOCKET_FD + 1, ~0U, 0);
}

/* Who listens there starts one for each connection. */
static int dial(struct heal_child *c)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int err;

	if (strlen(c->path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	memcpy(a.sun_path, c->path, strlen(c->path) + 1);
	c->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (c->socket < 0)
		return -errno;
	if (!connect(c->socket, (const struct sockaddr *)&a, sizeof(a)))
		return 0;
	err = -errno;
	close(c->socket);
	c->socket = -1;
	return err;
}

int heal_child_start(struct heal_child *c)
{
	pid_t parent = getpid();
	int pair[2], err;

	c->pid = 0;
	c->socket = -1;
	if (c->path)
		return dial(c);
	heal_child_reap(c);
	if (c->dying_count == HEAL_DYING_MAX)
		return -EBUSY;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	c->pid = fork();
	if (!c->pid) {
		become_helper(parent, pair[1]);
		c->serve(SOCKET_FD);
		_exit(0);
	}
	err = c->pid < 0 ? -errno : 0;
	close(pair[1]);
	if (err) {
		close(pair[0]);
		c->pid = 0;
		return err;
	}
	c->socket = pair[0];
	return 0;
}

int heal_child_answer(const struct heal_child *c, struct heal_answer *answer)
{
	ssize_t got = recv(c->socket, answer, sizeof(*answer), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got < 0)
		return -errno;
	return got == sizeof(*answer) ? 1 : -EPIPE;
}

void heal_child_kill(struct heal_child *c)
{
	if (c->socket >= 0)
		close(c->socket);
	c->socket = -1;
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		c->dying[c->dying_count++] = c->pid;
	}
	c->pid = 0;
	heal_child_reap(c);
}

void heal_child_reap(struct heal_child *c)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < c->dying_count; i++)
		if (!waitpid(c->dying[i], NULL, WNOHANG))
			c->dying[left++] = c->dying[i];
	c->dying_count = left;
}
