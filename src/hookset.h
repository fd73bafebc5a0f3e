/* SPDX-License-Identifier: GPL-2.0 */
/* hookset.h - which program serves which role on the running kernel. */
#ifndef DIRTYWATCH_HOOKSET_H
#define DIRTYWATCH_HOOKSET_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "callsite.h"
#include "ksyms.h"

/* What a variant needs of the kernel to be attached. */
enum hook_need {
	NEED_FUNCTION_BTF,   /* a kernel function with BTF: fentry, fexit */
	NEED_MODULE_BTF,     /* the same, in btrfs.ko */
	NEED_TRACEPOINT_BTF, /* a tracepoint with BTF */
	NEED_TRACEPOINT,     /* a tracepoint */
	NEED_SYMBOL,	     /* a probe-able address, here or in btrfs.ko */
	NEED_CALL_SITES,     /* all the calls of the symbol */
	NEED_MAP_ITER,	     /* an iterator over the elements of a map */
	NEED_NOTHING,	     /* this side runs the program */
};

/* A further program of a variant. */
struct hook_also {
	const char *program;
	const char *symbol;
	bool absent_ok; /* it may be no function of its own */
};

#define ALSO_MAX 2

struct hook_variant {
	const char *program; /* its name in the BPF object */
	const char *symbol;  /* what it is attached to */
	enum hook_need need; /* of `also`, too */
	const char *how;     /* what --hook calls it */
	struct hook_also also[ALSO_MAX];
};

#define VARIANTS_MAX 3

/* When a role is attached. A guard that has seen a sign becomes a watch. */
enum hook_when {
	HOOK_WATCH,	/* by a watch, also by one that was a guard */
	HOOK_BOTH,	/* by a watch and by a guard */
	HOOK_NOT_GUARD, /* by a watch that never was a guard... */
	HOOK_GUARD,	/* ...and what serves a guard instead, to the end */
	HOOK_FOLLOW,	/* when tracer_follow() asks for it */
};

struct hook_role {
	const char *name;
	bool essential;	     /* no verdict without it */
	const char *without; /* what nobody sees when an optional one is not;
				NULL: all the same */
	enum hook_when when;
	bool even; /* what comes behind its trampolines sees as much as they */
	struct hook_variant variants[VARIANTS_MAX]; /* best first */
};

#define HOOK_ROLES_MAX 32

extern const struct hook_role hook_roles[];
extern const unsigned int hook_role_count;

/* What the running kernel offers. */
struct hook_kernel {
	struct btf *vmlinux;
	struct btf *btrfs; /* NULL: btrfs.ko has no BTF */
	const struct ksyms *ksyms;
};

/*
 * Read the kernel's BTF, and btrfs.ko's unless `no_module_btf`. Returns 0 or
 * -errno: without vmlinux BTF there is nothing to attach to.
 */
int hook_kernel_read(struct hook_kernel *kernel, const struct ksyms *ksyms,
		     bool no_module_btf);
void hook_kernel_free(struct hook_kernel *kernel);

/* A program, and where it goes if that is a probe. */
struct hook_point {
	const char *program;
	__u64 address;
};

/* What a role got: a variant, or none, and where it is to be attached. */
struct hook_choice {
	const struct hook_variant *variant;
	int site_count; /* NEED_CALL_SITES */
	__u64 sites[CALLSITES_MAX];
	int point_count;
	struct hook_point points[CALLSITES_MAX];
};

/* Choose the first variant of the role that the kernel can take. */
void hook_choose(const struct hook_role *role, const struct hook_kernel *kernel,
		 struct hook_choice *choice);

/* The same, without the variants whose bits are set in `refused`. */
void hook_choose_among(const struct hook_role *role,
		       const struct hook_kernel *kernel, __u32 refused,
		       struct hook_choice *choice);

/*
 * Is what the role's best variant hooks a function of this kernel at all? If
 * not, an optional role is not missing.
 */
bool hook_exists(const struct hook_role *role,
		 const struct hook_kernel *kernel);

#endif
