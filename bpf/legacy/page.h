/* SPDX-License-Identifier: GPL-2.0 */
/* page.h - what the kernel's own structures say of a page and its file. */
#ifndef DIRTYWATCH_LEGACY_PAGE_H
#define DIRTYWATCH_LEGACY_PAGE_H

#include "maps.h"
#include "count.bpf.h"
#include <bpf/bpf_tracing.h>

/* The one helper that reads memory on kernels of that age. */
#define bpf_probe_read_kernel bpf_probe_read
#include <bpf/bpf_core_read.h>

#define BTRFS_SUPER_MAGIC 0x9123683E
#define BTRFS_FIRST_FREE_OBJECTID 256 /* below it: btrfs's own inodes */
#define MAPPING_KIND 3		      /* bits of no address_space */

#define page_flag(name) (1ULL << bpf_core_enum_value(enum pageflags, name))

static __always_inline struct legacy_knobs *knobs_read(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&knobs, &first);
}

static __always_inline bool any_live(void)
{
	__u32 first = 0;
	__u64 *n = bpf_map_lookup_elem(&live, &first);

	return n && *n;
}

static __always_inline void live_add(__s64 n)
{
	__u32 first = 0;
	__u64 *sum = bpf_map_lookup_elem(&live, &first);

	if (sum)
		__sync_fetch_and_add(sum, n);
}

static __always_inline struct handover *handover(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&handovers, &first);
}

static __always_inline __u32 current_thread(void)
{
	return (__u32)bpf_get_current_pid_tgid();
}

/* Where a page stands. */
struct page_at {
	__u64 page;
	__u64 mapping;
	__u64 index;
};

static __always_inline struct page_at page_place(__u64 page)
{
	struct page *p = (struct page *)page;
	struct page_at at = { .page = page };

	at.mapping = (__u64)BPF_CORE_READ(p, mapping);
	at.index = BPF_CORE_READ(p, index);
	return at;
}

static __always_inline __u64 page_flags(__u64 page)
{
	return BPF_CORE_READ((struct page *)page, flags);
}

static __always_inline bool page_stands(__u64 page, const struct place *place)
{
	struct page_at at = page_place(page);

	return at.mapping == place->mapping &&
	       at.index == place->index_slot / WINDOW_SLOTS;
}

static __always_inline struct inode *mapping_inode(__u64 mapping)
{
	return BPF_CORE_READ((struct address_space *)mapping, host);
}

/*
 * Can this be a pointer? On kernels of that age a read that faults is counted
 * as a run that the probe missed, and makes the tool blind.
 */
static __always_inline bool is_pointer(__u64 value)
{
	return (__s64)value < 0;
}

/* Whatever `inode` may be, is it one of a btrfs? */
static __always_inline bool inode_of_btrfs(struct inode *inode)
{
	struct super_block *sb;

	if (!is_pointer((__u64)inode))
		return false;
	sb = BPF_CORE_READ(inode, i_sb);
	return is_pointer((__u64)sb) &&
	       BPF_CORE_READ(sb, s_magic) == BTRFS_SUPER_MAGIC;
}

/* Is this the mapping of a file's data, on a filesystem that is watched? */
static __always_inline bool mapping_watched(const struct legacy_knobs *k,
					    __u64 mapping)
{
	struct inode *inode;

	if (!mapping || mapping & MAPPING_KIND)
		return false;
	inode = mapping_inode(mapping);
	if (!inode_of_btrfs(inode) ||
	    BPF_CORE_READ(inode, i_ino) < BTRFS_FIRST_FREE_OBJECTID)
		return false;
	return !k->dev || k->dev == BPF_CORE_READ(inode, i_sb, s_dev);
}

static __always_inline __u64 word_at(__u64 address)
{
	__u64 word = 0;

	if (is_pointer(address))
		bpf_probe_read(&word, sizeof(word), (void *)address);
	return word;
}

/*
 * Filled in is what the kernel's BTF tells of btrfs. Where a type may be
 * missing, its offsets are knobs: what libbpf puts in the place of one that is
 * not there crashes kernels before 4.15, even where it is never run.
 */
static __always_inline void read_btrfs(const struct legacy_knobs *k,
				       struct inode *inode,
				       struct super_block *sb,
				       struct sighting_file *file)
{
	__u64 uuid = (__u64)sb;
	__u64 root;

	if (k->uuid_in_info)
		uuid = (__u64)BPF_CORE_READ(sb, s_fs_info);
	bpf_probe_read(file->uuid, sizeof(file->uuid),
		       (void *)(uuid + k->uuid));
	if (!k->root_known)
		return;
	root = word_at((__u64)inode + k->root);
	file->root = word_at(root + k->root_id);
	file->flags = RECORD_HAS_ROOT;
	/* A deleted subvolume takes its inodes with it, links and all. */
	if (!(__u32)word_at(root + k->root_refs))
		file->unlinked = 1;
}

static __always_inline void read_file(__u64 mapping, struct sighting_file *file)
{
	struct inode *inode = mapping_inode(mapping);
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);
	struct legacy_knobs *k = knobs_read();

	file->mapping = mapping;
	file->ino = BPF_CORE_READ(inode, i_ino);
	file->nlink = BPF_CORE_READ(inode, i_nlink);
	file->dev = BPF_CORE_READ(sb, s_dev);
	file->flags = 0;
	file->root = 0;
	file->unlinked = !file->nlink;
	if (k)
		read_btrfs(k, inode, sb, file);
}

/* Some name of the inode, or 0 if none is cached. */
static __always_inline __u64 inode_dentry(struct inode *inode)
{
	__u64 alias = (__u64)BPF_CORE_READ(inode, i_dentry.first);

	return alias ? alias - bpf_core_field_offset(struct dentry, d_u.d_alias)
		     : 0;
}

#endif
