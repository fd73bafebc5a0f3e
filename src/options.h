/* SPDX-License-Identifier: GPL-2.0 */
/* options.h - what the user asked `watch` for, and the defaults. */
#ifndef DIRTYWATCH_OPTIONS_H
#define DIRTYWATCH_OPTIONS_H

#include <stdbool.h>
#include <linux/types.h>

#include "coverage.h"
#include "hook_wish.h"
#include "ratelimit.h"
#include "rescue.h"
#include "tracer.h"

struct options {
	const char *mount; /* a path on the filesystem to watch, or NULL: all */
	__u32 pid;	   /* 0: all */
	double duration;   /* seconds, 0: until a signal */
	__u32 ring_kib;	   /* size of the ring buffer in KiB */
	__u32 windows;	   /* suspect pages at once, 0: as many as are usual */
	__u32 limit;	   /* findings of a class in a second, 0: all */
	const char *btf;   /* a file with the kernel's BTF, NULL: its own */
	__u32 tracer;	   /* enum tracer_kind */
	const char *run_dir; /* where watches keep their notes, "": nowhere */
	int verbose;
	bool json;
	bool guard;		 /* few hooks until the first sign of a loss */
	bool stay_guard;	 /* whatever it sees: for tests */
	bool heal;		 /* dirty stranded pages again */
	const char *heal_socket; /* behind which that is done; NULL: here */
	bool quiet;		 /* print nothing: for `record` */
	struct hook_wishes hooks;
	struct rescue_options rescue;
	bool no_module_btf; /* as if btrfs.ko had no BTF: for tests */
};

#define OPTIONS_DEFAULT                                                        \
	{                                                                      \
		.ring_kib = 1024, .limit = RATELIMIT_DEFAULT,                  \
		.run_dir = COVERAGE_DIR,                                       \
		.rescue = { .limit_mib = RESCUE_LIMIT_MIB,                     \
			    .rate = RESCUE_RATE,                               \
			    .ring_kib = RESCUE_RING_KIB },                     \
	}

/*
 * A limit of findings as the user typed it. Returns 0, or -EINVAL:
 * LIMIT_REFUSED says so of the text and RATELIMIT_MAX.
 */
int limit_parse(const char *text, __u32 *limit);

#define LIMIT_REFUSED "limit '%s' is not a number from 0 to %lu"

/* What of them the tracer gets to know; `dev`: of the mount, 0: all. */
struct tracer_options options_of_tracer(const struct options *o, __u32 dev);

struct argp;

/* The options of `watch`, for verbs that have them too; input: the struct. */
extern const struct argp options_argp;

/*
 * Parse the arguments of `watch` (argv[0] is the verb). Returns 0; a usage
 * error ends the process with exit code 2, as --help does with 0.
 */
int options_parse(int argc, char **argv, struct options *options);

#endif
