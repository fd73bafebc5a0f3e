/* SPDX-License-Identifier: GPL-2.0 */
/*
 * process.c - see process.h. What cannot match is refused: a watch of nobody
 * would find nothing, and look healthy.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "process.h"

/* PROC_PID_INIT_INO of the kernel: the same on every machine. */
#define INITIAL_NAMESPACE "pid:[4026531836]"

/* The process that the thread or process of this status file belongs to. */
static bool read_tgid(FILE *status, unsigned int *tgid)
{
	char line[256];

	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "Tgid:\t%9u", tgid) == 1)
			return true;
	return false;
}

int process_check_files(unsigned int pid, const char *pid_namespace,
			FILE *status)
{
	unsigned int tgid;

	if (strcmp(pid_namespace, INITIAL_NAMESPACE) != 0) {
		complain(
			"process ids are other ones for the kernel than in this container: use -p outside of it, or leave it out");
		return EXIT_USAGE;
	}
	if (!status || !read_tgid(status, &tgid)) {
		complain("there is no process %u to watch", pid);
		return EXIT_USAGE;
	}
	if (tgid != pid) {
		complain("%u is a thread of process %u: watch that with -p %u",
			 pid, tgid, tgid);
		return EXIT_USAGE;
	}
	return 0;
}

int process_check(unsigned int pid)
{
	char namespace[64] = "", path[64];
	ssize_t len =
		readlink("/proc/self/ns/pid", namespace, sizeof(namespace) - 1);
	FILE *status;
	int code;

	if (len < 0) {
		complain("cannot tell whose process ids count here: /proc: %s",
			 strerror(errno));
		return EXIT_NO_ANSWER;
	}
	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	status = fopen(path, "re");
	code = process_check_files(pid, namespace, status);
	if (status)
		fclose(status);
	return code;
}
