// SPDX-License-Identifier: GPL-2.0
/* heal_verb.c - see heal_verb.h. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heal_helper.h"
#include "heal_verb.h"
#include "log.h"

/* As sd_listen_fds(3) has it. */
#define FIRST_FD 3

/* One connection, of a kind that keeps messages whole, of root. */
static bool is_ours(int fd)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer), type_size = sizeof(int);
	int type = 0;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) &&
	       type == SOCK_SEQPACKET &&
	       !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) &&
	       peer.uid == geteuid();
}

static bool was_handed(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");

	return pid && atoi(pid) == getpid() && fds && !strcmp(fds, "1");
}

int heal_verb_main(int argc, char **argv)
{
	const struct rlimit none = { 0, 0 };

	(void)argv;
	if (argc > 1 || !was_handed()) {
		complain(
			"this verb is for btrfs-dirtywatch-heal.socket: 'systemctl enable --now' that");
		return EXIT_USAGE;
	}
	if (!is_ours(FIRST_FD)) {
		complain("the other end of the socket is not root's");
		return EXIT_NO_PERMISSION;
	}
	setrlimit(RLIMIT_CORE, &none); /* it has other people's bytes */
	heal_helper_serve(FIRST_FD);
	return EXIT_NONE_LOST;
}
