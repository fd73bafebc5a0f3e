/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vmlinux.h - the kernel types that bpf/ reads, and of them only the fields
 * that it reads. CO-RE finds the true offsets when the object is loaded;
 * README.md here says where each declaration comes from.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#include <linux/types.h>
#include <linux/bpf.h>

typedef _Bool bool;
enum { false, true };

typedef __s64 s64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

/* The registers of a kprobe on x86-64. */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct rlimit {
	unsigned long rlim_cur;
};

struct signal_struct {
	struct rlimit rlim[16];
};

struct task_struct {
	struct signal_struct *signal;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct qstr {
	u32 len;
	const unsigned char *name;
};

struct inode;

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
	union {
		struct hlist_node d_alias;
	} d_u;
};

/* From about 7.2 on. */
struct dentry___flat {
	struct hlist_node d_alias;
};

struct super_block;

typedef struct {
	u8 b[16];
} uuid_t;

struct super_block {
	u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
	struct dentry *s_root;
	void *s_fs_info;
	uuid_t s_uuid;
};

struct xarray {
	unsigned int xa_flags;
	void *xa_head;
};

struct xa_node {
	u8 shift;
	u8 offset;
	struct xa_node *parent;
	void *slots[64];
	unsigned long marks[3];
};

typedef struct {
	int counter;
} atomic_t;

struct address_space {
	struct inode *host;
	struct xarray i_pages;
	unsigned long nrpages;
	atomic_t i_mmap_writable;
};

typedef struct {
	s64 counter;
} atomic64_t;

/* Of a kernel that is not PREEMPT_RT. */
struct rw_semaphore {
	atomic64_t count;
};

struct inode {
	struct super_block *i_sb;
	struct address_space *i_mapping;
	unsigned long i_ino;
	unsigned int i_nlink;
	atomic_t i_count;
	s64 i_size;
	struct rw_semaphore i_rwsem;
	u8 i_blkbits;
	struct hlist_head i_dentry;
};

enum pageflags {
	PG_locked = 0,
	PG_uptodate = 2,
	PG_dirty = 4,
	PG_head = 6,
	PG_writeback = 15,
	PG_swapbacked = 17,
	PG_hwpoison = 22, /* where memory failures are handled */
};

/* With folios, read for its size, and what is of each page. */
struct page {
	unsigned long flags;
	struct address_space *mapping;
	unsigned long index;
	atomic_t _mapcount;
};

struct folio {
	unsigned long flags;
	struct address_space *mapping;
	unsigned long index;
	void *private;
	unsigned int _nr_pages;
	atomic_t _large_mapcount; /* since about 6.10 */
};

/* Before about 6.14. */
struct folio___before {
	unsigned int _folio_nr_pages;
};

/* From about 6.18 on. */
typedef struct {
	unsigned long f;
} memdesc_flags_t;

struct folio___memdesc {
	memdesc_flags_t flags;
};

/* Read for its size only. */
struct spinlock {
	int rlock;
};

/* Pages that are removed together. */
struct folio_batch {
	unsigned char nr;
	struct folio *folios[15];
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct address_space *f_mapping;
};

struct kiocb {
	struct file *ki_filp;
	s64 ki_pos;
};

struct iov_iter {
	unsigned long count;
};

/* A direct read or write, until it is complete. */
struct iomap_dio {
	struct kiocb *iocb;
	s64 size;
	unsigned int flags;
	int error;
	unsigned long done_before;
	bool wait_for_completion;
	union {
		struct {
			struct iov_iter *iter;
			struct task_struct *waiter;
		} submit;
	};
};

struct writeback_control;

/* btrfs.ko: there only if the module has BTF. */
struct btrfs_key {
	u64 objectid;
};

struct btrfs_root_item {
	u32 refs;
};

struct btrfs_root {
	struct btrfs_root_item root_item;
	struct btrfs_key root_key;
};

struct btrfs_fs_info {
	unsigned long fs_state;
	int fs_error;
};

/* What is dirty of a folio of several blocks. */
struct btrfs_folio_state {
	unsigned long bitmaps[1];
};

/* Its name before 6.16. */
struct btrfs_subpage {
	unsigned long bitmaps[1];
};

struct btrfs_inode {
	struct btrfs_root *root;
	struct inode vfs_inode;
};

/* The context of the program that walks the elements of a map. */
struct bpf_iter_meta {
	void *seq;
};

struct bpf_map;

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	void *key;
	void *value;
};

#pragma clang attribute pop

#endif
