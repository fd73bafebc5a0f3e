/* SPDX-License-Identifier: GPL-2.0 */
/*
 * finding.h - all that is said about one record, and the table of the pages
 * that are stranded right now.
 */
#ifndef DIRTYWATCH_FINDING_H
#define DIRTYWATCH_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heals.h"
#include "on_disk.h"
#include "record.h"

#define FINDING_PATH_LEN 8192 /* a mount point and a path below it */
#define FINDING_ID_LEN 64
#define FINDING_UUID_LEN 37
#define FINDING_LINKS_LEN 8192 /* hard links, as many as fit */
#define FINDING_CGROUP_LEN 1024
#define FINDING_FILE_LEN 96

enum finding_class {
	FINDING_PENDING,
	FINDING_STRANDED,
	FINDING_NEAR_MISS,
	FINDING_LOST,
	FINDING_SUPERSEDED,
	FINDING_VOID,
	FINDING_UNEXPLAINED,
	FINDING_EVICTED,
	FINDING_STALE_READ,
	FINDING_CLASS_MAX,
};

struct finding_task {
	uint32_t pid; /* thread id */
	uint32_t tgid;
	char comm[WINDOW_COMM_LEN];
	uint64_t cgroup;		      /* its id, 0: not known */
	char cgroup_path[FINDING_CGROUP_LEN]; /* empty: not known */
};

/* Times are ns of CLOCK_MONOTONIC, 0 if not seen. */
struct finding {
	enum finding_class class;
	char id[FINDING_ID_LEN];     /* the same for all records of a window */
	char uuid[FINDING_UUID_LEN]; /* of the filesystem, empty if unknown */
	uint32_t dev;		     /* major << 20 | minor */
	uint64_t subvol;	     /* if subvol_known */
	uint64_t ino;
	uint64_t page; /* index in the file */
	uint64_t ns;   /* when it was observed */
	uint64_t clean_ns;
	uint64_t retry_ns;
	uint64_t end_ns;
	uint64_t drop_ns;
	uint64_t window_max_ns; /* near miss: open for no longer; 0: unknown */
	struct window_range bound[WINDOW_RANGES];
	struct finding_task task; /* wrote; or cleaned, or read the page */
	uint64_t pos;		  /* if write_known, as all of the call */
	int64_t result;
	struct finding_task dropper; /* if dropped */
	enum way way;
	uint32_t stack_len;
	uint64_t stack[RECORD_STACK_DEPTH]; /* innermost first */
	struct record_stack clean_stack;
	struct record_stack drop_stack;
	enum record_read read; /* of a stale read */
	uint64_t i_size;       /* of an evicted inode... */
	uint64_t dirty_pages;  /* ...and how many of its pages were dirty */
	enum rescue rescue;    /* of the page's content */
	char rescue_file[FINDING_FILE_LEN]; /* if it was saved, and then... */
	struct on_disk on_disk;		    /* ...what the disk held */
	bool disk_asked; /* later the answer might be another one */
	enum heal heal;	 /* of the page, if it was stranded */
	bool more_pages; /* there may be more, behind the bound */
	bool followed;	 /* the page's readers are watched since then */
	bool subvol_known;
	bool task_known;
	bool write_known;
	bool dropped;
	bool was_stranded;
	bool unsent; /* told by the guard, which sees no write calls */
	bool unlinked;
	bool complete; /* nothing that the verdict rests on is missing */
	bool path_known;
	bool path_truncated; /* the head is missing: no slash in front */
	bool path_in_fs;     /* as the filesystem sees it, not by a mount */
	char path[FINDING_PATH_LEN];
	uint32_t link_count; /* names that the inode has */
	uint32_t links_len;  /* bytes of `links`: names, each ending in NUL */
	char links[FINDING_LINKS_LEN];
};

/* "lost", "near-miss", ...; never NULL. */
const char *finding_class_word(enum finding_class class);

/* "kswapd", "fadvise", ...; never NULL. */
const char *finding_way_word(enum way way);

/* How many bytes were at stake: all that its bound holds. */
uint64_t finding_bytes(const struct finding *f);

/* Writes the usual text form of a uuid; an empty string if it is all zero. */
void finding_uuid(const uint8_t uuid[16], char text[FINDING_UUID_LEN]);

/* Fills *f from a decoded record. Pure: asks nobody, cannot fail. */
void finding_from_record(const struct record *r, struct finding *f);

#endif
