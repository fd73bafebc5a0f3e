/* SPDX-License-Identifier: GPL-2.0 */
/*
 * path.h - where a file is, name by name from the file up. Strings cannot be
 * read on kernels of that age: what is read is a little more, and cut later.
 */
#ifndef DIRTYWATCH_LEGACY_PATH_H
#define DIRTYWATCH_LEGACY_PATH_H

#include "say.h"

/* Names that one program says; 30 of them can follow each other. */
#define PATH_TURNS 3

static __always_inline void say_name(struct pt_regs *ctx, __u64 chain,
				     const void *name, __u32 len)
{
	struct sighting_name to = { .len = len };
	int err;

	head_fill(&to.head, SIGHTING_NAME, chain);
	if (len <= SIGHTING_NAME_SHORT) {
		err = bpf_probe_read(to.name, SIGHTING_NAME_SHORT, name);
		to.flags = err ? RECORD_PATH_TRUNCATED : 0;
		send(ctx, &to,
		     offsetof(struct sighting_name, name) +
			     SIGHTING_NAME_SHORT);
	} else {
		err = bpf_probe_read(to.name, SIGHTING_NAME_LONG, name);
		to.flags = err ? RECORD_PATH_TRUNCATED : 0;
		send(ctx, &to, sizeof(to));
	}
}

/* The path is told, but for what `flags` say is missing of it. */
static __always_inline void say_path_end(struct pt_regs *ctx, __u64 chain,
					 __u32 flags)
{
	struct sighting_name to = { .flags = flags };

	head_fill(&to.head, SIGHTING_NAME, chain);
	send(ctx, &to, offsetof(struct sighting_name, name));
}

/* One name further. Returns whether there may be more. */
static __always_inline bool path_step(struct pt_regs *ctx, struct handover *h)
{
	struct dentry *dentry = (struct dentry *)h->dentry;
	__u64 parent;

	parent = dentry ? (__u64)BPF_CORE_READ(dentry, d_parent) : 0;
	if (!parent || parent == h->dentry) {
		/* No name, or a tree that hangs in the air. */
		say_path_end(ctx, h->chain,
			     dentry && h->dentry == h->root ? 0
							    : RECORD_NO_DENTRY);
		return false;
	}
	say_name(ctx, h->chain, BPF_CORE_READ(dentry, d_name.name),
		 BPF_CORE_READ(dentry, d_name.len));
	h->dentry = parent;
	return true;
}

static __always_inline int observe_path(struct pt_regs *ctx)
{
	struct handover *h = handover();

	one_copy(h);
	if (!h)
		return 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < PATH_TURNS; i++)
		if (!path_step(ctx, h))
			return 0;
	continue_in(ctx, CONTINUE_PATH);
	say_path_end(ctx, h->chain, RECORD_PATH_TRUNCATED);
	return 0;
}

#endif
