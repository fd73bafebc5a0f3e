/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report.h - the printer interface, and the one table of what is printed.
 *
 * Every call prints whole lines and flushes them, and returns 0, or the
 * negative errno of the write (-EPIPE: nobody reads any more), or -ENOMEM.
 */
#ifndef DIRTYWATCH_REPORT_H
#define DIRTYWATCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "blindness.h"
#include "finding.h"
#include "ratelimit.h"

#define REPORT_SCHEMA 1

struct json_object;
struct report;

/* Strings may be NULL: not known, not printed. */
struct report_start_info {
	const char *version;	/* of this program */
	const char *kernel;	/* release */
	const char *srcversion; /* of btrfs.ko */
	const char *mount;	/* the only one that is watched */
	const char *unseen;	/* by the hooks that this kernel has */
	uint32_t limit;		/* of findings, see ratelimit.h; 0: none */
	uint64_t ns;		/* CLOCK_MONOTONIC */
	bool wall_known;	/* false: times are printed as they are */
	int64_t wall_ns;	/* CLOCK_REALTIME less CLOCK_MONOTONIC */
	/* Seconds east of UTC at a second of CLOCK_REALTIME; NULL: as here. */
	int64_t (*offset)(void *arg, int64_t wall);
	void *offset_arg; /* lives as long as the report */
	/* The name for a kernel address and the offset behind it, or NULL. */
	const char *(*symbol)(void *arg, uint64_t addr, uint64_t *off);
	void *symbol_arg; /* lives as long as the report */
};

/* An interval in which evidence went missing; words of BLINDNESS(). */
struct blind_info {
	const char *kind;
	const char *text;
	uint64_t count;
	uint64_t first_ns;
	uint64_t last_ns;
	bool open;    /* it goes on */
	uint32_t pid; /* the process that was ended by force, 0: none */
};

/* A stranded page that was not healed, at once: its finding was said before. */
struct heal_note {
	uint64_t ns;
	char id[FINDING_ID_LEN]; /* of the finding */
	uint64_t ino;
	uint64_t page;
	enum heal heal; /* why not */
	char path[FINDING_PATH_LEN];
};

struct summary {
	uint64_t counters[COUNT_MAX];
	struct blind_span blind[BLIND_MAX];
	/* The same kind by kind, or NULL: each was one interval. */
	const struct blind_intervals *intervals;
	uint64_t open_stranded;
	double seconds;	       /* watched */
	uint64_t kernel_bytes; /* of maps and programs, 0: not known */
	uint64_t rss_bytes;    /* of the tool, resident, 0: not known */
	bool rescued;	       /* contents of lost pages were to be saved... */
	uint64_t rescue[RESCUE_MAX]; /* ...and what became of how many */
	bool healing;		     /* stranded pages were to be healed... */
	uint64_t heal[HEAL_MAX];     /* ...the same of them */
	int exit_code;
};

/* A word of record.h and what it means. */
struct report_word {
	const char *name;
	const char *text;
};

extern const struct report_word report_counters[COUNT_MAX];
extern const struct report_word report_blinds[BLIND_MAX];
extern const struct report_word report_rescues[RESCUE_MAX];
extern const struct report_word report_heals[HEAL_MAX];

/* One line for people; `verbose` >= 1 shows what is in order, too. */
struct report *report_text_new(FILE *out, bool colour, int verbose);

/* One JSON object a line. */
struct report *report_json_new(FILE *out);

/* One of both, to standard output; colour as the user and the terminal want. */
struct report *report_stdout_new(bool json, int verbose);

/* Prints nothing. All of them: NULL if there is no memory. */
struct report *report_none_new(void);

int report_start(struct report *r, const struct report_start_info *info);
int report_finding(struct report *r, const struct finding *f);
int report_blind(struct report *r, const struct blind_info *info);
int report_heal(struct report *r, const struct heal_note *note);
int report_summary(struct report *r, const struct summary *s);

/*
 * Say at most so many findings of a kind in a second (see ratelimit.h), and
 * then how many were left out; 0, as at first: all.
 */
void report_limit(struct report *r, uint32_t max);

/* Will nobody be told of the finding? */
bool report_leaves_out(const struct report *r, const struct finding *f);

/* Say what was left out up to now; by report_tick() if a second of it is over
 * at `ns`. A report does it itself too, before what comes later. */
int report_left(struct report *r);
int report_tick(struct report *r, uint64_t ns);

/*
 * From now on `also` is told all that `r` is told, after it, and all findings,
 * whatever the limit. NULL: no longer.
 * It must live as long as `r`.
 */
void report_also(struct report *r, struct report *also);

/* Does not close the file. */
void report_free(struct report *r);

/*
 * "none lost", "lost", "stranded" (none lost yet, but pages are open), "blind",
 * or "no answer" when only the exit code says that something failed.
 */
const char *summary_verdict(const struct summary *s);

/* Pages lost, and inodes evicted with dirty pages. */
uint64_t summary_losses(const struct summary *s);

/* The exit code by the numbers alone: 0, 1 or 5; 5 beats 1. */
int summary_exit_code(const struct summary *s);

/* What follows is for the printers. */

struct report_ops {
	int (*start)(struct report *r, const struct report_start_info *info);
	int (*finding)(struct report *r, const struct finding *f);
	int (*blind)(struct report *r, const struct blind_info *info);
	int (*summary)(struct report *r, const struct summary *s);
	/* NULL of these: says nothing of it. */
	int (*heal)(struct report *r, const struct heal_note *note);
	int (*left)(struct report *r, const struct left_out *left);
};

struct report {
	const struct report_ops *ops;
	struct report *also;
	struct ratelimit limit;
	FILE *out;
	bool colour;
	int verbose;
	struct report_start_info start; /* without its strings */
};

/*
 * A thing that is said about a finding. The text table shows those with a
 * heading, by print() if there is one, else the JSON value; JSON shows those
 * with a key. A value of NULL: unknown, absent.
 */
struct report_column {
	const char *key;
	const char *heading;
	int width; /* as in printf(): negative is to the left */
	struct json_object *(*value)(const struct report *r,
				     const struct finding *f);
	void (*print)(FILE *out, const struct report *r,
		      const struct finding *f);
};

/* Ends in an element without key and heading. */
extern const struct report_column report_columns[];

/* Is it for people who did not ask for -v? */
bool report_is_shown(const struct report *r, const struct finding *f);

/* The same of a kind that was left out. */
bool report_is_left_shown(const struct report *r, unsigned int kind);

/* Writes what a column says, `width` as in printf(). Returns 0 or -ENOMEM. */
int report_print_cell(FILE *out, const struct report *r,
		      const struct report_column *c, int width,
		      const struct finding *f);

/* A report that prints by `ops`; NULL: no memory. */
struct report *report_new(const struct report_ops *ops, FILE *out);

/* Writes one or more whole lines and flushes. */
int report_emit(const struct report *r, const char *text, size_t len);

/*
 * All that is said of a finding in JSON, but for the newline. To be
 * json_object_put(); NULL: no memory.
 */
struct json_object *report_finding_object(const struct report *r,
					  const struct finding *f);

/*
 * What became of the content of a page in danger, for JSON and for people, and
 * of all lost pages together. NULL, or nothing, where nobody asked for it.
 */
struct json_object *report_rescue_object(const struct finding *f);
/* What the disk held in the place of a page. */
struct json_object *report_on_disk_object(const struct on_disk *d);
struct json_object *report_rescue_sums(const struct summary *s);
void report_rescue_print(FILE *out, const struct finding *f);
void report_rescue_print_sums(FILE *out, const struct summary *s);

/*
 * What became of the healing of a stranded page, of all together, and of one
 * at once. NULL, or nothing, as above.
 */
struct json_object *report_heal_object(const struct finding *f);
struct json_object *report_heal_sums(const struct summary *s);
void report_heal_add_note(const struct report *r, struct json_object *o,
			  const struct heal_note *note);
void report_heal_print(FILE *out, const struct finding *f);
void report_heal_print_sums(FILE *out, const struct summary *s);
void report_heal_print_note(FILE *out, const struct report *r,
			    const struct heal_note *note);

/* RFC 3339, UTC, ns; NULL if the wall clock is not known. To be
 * json_object_put(). */
struct json_object *report_time(const struct report *r, uint64_t ns);

#define REPORT_SYMBOL_LEN 256

/*
 * Writes the name for a kernel address and the offset behind it, or else the
 * address in hexadecimal. Returns whether there was a name.
 */
bool report_symbol(const struct report *r, uint64_t addr,
		   char text[REPORT_SYMBOL_LEN]);

/* A stack as an array; NULL: it is empty, or nothing has a name. */
struct json_object *report_addresses(const uint64_t *stack, uint32_t len);
struct json_object *report_symbols(const struct report *r,
				   const uint64_t *stack, uint32_t len);

/* The same by names, or addresses where there is none. */
struct json_object *report_stack(const struct report *r,
				 const struct record_stack *stack);

/* The first of its entries that has a name: above it stand our own hooks. */
uint32_t report_stack_top(const struct report *r,
			  const struct record_stack *stack);

/* The bytes as a string, U+FFFD for what is not UTF-8; NULL: no memory. */
struct json_object *report_string(const char *bytes);

/* Local time of day, or seconds if the wall clock is not known. */
void report_print_time(FILE *out, const struct report *r, uint64_t ns);

#endif
