/* SPDX-License-Identifier: GPL-2.0 */
/* observe_evict.bpf.h - an inode leaves memory: is all of it on the disk? */
#ifndef DIRTYWATCH_OBSERVE_EVICT_BPF_H
#define DIRTYWATCH_OBSERVE_EVICT_BPF_H

#include "dirty.bpf.h"
#include "emit.bpf.h"

#define SB_RDONLY 1
#define SB_ACTIVE (1 << 30)
#define FS_STATE_ERROR 1 /* the first bit of the state, since there is one */
#define BTRFS_ROOT_TREE_OBJECTID 1

/*
 * Has the filesystem given up, and said so? Where btrfs.ko has no BTF, it is
 * known by what an error leaves: a filesystem that cannot be written.
 */
static __always_inline bool filesystem_failed(struct super_block *sb)
{
	struct btrfs_fs_info *info = BPF_CORE_READ(sb, s_fs_info);

	if (bpf_core_field_exists(struct btrfs_fs_info, fs_error))
		return BPF_CORE_READ(info, fs_error);
	if (bpf_core_field_exists(struct btrfs_fs_info, fs_state))
		return BPF_CORE_READ(info, fs_state) & FS_STATE_ERROR;
	return BPF_CORE_READ(sb, s_flags) & SB_RDONLY;
}

/* Is its data unwanted, or no user's: no name left, or an inode of btrfs? */
static __always_inline bool inode_unwanted(struct inode *inode)
{
	__u64 root = 0;

	return inode_unlinked(inode) ||
	       (inode_root(inode, &root) && root == BTRFS_ROOT_TREE_OBJECTID);
}

/*
 * A mounted filesystem evicts a file with pages only if it has no name any
 * more. Without links to look at, that is a deleted subvolume's, or a bug.
 */
static __always_inline bool maybe_deleted(struct inode *inode)
{
	return !inode_subvolume(inode) &&
	       BPF_CORE_READ(inode, i_sb, s_flags) & SB_ACTIVE;
}

static __noinline int say_evicted(void *ctx, struct inode *inode,
				  const struct dirty_walk *walk)
{
	struct stack_search search;
	struct record *record;

	count(COUNT_evicted_dirty);
	stack_classify(ctx, STACK_EVICT, &search);
	record = record_reserve();
	if (!record) {
		go_blind(BLIND_ring_full);
		return 0;
	}
	record_fill(record, RECORD_EVICTED, inode, NULL, &search);
	record_task(record);
	record->way = search.way;
	record->evicted = walk->found;
	if (walk->node)
		record->flags |= RECORD_MORE_PAGES;
	record_send(record);
	return 0;
}

/* All pages of this mapping are about to be thrown away. */
static __always_inline int observe_evict(void *ctx, __u64 mapping)
{
	struct dirty_walk walk = { 0 };
	struct inode *inode;

	inode = mapping_inode(mapping);
	if (inode_unwanted(inode) ||
	    filesystem_failed(BPF_CORE_READ(inode, i_sb)))
		return 0;
	dirty_find(mapping, &walk);
	if (!walk.found.pages)
		return 0;
	if (maybe_deleted(inode)) {
		go_blind(BLIND_evicted);
		return 0;
	}
	walk.found.i_size = BPF_CORE_READ(inode, i_size);
	return say_evicted(ctx, inode, &walk);
}

#endif
