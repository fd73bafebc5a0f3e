/* SPDX-License-Identifier: GPL-2.0 */
/* log.h - messages to the user: one sentence each, on stderr. */
#ifndef DIRTYWATCH_LOG_H
#define DIRTYWATCH_LOG_H

#include <stdio.h>

/* The process's exit codes, one meaning each. */
enum exit_code {
	EXIT_NONE_LOST = 0,
	EXIT_LOST = 1,
	EXIT_USAGE = 2,
	EXIT_NO_ANSWER = 3,
	EXIT_NO_PERMISSION = 4,
	EXIT_BLIND = 5,
};

/* "btrfs-dirtywatch: " and the sentence; adds the newline. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Until it is called with NULL, sentences go to `to` and not to stderr, without
 * the name and as they are: for who has another place to show them.
 */
void log_divert(FILE *to);

/* Show libbpf's own messages: only with a verbosity of 2, one level lower. */
void log_libbpf(int verbose);

#endif
