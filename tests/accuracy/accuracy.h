/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all parts of the accuracy test share: a trial, from its plan to what
 * was seen of it. Offsets of a plan are bytes from the trial's first page.
 */
#ifndef ACCURACY_H
#define ACCURACY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "provoke_page.h"
#include "provoke_plan.h"

#define PAGE ((size_t)PROVOKE_PAGE)
#define PAGES 10u /* of a trial, at most */
#define PENDS 8u  /* ranges that are dirtied before the write call */
#define NAMES 3u  /* by which a file can be reached */

/* The fourth generation of bytes, beside those of enum provoke_role. */
#define ROLE_LATER ((enum provoke_role)3)

struct span {
	uint32_t off, len;
};

/* What a trial does, from its seed. */
struct plan {
	uint64_t key;		 /* of the contents */
	uint64_t start;		 /* index of the first page in the file */
	uint32_t pages;		 /* that are looked at, from there */
	uint32_t size;		 /* of the file, from there */
	struct span pend[PENDS]; /* what is dirty before the write call */
	unsigned int pends;
	uint32_t pos, len; /* the write call */
	uint32_t head;	   /* source bytes in the first user page */
	uint32_t hole;	   /* the user page that is missing in the copy */
	unsigned int pieces;
};

struct state {
	bool present, dirty, writeback;
	uint64_t pfn;
	uint64_t where; /* on disk, by pages_where(); 0: nowhere */
};

struct look {
	struct state page[PAGES];
};

/* How the window ends for the write call. */
enum ending {
	END_RESOLVE,
	END_REFUSE, /* EFAULT */
	END_ENOSPC,
	END_EDQUOT,
	END_KILL,
};

enum call_kind {
	CALL_PWRITE,
	CALL_WRITEV,
	CALL_APPEND,
	CALL_URING,
	CALL_NAMESPACE, /* in a mount namespace of its own */
	CALL_SENDFILE,
	CALL_SPLICE,
	CALL_LOOP,
};

/* When the way is taken. */
enum moment {
	IN_WINDOW,
	ACROSS,	  /* begun in the window, let in when the call returns */
	AFTER,	  /* once the write call has returned */
	TOGETHER, /* once, when all write calls of a batch have returned */
	BATCH,	  /* once, with all files of a batch closed */
};

enum class {
	CLASS_NONE,
	CLASS_NEAR_MISS,
	CLASS_STRANDED, /* until the final check drops it */
	CLASS_LOST,
	CLASS_SUPERSEDED,
	CLASS_VOID,
};

struct trial;
struct engine;

struct shape {
	const char *name;
	void (*make)(struct plan *plan, uint64_t *rnd, uint64_t number);
};

/* A way for a page to go. */
struct way {
	const char *name;
	const char *words; /* of the dropper in a finding, "a|b"; NULL: none */
	bool ours;	   /* the dropper is our main thread */
	bool global;	   /* it takes pages of other trials too */
	/* Take it. Returns 0 or a negative errno; no drop is no error. */
	int (*act)(struct engine *engine, struct trial *trial);
};

struct place {
	const char *name;
	/* Once for each row: name the directory. Returns 0 or -errno. */
	int (*enter)(struct engine *engine, char *dir);
	/* The file's name; NULL: a plain one. */
	void (*name_file)(const struct trial *trial, char *name);
	/* The file is new and empty; its base is on disk. */
	int (*created)(struct engine *engine, struct trial *trial);
	int (*based)(struct engine *engine, struct trial *trial);
	void (*leave)(struct engine *engine);
};

/* One row of the table. By their names first, found when the program starts. */
struct row {
	const char *name;
	unsigned int count;   /* of trials in the reduced set */
	enum class want;      /* to be repeated for; it judges nothing */
	const char *way_name; /* NULL: none */
	enum moment moment;
	enum ending ending;
	const char *shape_name; /* NULL: "any" */
	const char *place_name; /* NULL: "default" */
	enum call_kind call;
	bool by_mmap;	    /* the page is dirtied by a store */
	bool alone;	    /* no other file is dirty meanwhile */
	unsigned int crowd; /* writers at once */
	unsigned int share; /* writers of one file */
	const char *why;    /* it cannot be built, because */
	const struct way *way;
	const struct shape *shape;
	const struct place *place;
};

struct trial {
	const struct row *row;
	uint64_t number;
	unsigned int attempt;
	struct plan plan;
	uint64_t inode, subvolume;
	char fs[37];
	char paths[NAMES][640];
	unsigned int names;
	int fd;
	unsigned char *want; /* PAGES pages: what was promised */
	uint32_t want_size;
	/* What was changed on purpose after that. */
	struct span later;
	unsigned char *later_bytes; /* PAGES pages */
	bool was_cut;
	uint32_t cut_size;
	bool deleted, unlinked, renamed;

	/* The write call. */
	bool windowed;
	bool result_known;
	int64_t result;
	pid_t pid, tgid;
	char comm[16];

	/* Before it, in the window, after the way, at its return, at last. */
	struct look before, window, acted, returned, after, final;
	bool took_way;
	struct span lost[PAGES * 8];
	unsigned int losts;
};

struct engine {
	char dir[256];	/* the mount point */
	char loop[256]; /* the filesystem on a loop device, or empty */
	char device[64], options[128]; /* of the mount */
	char row_dir[512];
	const char *put_back; /* a command, or NULL */
	uint64_t seed;
	struct provoke_flags flags;
	int uffd;
	pid_t pid;
	FILE *truth;
	uint64_t made;	     /* batches so far */
	struct trial *batch; /* of the row that runs */
	unsigned int batch_len;
};

/* Complain in one sentence. Returns @err. */
int whine(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

uint64_t mix64(uint64_t x);
/* A number from @low to @high, both included. */
uint64_t draw(uint64_t *state, uint64_t low, uint64_t high);

/* plan.c: the shapes, ended by one without name. */
extern const struct shape shapes[];
void plan_make(struct trial *trial, uint64_t seed);
void plan_fill(const struct plan *plan, enum provoke_role role, uint32_t off,
	       void *buf, size_t len);
uint64_t plan_at(const struct plan *plan, uint32_t off);

/* pages.c: look at the trial's pages, which are mapped nowhere after that. */
int pages_look(struct engine *engine, const struct trial *trial,
	       struct look *look);
/* Fill in where the pages are on disk; waits for the inode's lock. */
int pages_where(const struct trial *trial, struct look *look);
/* Does any page that the write call cleaned stay in the cache? Or -errno. */
int pages_stay(const struct trial *trial);
/* Drop all pages of the file. Returns 0 or a negative errno. */
int pages_drop_file(const struct trial *trial);
bool pages_cleaned(const struct trial *trial, unsigned int page);

/* call.c: run the write calls of trials at once. Returns 0 or -errno. */
int calls_open(struct engine *engine);
int calls_run(struct engine *engine, struct trial **trials, unsigned int n);

/* ways.c, places.c, rows.c */
extern const struct way ways[];
extern const struct place places[];
extern struct row rows[];
/* Returns 0, or -ENOENT after naming what a row wants and nobody has. */
int rows_find(void);
int fill_filesystem(struct engine *engine);
int empty_filesystem(struct engine *engine);
int set_quota(struct engine *engine, uint64_t subvolume, uint64_t limit);

/* file.c: make the file, dirty it, read it back. Return 0 or -errno. */
int file_create(struct engine *engine, struct trial *trial);
int file_dirty(struct trial *trial);
void file_written(struct trial *trial); /* the write call's result is known */
int file_verify(struct engine *engine, struct trial *trial);
/* The same comparison once more, of the file by its name. */
int file_reread(struct trial *trial);
void file_remove(struct trial *trial);

/* truth.c: what happened to each page, as a line. Returns the classes seen. */
unsigned int truth_trial(struct engine *engine, const struct trial *trial);
void truth_row(struct engine *engine, const struct row *row, uint64_t trials,
	       uint64_t wanted, const char *why);

/*
 * put_back.c: has the command put back what was lost in this batch? Writes a
 * line for each file. Returns 0 or -errno.
 */
int put_back(struct engine *engine);

#endif
