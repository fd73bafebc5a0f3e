/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sighting.h - the contract between the legacy object and its tracer. On old
 * kernels the kernel side only says what it sees: which verdict that makes is
 * found out here, on the other side, by the same transition function.
 */
#ifndef DIRTYWATCH_SIGHTING_H
#define DIRTYWATCH_SIGHTING_H

#include "record.h"

enum sighting_kind {
	SIGHTING_DROP = 1,    /* a suspect page leaves the page cache */
	SIGHTING_END,	      /* the write call of a suspect page returned */
	SIGHTING_DIRTY,	      /* a page that was left clean is dirty again */
	SIGHTING_SETTLED,     /* it was locked at the end, and is clean now */
	SIGHTING_UNEXPLAINED, /* a clean by a function that is not known */
	SIGHTING_NAME,	      /* a part of the path for sightings before it */
	SIGHTING_KINDS,
};

/* Sightings and names of one chain are made one after the other, by a task. */
struct sighting_head {
	__u32 kind;
	__u32 pid; /* the thread that is seen */
	__u64 ns;
	__u64 chain;
};

struct sighting_file {
	__u64 mapping;
	__u64 ino;
	__u64 root; /* RECORD_HAS_ROOT */
	__u32 dev;
	__u32 nlink;
	__u32 flags; /* enum record_flag */
	__u32 unlinked;
	__u8 uuid[16];
};

/*
 * All of a window as it is now, so that no sighting needs another one to make
 * sense. `window.drop.way` is unknown: the stack is yet to be read.
 */
struct sighting {
	struct sighting_head head;
	struct sighting_file file;
	__u64 caller;	   /* return address of the function that was hooked */
	__s32 stack;	   /* id of the stack, or negative */
	__s32 clean_stack; /* the same, of the clean */
	__u32 names;	   /* names of the same chain follow */
	__u32 pad;
	struct window window;
};

#define SIGHTING_NAME_SHORT 64
#define SIGHTING_NAME_LONG 256

/*
 * One component of a path, from the file up. The last one of a chain has the
 * length 0, and says what is missing of the path. In a short one, `name` ends
 * after SIGHTING_NAME_SHORT bytes. It does not end in NUL.
 */
struct sighting_name {
	struct sighting_head head;
	__u32 len;
	__u32 flags; /* enum record_flag */
	char name[SIGHTING_NAME_LONG];
};

/* A suspect page, as the kernel side keeps it. */
struct suspect {
	struct window window;
	__u64 moved_to; /* the page that it may be migrated to */
	__s32 clean_stack;
	__u32 pad;
};

/* Which windows to look at again. */
#define LOOK_PLACES 8

struct look {
	__u64 count;
	struct place places[LOOK_PLACES];
};

struct legacy_knobs {
	__u32 armed; /* enum arming */
	__u32 dev;
	__u32 tgid;
	__u32 frames; /* rows in use */
	/* Where things are that not every kernel has, in bytes. */
	__s64 root;	  /* a file's inode -> its btrfs_root's address */
	__u64 root_id;	  /* btrfs_root -> its id */
	__u64 root_refs;  /* btrfs_root -> how many references it has */
	__u64 uuid;	  /* super_block, or its btrfs_fs_info -> the uuid */
	__u32 root_known; /* the first three are */
	__u32 uuid_in_info;
};

/* Programs that others continue in, by their slot. */
enum continuation {
	CONTINUE_END,
	CONTINUE_DROP,
	CONTINUE_BATCH,
	CONTINUE_PATH,
	CONTINUATIONS,
};

#define SIGHTING_STACK_DEPTH 32

#endif
