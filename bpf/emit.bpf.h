/* SPDX-License-Identifier: GPL-2.0 */
/* emit.bpf.h - the one place that writes to the ring. */
#ifndef DIRTYWATCH_EMIT_BPF_H
#define DIRTYWATCH_EMIT_BPF_H

#include "maps.bpf.h"
#include "count.bpf.h"
#include "trail.bpf.h"
#include "page.bpf.h"
#include "stack.bpf.h"

/* Everything before the path; the path is written by path_read(). */
#define RECORD_HEAD offsetof(struct record, path)

static __always_inline void record_file(struct record *record,
					struct inode *inode)
{
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);

	record->ino = BPF_CORE_READ(inode, i_ino);
	record->nlink = BPF_CORE_READ(inode, i_nlink);
	record->dev = BPF_CORE_READ(sb, s_dev);
	bpf_core_read(record->uuid, sizeof(record->uuid), &sb->s_uuid);
	if (inode_root(inode, &record->root))
		record->flags |= RECORD_HAS_ROOT;
}

static __always_inline void record_stack(struct record *record,
					 const struct stack_search *search)
{
	const struct stack_buffer *stack;
	__u32 user;

	if (!search)
		return;
	user = search->user;
	stack = bpf_map_lookup_elem(&stacks, &user);
	if (!stack)
		return;
	record->stack_len = search->depth < RECORD_STACK_DEPTH
				    ? search->depth
				    : RECORD_STACK_DEPTH;
	__builtin_memcpy(record->stack, stack->ip, sizeof(record->stack));
}

/* Is what is left of the ring for those whose record somebody needs? */
static __always_inline bool ring_fills(void)
{
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >
	       bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE) / 2;
}

/*
 * Room for a record, or NULL. The caller tests that once: the verifier of 6.1
 * would follow a second test into the impossible branch.
 */
static __always_inline struct record *record_reserve(void)
{
	return bpf_ringbuf_reserve(&ring, sizeof(struct record), 0);
}

static __always_inline void record_fill(struct record *record, __u32 kind,
					struct inode *inode,
					struct dentry *dentry,
					const struct stack_search *search)
{
	__builtin_memset(record, 0, RECORD_HEAD);
	record->version = RECORD_VERSION;
	record->kind = kind;
	record->ns = bpf_ktime_get_ns();
	record_file(record, inode);
	record_stack(record, search);
	path_read(record, dentry ? dentry : inode_dentry(inode));
}

/* Who makes the observation. */
static __always_inline void record_task(struct record *record)
{
	__u64 id = bpf_get_current_pid_tgid();

	record->cgroup = bpf_get_current_cgroup_id();
	record->pid = id;
	record->tgid = id >> 32;
	bpf_get_current_comm(record->comm, sizeof(record->comm));
}

/* Findings are rare: none may wait for a fuller ring. */
static __always_inline void record_send(struct record *record)
{
	count(COUNT_sent);
	bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
}

/* Nothing to read, but its reader is woken. A full ring has done that. */
static __always_inline void ring_nudge(void)
{
	__u64 *nothing = bpf_ringbuf_reserve(&ring, sizeof(*nothing), 0);

	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

static __always_inline void record_discard(struct record *record)
{
	bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
}

#endif
