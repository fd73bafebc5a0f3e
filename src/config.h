/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config.h - what the daemon is told by its files: one, and all *.conf of the
 * folder conf.d beside it, in the order of their names; the last one wins.
 */
#ifndef DIRTYWATCH_CONFIG_H
#define DIRTYWATCH_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_FILE "/etc/btrfs-dirtywatch/btrfs-dirtywatch.conf"
#define STORE_FILE "/var/lib/btrfs-dirtywatch/findings.db"
#define HEAL_SOCKET "/run/btrfs-dirtywatch-heal.socket"
#define SELF_TEST_FILE "/var/lib/btrfs-dirtywatch/self-test"

/* Texts are of the config; "" means none. */
struct config {
	char *mount;	   /* watch only the filesystem that this is on */
	bool guard;	   /* cost almost nothing until a sign of a loss */
	uint32_t ring_kib; /* as the options of `watch` */
	uint32_t limit;	   /* findings of a class in a second; 0: all */
	char *run_dir;	   /* notes of coverage, and the daemon's status */
	char *store;	   /* the database */
	uint32_t keep_days;
	uint32_t keep_mib;
	char *metrics;	    /* the textfile */
	uint32_t metrics_s; /* written anew so often */
	char *rescue;	    /* folder of the contents */
	uint32_t rescue_mib;
	uint32_t rescue_rate;
	bool heal;
	char *heal_socket; /* of the unit that heals; "": a process of ours */
	uint32_t
		cpu_percent; /* of one processor, hooks and processes; 0: any */
	uint32_t memory_mib; /* of both processes, maps and programs; 0: any */
	uint32_t sample_min; /* how often hooks are timed, for a second */
	uint32_t pause_min;  /* detached for so long when it was too much */
	uint32_t pauses;     /* in a day; then it stays detached */
	char *self_test;     /* the file that it drops from the cache */
	uint32_t self_test_min; /* how often; 0: never */
};

/*
 * Reads it. A file that is not there is an empty one only if it is
 * CONFIG_FILE. Says on stderr what is wrong, with file and line. Returns 0, or
 * -EINVAL, -ENOMEM or the error of reading; `c` is to be freed in any case.
 */
int config_read(const char *path, struct config *c);

void config_free(struct config *c);

/*
 * Names what differs in `b` and cannot change while hooks are set, separated by
 * ", ". Returns how many.
 */
unsigned int config_fixed_changes(const struct config *a,
				  const struct config *b, char *names,
				  size_t size);

/* Moves what can change while hooks are set from `from` to `c`. */
void config_take(struct config *c, struct config *from);

/* Prints all keys with the values that they have, as a file that says so. */
void config_print(FILE *out, const struct config *c);

#endif
