/* SPDX-License-Identifier: GPL-2.0 */
/* say.h - the one place that writes to the perf buffer, and reads stacks. */
#ifndef DIRTYWATCH_LEGACY_SAY_H
#define DIRTYWATCH_LEGACY_SAY_H

#include "page.h"

#define BPF_F_CURRENT_CPU 0xffffffffULL
#define EEXIST 17

/*
 * The id of the current kernel stack. Its slot may be taken by another stack
 * of the same hash: without its innermost frame, its hash is another one.
 */
static __always_inline __s32 stack_id(struct pt_regs *ctx)
{
	int id = bpf_get_stackid(ctx, &stacks, 0);

	if (id == -EEXIST)
		id = bpf_get_stackid(ctx, &stacks, 1);
	if (id == -EEXIST)
		id = bpf_get_stackid(ctx, &stacks, 2);
	return id;
}

/* At the first instruction of a function, the stack ends in who called it. */
static __always_inline __u64 caller_address(struct pt_regs *ctx)
{
	__u64 address = 0;

	bpf_probe_read(&address, sizeof(address), (void *)PT_REGS_SP(ctx));
	return address;
}

static __always_inline void head_fill(struct sighting_head *head, __u32 kind,
				      __u64 chain)
{
	head->kind = kind;
	head->pid = current_thread();
	head->ns = bpf_ktime_get_ns();
	head->chain = chain;
}

/* Old kernels do not tell if it fitted: who reads them counts them too. */
#define send(ctx, what, size)                                                  \
	do {                                                                   \
		count(COUNT_sent);                                             \
		bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, what,   \
				      size);                                   \
	} while (0)

static __always_inline void say(struct pt_regs *ctx, struct sighting *s)
{
	send(ctx, s, sizeof(*s));
}

static __always_inline void continue_in(struct pt_regs *ctx, __u32 program)
{
	bpf_tail_call(ctx, &continuations, program);
}

/* Say where the file is; the program ends here. */
static __always_inline void say_path(struct pt_regs *ctx, __u64 mapping,
				     __u64 chain)
{
	struct inode *inode = mapping_inode(mapping);
	struct handover *h = handover();

	if (!h)
		return;
	h->chain = chain;
	h->dentry = inode_dentry(inode);
	h->root = (__u64)BPF_CORE_READ(inode, i_sb, s_root);
	continue_in(ctx, CONTINUE_PATH);
}

#endif
