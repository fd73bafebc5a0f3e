/* SPDX-License-Identifier: GPL-2.0 */
/* system.h - what of the running system decides whether it can be watched. */
#ifndef DIRTYWATCH_SYSTEM_H
#define DIRTYWATCH_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "ksyms.h"

#define SYSTEM_WORD 64

enum system_btrfs {
	BTRFS_ABSENT, /* not loaded */
	BTRFS_MODULE,
	BTRFS_BUILT_IN,
};

/* Facts only: needs.c judges them. An empty word is one that nobody told. */
struct system {
	char release[SYSTEM_WORD];  /* of the kernel */
	uint64_t capabilities;	    /* effective ones: bit N is number N */
	char lockdown[SYSTEM_WORD]; /* none, integrity, confidentiality */
	bool kernel_btf;
	const char *btf; /* the file that it comes from, NULL: the kernel */
	enum system_btrfs btrfs;
	bool module_btf; /* of btrfs.ko */
	int bpf_loop;	 /* 1: it has it, 0: not, < 0: unknown */
	char kptr_restrict[SYSTEM_WORD]; /* the sysctls as they are set */
	char ftrace_enabled[SYSTEM_WORD];
	char kprobes_enabled[SYSTEM_WORD];
	char preempt[SYSTEM_WORD]; /* none, voluntary, full, lazy */
	int kcore_error;	   /* 0: /proc/kcore can be read, or -errno */
	int ksyms_error;	   /* of opening or ksyms_read(); 0: it went */
	struct ksyms *ksyms;	   /* NULL: they could not be read */
};

/*
 * Read it all; `btf` is the file that the user gave, or NULL. What cannot be
 * read stays empty, which is no failure.
 */
void system_read(struct system *system, const char *btf);

/*
 * Is kernel code preempted anywhere, so that trampolines miss runs, and does
 * the kernel count what its probes miss? It does where preemption can be lazy:
 * that is younger. False if the system does not tell.
 */
bool system_takes_probes(void);

void system_free(struct system *system);

/*
 * The word of `line` between `open` and `close`, as the kernel marks the one
 * of several that is in force; "" if there is none.
 */
void system_marked(const char *line, char open, char close,
		   char word[SYSTEM_WORD]);

#endif
