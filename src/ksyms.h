/* SPDX-License-Identifier: GPL-2.0 */
/* ksyms.h - the running kernel's functions and their addresses. */
#ifndef DIRTYWATCH_KSYMS_H
#define DIRTYWATCH_KSYMS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * A function, or a part of one that the compiler moved elsewhere. `name` is
 * the source's: without .cold, .isra.0 and the like.
 */
struct ksym {
	__u64 from;
	__u64 to; /* where the next symbol begins */
	const char *name;
	const char *module; /* "" for the kernel itself */
	bool part;	    /* not the whole function: .cold, .part */
};

struct ksyms;

/*
 * Read symbols in the format of /proc/kallsyms. Returns 0, -EPERM if the
 * addresses are hidden, -EBADMSG if a line is malformed, -ENOMEM.
 */
int ksyms_read(FILE *from, struct ksyms **out);

/* Those of this kernel. Returns as above, or -errno. */
int ksyms_read_kernel(struct ksyms **out);

void ksyms_free(struct ksyms *ksyms);

/* Call `fn` for every function, in the order of their addresses. */
void ksyms_each(const struct ksyms *ksyms,
		void (*fn)(const struct ksym *, void *), void *arg);

/* The first whole function of that name and module ("": kernel), or NULL. */
const struct ksym *ksyms_named(const struct ksyms *ksyms, const char *name,
			       const char *module);

/*
 * The address of one of the kernel's variables; 0: there is none of this name,
 * or it is none of those that are kept.
 */
__u64 ksyms_variable(const struct ksyms *ksyms, const char *name);

/* The function that holds `address`, or NULL. */
const struct ksym *ksyms_at(const struct ksyms *ksyms, __u64 address);

#endif
