/* SPDX-License-Identifier: GPL-2.0 */
/*
 * record.h - the contract between the two sides: what travels through the
 * ring, and what is counted in maps. Fixed widths, padding spelled out.
 */
#ifndef DIRTYWATCH_RECORD_H
#define DIRTYWATCH_RECORD_H

#include "window.h"

#define RECORD_VERSION 2
#define RECORD_STACK_DEPTH 16
#define RECORD_PATH_LEN 1024 /* path bytes kept */
#define RECORD_NAME_MAX 256  /* one component with its NUL */

#define WINDOW_SLOTS 2

/*
 * The key of an open window: a place in a file. Two windows can share it if
 * the elder was dropped.
 */
struct place {
	__u64 mapping;	  /* address of the file's address_space */
	__u64 index_slot; /* page index * WINDOW_SLOTS + slot */
};

enum record_kind {
	RECORD_FINDING = 1, /* a window that got a verdict */
	RECORD_UNEXPLAINED, /* a clean with no known function on its stack */
	RECORD_EVICTED,	    /* an inode left memory with dirty pages */
	RECORD_STALE,	    /* a lost page was read back in */
	RECORD_KIND_MAX,
};

/* What a lost page was brought back into the cache for. */
enum record_read {
	READ_BY_READ,  /* a read, or the readahead of one */
	READ_BY_WRITE, /* a write of a part of it */
	READ_BY_RETRY, /* the write call that had lost it came back */
	READ_MAX,
};

enum record_flag {
	RECORD_HAS_ROOT = 1,	   /* `root` is valid */
	RECORD_PATH_TRUNCATED = 2, /* the path's head did not fit */
	RECORD_NO_DENTRY = 4,	   /* no name was cached for the inode */
	RECORD_WAS_STRANDED = 8,   /* reported as stranded before */
	RECORD_MORE_PAGES = 16,	   /* `evicted` ends before the last page */
	RECORD_UNSENT = 32,	   /* the guard's: nobody saw a write call */
};

/* A kernel stack, innermost first. */
struct record_stack {
	__u32 len; /* 0: not observed */
	__u32 pad;
	__u64 ip[RECORD_STACK_DEPTH];
};

/*
 * What is kept beside a window for its finding; no verdict rests on it. A part
 * that is zero was not observed.
 */
struct trail {
	__u64 writer_cgroup;
	__u64 dropper_cgroup;
	__u32 followed; /* readers of the page were watched from the drop on */
	__u32 pad;
	struct record_stack clean;
	struct record_stack drop;
};

/* The dirty pages of an evicted inode, by their index in the file. */
struct evicted {
	__u64 i_size;
	__u64 first;
	__u64 last;
	__u64 pages;
};

/*
 * One record. `path` holds the components from the file up to the root of
 * the filesystem, each ending in NUL, `path_len` bytes in all; the slack
 * behind it lets the kernel side write a whole component at any offset.
 */
struct record {
	__u32 version;
	__u32 kind;    /* enum record_kind */
	__u32 verdict; /* enum verdict */
	__u32 flags;   /* enum record_flag */
	__u64 ns;
	__u64 ino;
	__u64 root; /* subvolume id */
	__u32 dev;  /* s_dev, kernel encoding: major << 20 | minor */
	__u32 nlink;
	__u8 uuid[16];
	struct window window;
	struct window_range bound[WINDOW_RANGES];
	struct trail trail;
	struct evicted evicted; /* RECORD_EVICTED */
	__u64 cgroup;		/* of the task below, 0: not known */
	__u32 pid; /* not of a finding: who cleaned, evicted, read it */
	__u32 tgid;
	char comm[WINDOW_COMM_LEN];
	__u32 read;			 /* RECORD_STALE: enum record_read */
	__u32 way;			 /* RECORD_EVICTED: enum way */
	__u32 stack_len;		 /* entries used */
	__u32 path_len;			 /* bytes used */
	__u64 stack[RECORD_STACK_DEPTH]; /* innermost first */
	char path[RECORD_PATH_LEN + RECORD_NAME_MAX];
};

/* Readers of a lost page are looked for this long. */
#define FOLLOW_NS 60000000000ULL

/*
 * What became of a page's content: its name, and what it means. Those up to
 * `sent` come from the kernel side, the others from the user side.
 */
#define RESCUES(X)                                                             \
	X(not_asked, "nobody asked for it")                                    \
	X(unsupported, "this kernel or machine has no way to read it")         \
	X(hwpoison, "its memory is broken")                                    \
	X(not_uptodate, "not all of the page was the file's")                  \
	X(unreadable, "the kernel could not read it")                          \
	X(ring_full, "it did not fit into the ring of contents")               \
	X(sent, "it was on its way and did not arrive")                        \
	X(saved, "saved")                                                      \
	X(limit, "the limit of bytes was reached")                             \
	X(rate, "too many in one second")                                      \
	X(not_written, "it could not be written")                              \
	X(untold, "its finding did not fit into the ring")

enum rescue {
#define X(name, text) RESCUE_##name,
	RESCUES(X)
#undef X
		RESCUE_MAX,
};

#define CONTENT_LEN (1 << WINDOW_PAGE_SHIFT)

/* Of which moment a content is. */
enum content_part {
	CONTENT_PENDING, /* what was not on the disk */
	CONTENT_AFTER,	 /* what its write call left in its place */
	CONTENT_PARTS,
};

/* The content of one page of a window, in a ring of its own. */
struct content {
	__u64 page; /* these three as in the window */
	__u64 index;
	__u64 clean_ns; /* or of the drop, where the clean was not seen */
	__u64 ns;	/* when it was read */
	__u64 mapping;	/* CONTENT_AFTER: see struct rewrite */
	__u32 part;	/* enum content_part */
	__u32 pad;
	__u8 bytes[CONTENT_LEN];
};

#define REWRITES_MAX 1024 /* files */

/*
 * A file of which a write call has lost pages, to write them anew; the key is
 * its address_space. What others write there before the call's copies of its
 * pages are taken would be taken for the call's own. Pages are bits of a mask,
 * by their index: two may share one, so that too much is mistrusted.
 */
struct rewrite {
	__u64 call;	/* that has not returned, or 0 */
	__u64 lost;	/* pages that calls have lost */
	__u64 met;	/* pages that other calls wrote since this one's loss */
	__u64 after_ns; /* copies of its pages were taken up to then */
	__u64 void_ns;	/* copies from before are not to be trusted */
};

/* A page that was lost, by a name that outlives its inode in memory. */
struct loss_key {
	__u64 file; /* subvolume id; if not known, address of the mapping */
	__u64 ino;
	__u64 index;
	__u32 dev;
	__u32 pad;
};

struct loss {
	__u64 clean_ns; /* of its window: the finding's id */
	__u64 drop_ns;
	__u64 call; /* id of the write call that lost it */
};

/* What is counted, in the order of the map: name and what it means. */
#define COUNTERS(X)                                                            \
	X(written, "pages cleaned by writeback")                               \
	X(calls, "write calls")                                                \
	X(suspects, "pages cleaned by a write call")                           \
	X(rewritten, "dirty again without a window")                           \
	X(near_miss, "windows that ended well")                                \
	X(stranded, "pages left clean by their write call")                    \
	X(pending, "pages dropped before it was known what is lost")           \
	X(lost, "pages lost")                                                  \
	X(superseded, "pages wholly rewritten, or found on disk")              \
	X(voided, "pages thrown away on purpose")                              \
	X(unexplained, "cleans with no known function on their stack")         \
	X(in_flight, "write calls that began before the watch")                \
	X(migrated, "suspect pages that moved")                                \
	X(evicted_dirty, "inodes evicted with dirty pages")                    \
	X(stale_reads, "lost pages read back in from the disk")                \
	X(own_retries, "lost pages read back in by their own write call")      \
	X(unfollowed, "lost pages whose readers were not observed")            \
	X(left_out, "near misses left out of a ring that was filling")         \
	X(sent, "records sent")

enum counter {
#define X(name, text) COUNT_##name,
	COUNTERS(X)
#undef X
		COUNT_MAX,
};

/* The counter of a verdict; -1: none, of those that are not said. */
static inline int verdict_counter(enum verdict v)
{
	switch (v) {
	case VERDICT_PENDING:
		return COUNT_pending;
	case VERDICT_STRANDED:
		return COUNT_stranded;
	case VERDICT_REWRITTEN:
		return COUNT_rewritten;
	case VERDICT_NEAR_MISS:
		return COUNT_near_miss;
	case VERDICT_LOST:
		return COUNT_lost;
	case VERDICT_SUPERSEDED:
		return COUNT_superseded;
	case VERDICT_VOID:
		return COUNT_voided;
	default:
		return -1;
	}
}

/* What makes the tool blind: evidence that is missing. */
#define BLINDNESS(X)                                                           \
	X(ring_full, "records that did not fit into the ring")                 \
	X(map_full, "suspect pages that did not fit into the map")             \
	X(map_busy, "suspect pages that the kernel did not let into the map")  \
	X(no_task, "events without task storage")                              \
	X(no_stack, "cleans and drops whose kernel stack could not be read")   \
	X(unexplained, "cleans with no known function on their stack")         \
	X(unattributed, "pages cleaned by write calls that began unseen")      \
	X(no_exit, "write calls or writebacks whose return was missed")        \
	X(vanished, "suspect pages that left without being seen")              \
	X(crowded, "suspect pages that met two others in their place")         \
	X(direct_io, "suspect pages being overwritten, result unseen")         \
	X(undecided, "suspect pages whose write call had not returned")        \
	X(evicted, "dirty inodes evicted, maybe of a deleted subvolume")       \
	X(reloaded, "times that btrfs.ko was unloaded under the watch")        \
	X(not_run, "hook runs that the kernel skipped")                        \
	X(malformed, "records that could not be read")                         \
	X(consumer, "records that met a full ring while the tool was held up") \
	X(gap, "watches before this one that were ended by force")             \
	X(switched_off, "looks that found the hooks off, or switched")         \
	X(unknown_way, "suspect pages dropped by no known function")           \
	X(block_state, "blocks of which it is not known if they are dirty")

enum blind {
#define X(name, text) BLIND_##name,
	BLINDNESS(X)
#undef X
		BLIND_MAX,
};

/* One kind of blindness: how often, and the interval that it spans (ns). */
struct blind_span {
	__u64 count;
	__u64 first_ns;
	__u64 last_ns;
};

/*
 * ARMED when every hook is attached; CLOSING on the way out: what is open may
 * still end, nothing new is opened; then DEAF, so that all hooks stop as one.
 */
enum arming {
	DEAF,
	CLOSING,
	ARMED,
};

/* Where a kernel function stands in a stack, and what that proves. */
enum scope {
	SCOPE_NONE,
	SCOPE_WRITE,	 /* inside a buffered write */
	SCOPE_WRITEBACK, /* inside writeback: the clean is its first step */
	SCOPE_DISCARD,	 /* inside an invalidation: the data is unwanted */
};

struct frame {
	__u64 from;
	__u64 to;
	__u32 scope; /* enum scope, or SCOPE_NONE */
	__u32 way;   /* enum way, or WAY_UNKNOWN */
};

#define FRAMES_MAX 128

#endif
