// SPDX-License-Identifier: GPL-2.0
/* tracer_child.c - the process behind a remote tracer: see tracer_remote.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tracer_remote.h"
#include "tracer_serve.h"

/* No answer takes so long, but the one that waits for all to be attached. */
#define ANSWER_S 120

#define FIRST_FD 3
#define SPARE_FD 16

/* It detaches in far less, or hangs. */
#define END_TRIES 100
#define END_WAIT_NS 100000000L

/*
 * Nothing of the other process's is open in it but its ends of the sockets.
 * These tell it when to end, and it does so in an orderly way: what it has made
 * in tracefs is to go. A signal to the whole group is the other one's matter.
 */
static void become_child(int items, int calls)
{
	prctl(PR_SET_NAME, "dirtywatch-hook");
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	items = fcntl(items, F_DUPFD, SPARE_FD);
	calls = fcntl(calls, F_DUPFD, SPARE_FD);
	dup2(items, FIRST_FD);
	dup2(calls, FIRST_FD + 1);
	close_range(FIRST_FD + 2, ~0U, 0);
}

static int start(struct tracer_child *c, int items, int calls,
		 const struct options *options, int (*become)(void))
{
	const struct timeval limit = { .tv_sec = ANSWER_S };

	setsockopt(c->calls, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	c->pid = fork();
	if (c->pid < 0)
		return -errno;
	if (c->pid)
		return 0;
	become_child(items, calls);
	if (become())
		_exit(1);
	tracer_serve(FIRST_FD, FIRST_FD + 1, options);
	_exit(0);
}

int tracer_child_start(struct tracer_child *c, const struct options *options,
		       int (*become)(void))
{
	int items[2], calls[2], err;

	c->pid = 0;
	c->items = c->calls = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, items))
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, calls)) {
		err = -errno;
		close(items[0]);
		close(items[1]);
		return err;
	}
	c->items = items[0];
	c->calls = calls[0];
	err = start(c, items[1], calls[1], options, become);
	close(items[1]);
	close(calls[1]);
	if (err)
		tracer_child_end(c);
	return err;
}

static void await_end(pid_t pid)
{
	const struct timespec moment = { .tv_nsec = END_WAIT_NS };

	for (int i = 0; i < END_TRIES; i++) {
		if (waitpid(pid, NULL, WNOHANG))
			return;
		nanosleep(&moment, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void tracer_child_end(struct tracer_child *c)
{
	if (c->items >= 0)
		close(c->items);
	if (c->calls >= 0)
		close(c->calls);
	c->items = c->calls = -1;
	if (c->pid > 0)
		await_end(c->pid);
	c->pid = 0;
}
