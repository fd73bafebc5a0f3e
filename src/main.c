// SPDX-License-Identifier: GPL-2.0
/* main.c - the verbs. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "daemon.h"
#include "heal_verb.h"
#include "log.h"
#include "provoke.h"
#include "record_verb.h"
#include "replay.h"
#include "report_verb.h"
#include "restore.h"
#include "status.h"
#include "watch.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

const char *argp_program_version = "btrfs-dirtywatch " VERSION;

static int help_main(int argc, char **argv);

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *text;
} verbs[] = {
	{ "watch", watch_main, "watch for lost writes (the default)" },
	{ "provoke", provoke_main, "make the kernel lose writes, on purpose" },
	{ "record", record_main, "watch, and keep it in a file" },
	{ "replay", replay_main, "say what a recording shows" },
	{ "report", report_main, "list its findings, or describe one" },
	{ "restore", restore_main, "put rescued pages back into their files" },
	{ "daemon", daemon_main, "watch for good, as a service" },
	{ "status", status_main, "how is the daemon?" },
	{ "heal-helper", heal_verb_main, NULL },
	{ "check", check_main, "can this system be watched? has it the bug?" },
	{ "help", help_main, "show this text" },
	{ "--help", help_main, NULL },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("Usage: btrfs-dirtywatch [VERB] [OPTION...]\n"
	       "Find buffered writes that btrfs lost before they reached the disk.\n\n");
	for (size_t i = 0; i < VERBS; i++)
		if (verbs[i].text)
			printf("  %-10s %s\n", verbs[i].name, verbs[i].text);
	printf("\n`btrfs-dirtywatch VERB --help` lists a verb's options.\n");
	return 0;
}

/* argp prints and exits on its own: text that did not get out is no answer. */
static void check_stdout(void)
{
	/* Who failed to write before has said so. */
	if (ferror(stdout) || !fflush(stdout))
		return;
	complain("cannot write the output: %s; make room or name another place",
		 strerror(errno));
	_exit(EXIT_NO_ANSWER);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "watch";
	char full[64] = "btrfs-dirtywatch"; /* as argp is to call it */

	atexit(check_stdout);
	argp_err_exit_status = EXIT_USAGE;
	/* A closed pipe is an error of the write that meets it. */
	signal(SIGPIPE, SIG_IGN);

	for (size_t i = 0; i < VERBS; i++)
		if (!strcmp(name, verbs[i].name)) {
			snprintf(full, sizeof(full), "btrfs-dirtywatch %s",
				 name);
			argv[1] = full;
			return verbs[i].run(argc - 1, argv + 1);
		}
	if (name[0] == '-' || argc < 2) {
		argv[0] = full;
		return watch_main(argc, argv);
	}
	complain("there is no verb '%s'; 'btrfs-dirtywatch help' lists them",
		 name);
	return EXIT_USAGE;
}
