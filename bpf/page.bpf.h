/* SPDX-License-Identifier: GPL-2.0 */
/* page.bpf.h - what the kernel's own structures say of a page's file. */
#ifndef DIRTYWATCH_PAGE_BPF_H
#define DIRTYWATCH_PAGE_BPF_H

#include <bpf/bpf_core_read.h>
#include "cache.bpf.h"
#include "knobs.bpf.h"

#define BTRFS_SUPER_MAGIC 0x9123683E
#define BTRFS_FIRST_FREE_OBJECTID 256 /* below it: btrfs's own inodes */
#define PATH_DEPTH 64
#define SB_RDONLY 1
#define SB_ACTIVE (1 << 30)
#define FS_STATE_ERROR 1 /* the first bit of the state, since there is one */
#define BTRFS_ROOT_TREE_OBJECTID 1

/* Is this the inode of a file's data, on a filesystem that is watched? */
static __always_inline bool inode_watched(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	if (sb->s_magic != BTRFS_SUPER_MAGIC ||
	    inode->i_ino < BTRFS_FIRST_FREE_OBJECTID)
		return false;
	return !knob_dev || sb->s_dev == knob_dev;
}

/* The same of a folio, by its address. */
static __always_inline bool folio_watched(__u64 folio)
{
	__u64 mapping = (__u64)BPF_CORE_READ((struct folio *)folio, mapping);
	struct inode *inode =
		BPF_CORE_READ((struct address_space *)mapping, host);
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);

	return BPF_CORE_READ(sb, s_magic) == BTRFS_SUPER_MAGIC &&
	       BPF_CORE_READ(inode, i_ino) >= BTRFS_FIRST_FREE_OBJECTID &&
	       (!knob_dev || BPF_CORE_READ(sb, s_dev) == knob_dev);
}

/* Where a page stands. Plain numbers: the verifier lets no pointer be a key. */
struct page_at {
	__u64 page;
	__u64 mapping;
	__u64 index;
};

/*
 * Argument `n` of the function that a BTF program hooks, as a plain number.
 * Read from the context as memory, since the argument is a typed pointer.
 */
static __always_inline __u64 context_argument(void *ctx, int n)
{
	__u64 argument = 0;

	bpf_probe_read_kernel(&argument, sizeof(argument), (__u64 *)ctx + n);
	return argument;
}

/* Where the page with this index of a folio stands. */
static __always_inline struct page_at page_place(const struct folio_at *f,
						 __u64 index)
{
	struct page_at at = {
		.page = folio_page(f, index),
		.mapping = f->mapping,
		.index = index,
	};

	return at;
}

static __always_inline struct inode *mapping_inode(__u64 mapping)
{
	return BPF_CORE_READ((struct address_space *)mapping, host);
}

/* inode_watched() for the address of a mapping, of which nothing is known. */
static __always_inline bool mapping_watched(__u64 mapping)
{
	struct inode *inode = mapping_inode(mapping);
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);

	if (BPF_CORE_READ(sb, s_magic) != BTRFS_SUPER_MAGIC ||
	    BPF_CORE_READ(inode, i_ino) < BTRFS_FIRST_FREE_OBJECTID)
		return false;
	return !knob_dev || BPF_CORE_READ(sb, s_dev) == knob_dev;
}

/* The inode's subvolume, or NULL where btrfs.ko has no BTF. */
static __always_inline struct btrfs_root *inode_subvolume(struct inode *inode)
{
	struct btrfs_inode *binode;

	if (!bpf_core_field_exists(struct btrfs_inode, vfs_inode))
		return NULL;
	binode = (void *)inode -
		 bpf_core_field_offset(struct btrfs_inode, vfs_inode);
	return BPF_CORE_READ(binode, root);
}

/* The subvolume's id. Returns false where btrfs.ko has no BTF. */
static __always_inline bool inode_root(struct inode *inode, __u64 *id)
{
	struct btrfs_root *root = inode_subvolume(inode);

	if (!root || !bpf_core_field_exists(struct btrfs_root, root_key))
		return false;
	*id = BPF_CORE_READ(root, root_key.objectid);
	return true;
}

/*
 * Has the inode no name that it could be opened by? A deleted subvolume takes
 * its inodes with it, links and all; that can be seen with module BTF only.
 */
static __always_inline bool inode_unlinked(struct inode *inode)
{
	struct btrfs_root *root;

	if (!BPF_CORE_READ(inode, i_nlink))
		return true;
	root = inode_subvolume(inode);
	return root && bpf_core_field_exists(struct btrfs_root, root_item) &&
	       !BPF_CORE_READ(root, root_item.refs);
}

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

/* Is it one of btrfs's own? Those of the root tree look like files. */
static __always_inline bool inode_own(struct inode *inode)
{
	__u64 root = 0;

	return inode_root(inode, &root) && root == BTRFS_ROOT_TREE_OBJECTID;
}

/* Is its data unwanted, or no user's? */
static __always_inline bool inode_unwanted(struct inode *inode)
{
	return inode_unlinked(inode) || inode_own(inode);
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

/* Some name of the inode, or NULL if none is cached. */
static __always_inline struct dentry *inode_dentry(struct inode *inode)
{
	struct hlist_node *alias = BPF_CORE_READ(inode, i_dentry.first);

	if (!alias)
		return NULL;
	if (bpf_core_field_exists(struct dentry___flat, d_alias))
		return (void *)alias -
		       bpf_core_field_offset(struct dentry___flat, d_alias);
	return (void *)alias -
	       bpf_core_field_offset(struct dentry, d_u.d_alias);
}

struct path_walk {
	struct record *record;
	struct dentry *dentry;
	struct dentry *root; /* of the filesystem */
	__u32 used;
	__u32 flags;
};

static long path_step(__u32 i, struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	__u32 at = walk->used;
	long len;

	if (dentry == parent || !parent) {
		/* A tree that hangs in the air, as after open by handle. */
		if (dentry != walk->root)
			walk->flags |= RECORD_NO_DENTRY;
		return 1;
	}
	if (at >= RECORD_PATH_LEN || i == PATH_DEPTH - 1) {
		walk->flags |= RECORD_PATH_TRUNCATED;
		return 1;
	}
	len = bpf_probe_read_kernel_str(walk->record->path + at,
					RECORD_NAME_MAX,
					BPF_CORE_READ(dentry, d_name.name));
	if (len <= 0) {
		walk->flags |= RECORD_PATH_TRUNCATED;
		return 1;
	}
	walk->used = at + len;
	walk->dentry = parent;
	return 0;
}

/* Write the names from `dentry` up to the root of its filesystem. */
static __always_inline void path_read(struct record *record,
				      struct dentry *dentry)
{
	struct path_walk walk = { .record = record, .dentry = dentry };

	if (!dentry) {
		record->flags |= RECORD_NO_DENTRY;
		return;
	}
	walk.root = BPF_CORE_READ(dentry, d_sb, s_root);
	bpf_loop(PATH_DEPTH, path_step, &walk, 0);
	record->path_len = walk.used;
	record->flags |= walk.flags;
}

#endif
