/* SPDX-License-Identifier: GPL-2.0 */
/* tracer.h - the BPF object's life: new, load, attach, arm, poll, free. */
#ifndef DIRTYWATCH_TRACER_H
#define DIRTYWATCH_TRACER_H

#include <stdbool.h>
#include <stdint.h>

#include "hook_wish.h"
#include "ksyms.h"
#include "record.h"

struct tracer;

/* Called for each raw record; a non-zero return ends tracer_poll() with it. */
typedef int (*tracer_record_fn)(void *arg, const void *data, size_t size);

/* Which tracer: the best for the kernel, or one that is told. */
enum tracer_kind {
	TRACER_ANY,
	TRACER_MODERN,
	TRACER_LEGACY,
};

#define RESCUE_UNSUPPORTED                                                     \
	"no page will be rescued: nobody can tell on this kernel where its content lies"

struct tracer_options {
	enum tracer_kind kind;
	const char *btf; /* the kernel's BTF in a file; NULL: its own */
	__u32 dev;	 /* s_dev of the one filesystem to watch, 0: all */
	__u32 tgid;	 /* the one process to watch, 0: all */
	__u32 ring_bytes;
	__u32 windows; /* suspect pages at once, 0: the default */
	bool no_module_btf;
	bool guard;	 /* few hooks until the first sign of a loss */
	bool stay_guard; /* whatever is seen */
	struct hook_wishes wishes; /* of the modern kind's hooks */
	bool verbose;		   /* say what is less than it could be */
	__u32 content_bytes; /* ring of the contents of lost pages, 0: none */
	tracer_record_fn content; /* called for each of them, if any */
};

/*
 * Choose the hooks, load the programs, attach them, arm them. On failure says
 * why on stderr and returns NULL with *exit_code set (enum exit_code).
 */
struct tracer *tracer_new(const struct tracer_options *options,
			  const struct ksyms *ksyms, tracer_record_fn fn,
			  void *arg, int *exit_code);

/* A descriptor that is readable when records wait. */
int tracer_fd(const struct tracer *tracer);

/* Hand the waiting records on. Returns 0 or what the callback returned. */
int tracer_poll(struct tracer *tracer);

/*
 * The same of the contents alone: those of all records that were handed on are
 * there before them, or wait. Returns 0 or what the callback returned.
 */
int tracer_contents(struct tracer *tracer);

/*
 * Is a content that a write call left surely the call's, and of nobody who
 * wrote there meanwhile? To be asked a while after it came.
 */
bool tracer_trusts(const struct tracer *tracer, const struct content *content);

/* Look again at the pages that are left clean. Returns 0 or -errno. */
int tracer_sweep(struct tracer *tracer);

/*
 * To be called before a look: the first thing that happens from now on, be it
 * a suspect page or blindness, makes the descriptor readable for a moment,
 * record or no record.
 */
void tracer_calm(struct tracer *tracer);

/* Is any page suspect now? */
bool tracer_busy(const struct tracer *tracer);

/*
 * From now on, watch who brings lost pages back into the page cache, or do so
 * no longer. Returns 0, -ENOENT if this kernel has no hook for it, or -errno.
 */
int tracer_follow(struct tracer *tracer, bool on);

/* Forget the losses that were dropped before `ns`. Returns 0 or -errno. */
int tracer_forget(struct tracer *tracer, __u64 ns);

/* Read what the kernel side knows of its blindness. Returns 0 or -errno. */
int tracer_blind(const struct tracer *tracer,
		 struct blind_span blind[BLIND_MAX]);

/* Detach everything: what the maps hold from here on stays as it is. */
void tracer_stop(struct tracer *tracer);

/*
 * The name of role `i` and the program that serves it, NULL if none does.
 * Returns NULL behind the last role.
 */
const char *tracer_role(const struct tracer *tracer, unsigned int i,
			const char **program);

/* What it does not see on this kernel, in words; NULL: it sees all. */
const char *tracer_unseen(const struct tracer *tracer);

/*
 * Add up the counters, the blindness and the pages that are still stranded.
 * Returns 0 or -errno.
 */
int tracer_totals(const struct tracer *tracer, uint64_t counters[COUNT_MAX],
		  struct blind_span blind[BLIND_MAX], uint64_t *open_stranded);

void tracer_free(struct tracer *tracer);

#endif
