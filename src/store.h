/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store.h - findings kept in a database, across runs and reboots; its schema
 * is in btrfs-dirtywatch-store(5). For one thread, and one store of a file in a
 * process: closing a file gives up all locks that the process has on it.
 *
 * Rows wait in a queue of bounded length until store_commit() has them on the
 * disk. While that fails they stay there, it is tried again later and later,
 * and the watch goes on: who writes is told the trouble, and waits for a lock
 * for no longer than STORE_BUSY_MS. Times are ns of CLOCK_REALTIME, errors
 * negative errno.
 */
#ifndef DIRTYWATCH_STORE_H
#define DIRTYWATCH_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"

#define STORE_PATH "/var/lib/btrfs-dirtywatch/findings.db"
#define STORE_PATH_LEN 4096
#define STORE_BUSY_MS 100
#define STORE_BEAT_NS 60000000000LL
/* Rows and bytes that wait at most. */
#define STORE_QUEUE_ROWS 8192
#define STORE_QUEUE_BYTES (32U << 20)

/* Its word, and what it means: why the store does not take rows. */
#define STORE_TROUBLES(X)                                                      \
	X(none, "none", "it is written")                                       \
	X(full, "full", "there is no space, or no quota, for it")              \
	X(read_only, "read-only", "its filesystem is read-only")               \
	X(locked, "locked", "another process holds it")                        \
	X(corrupt, "corrupt", "it is damaged")                                 \
	X(gone, "gone", "it, or its folder, was removed")                      \
	X(other, "other", "it cannot be written")

enum store_trouble {
#define X(name, word, text) STORE_##name,
	STORE_TROUBLES(X)
#undef X
		STORE_TROUBLE_MAX,
};

/*
 * Kinds in the table of blind intervals that are the store's own, beside those
 * of BLINDNESS().
 */
/* What was found then is not in the store: it could not be written for too
 * long, or what it was written to is damaged or gone. */
#define STORE_BLIND_UNSTORED "store"
/* What was found then is no longer in the store, by age or size. */
#define STORE_BLIND_REMOVED "retention"

struct store_options {
	const char *path;   /* NULL: STORE_PATH */
	uint32_t keep_days; /* 0: no limit */
	uint32_t keep_mib;  /* of the files together, 0: no limit */
	bool read_only;	    /* only store_bytes(), store_oldest() */
	/*
	 * A store that cannot be written now is no error: it is in trouble,
	 * and is opened later. One that never can be still is.
	 */
	bool later;
};

/* What is known of a run when it begins; strings but boot, host and version
 * may be NULL. */
struct store_run {
	const char *boot;	/* boot ID */
	const char *host;	/* name */
	const char *version;	/* of this program */
	const char *kernel;	/* release */
	const char *srcversion; /* of btrfs.ko */
	const char *mount;	/* the only one that is watched */
	const char *mode;	/* how it watches */
	int64_t begin_ns;
};

struct store_status {
	enum store_trouble trouble;
	int err;	   /* of the last try, 0 or negative errno */
	int64_t since_ns;  /* the trouble, 0: none */
	uint64_t pending;  /* rows that wait */
	uint64_t given_up; /* rows that did not fit into the queue */
	uint64_t committed;
	uint64_t removed;  /* rows, by retention */
	uint32_t replaced; /* times that a new one was begun, since... */
	char aside[STORE_PATH_LEN]; /* ...the last damaged one, now here */
};

struct store;

/*
 * Opens the store, and makes or upgrades it. Refuses what others could write
 * to (-EPERM), a symbolic link (-ELOOP), a store that another daemon writes
 * (-EBUSY), a newer schema (-ENOTSUP) and what is no store (-EBADMSG). A
 * damaged one is renamed, see store_status.aside. Others: -ENOSPC, -EROFS,
 * -EAGAIN (locked), -ENOENT, -ENOMEM, -EIO.
 */
int store_open(const struct store_options *options, struct store **out);

/* Files are checkpointed if they can be. What waits is lost: commit before. */
void store_close(struct store *s);

/*
 * A new run, to which all rows belong from now on; it is in the store with the
 * next commit. -ENOMEM.
 */
int store_run_begin(struct store *s, const struct store_run *run);

/*
 * A finding, observed at `at_ns`; `json`: report_finding_object() as text. One
 * that is there with the same id is replaced, but for its first time. Stale
 * reads have a table of their own. -ENOMEM; -ENOBUFS: the queue is full, and
 * it is counted as given up.
 */
int store_finding(struct store *s, const struct finding *f, int64_t at_ns,
		  const char *json);

/*
 * An interval of blindness. One of the same kind that is open, or that has the
 * same begin, is replaced: of a kind one is open at most. Errors as above.
 */
int store_blind(struct store *s, const char *kind, uint64_t count,
		int64_t from_ns, int64_t to_ns, bool open);

/*
 * The run has watched until `covered_ns`, and all that it has found is with
 * the store; `counters_json` as in the summary, or NULL. By itself it is
 * written no more often than every STORE_BEAT_NS. -ENOMEM.
 */
int store_beat(struct store *s, int64_t covered_ns, const char *counters_json);

/*
 * Writes what waits. 0: it is on the disk (or nothing waits). Else all of it
 * still waits, and store_status() says why; until the next try is due the same
 * error comes at once.
 */
int store_commit(struct store *s);

/*
 * The run ended in order; commits. If that fails it is tried with the next
 * commit.
 */
int store_run_end(struct store *s, int64_t end_ns, int exit_code);

/* How much it keeps from now on, as in store_options. */
void store_keep(struct store *s, uint32_t days, uint32_t mib);

/*
 * Removes a few of the oldest rows if there is one older than keep_days, or
 * the files are larger than keep_mib, and gives free space back. 1: there is
 * more to do, call again soon; 0: not now; an error: as of store_commit().
 */
int store_tidy(struct store *s, int64_t now_ns);

/* Bytes of its files together, 0: none can be seen. */
uint64_t store_bytes(const struct store *s);

/* When the oldest finding was observed; -ENODATA: there is none. */
int store_oldest(struct store *s, int64_t *at_ns);

void store_status(const struct store *s, struct store_status *status);

/* "full", ..., and the same in words; never NULL. */
const char *store_trouble_word(enum store_trouble trouble);
const char *store_trouble_text(enum store_trouble trouble);

#endif
