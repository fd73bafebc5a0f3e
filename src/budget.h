/* SPDX-License-Identifier: GPL-2.0 */
/*
 * budget.h - may the watch go on at its price? Pure: the time and the costs
 * are given. Times are ns of CLOCK_MONOTONIC.
 */
#ifndef DIRTYWATCH_BUDGET_H
#define DIRTYWATCH_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/* Hooks are timed for so long; that makes each of their runs dearer. */
#define BUDGET_SAMPLE_NS 1000000000ULL
/* A sample that was too much is followed by others, so soon... */
#define BUDGET_AGAIN_NS 10000000000ULL
/* ...and so many in a row are not chance. */
#define BUDGET_STRIKES 3

struct budget_limits {
	uint32_t cpu_percent; /* of one processor, 0: any */
	uint64_t bytes;	      /* 0: any */
	uint64_t every_ns;    /* from sample to sample */
	uint64_t pause_ns;
	uint32_t pauses; /* in a day */
};

/* What was spent, since whenever. */
struct budget_spent {
	uint64_t hooks_ns; /* of run time */
	uint64_t cpu_ns;   /* of processes */
	uint64_t bytes;	   /* that are held now */
};

enum budget_state {
	BUDGET_OK,
	BUDGET_OVER,	 /* the last sample was too much */
	BUDGET_PAUSED,	 /* detached, for a while */
	BUDGET_DETACHED, /* for good: it was too much too often */
	BUDGET_STATE_MAX,
};

struct budget {
	enum budget_state state;
	uint64_t due_ns;   /* the next sample begins or ends */
	uint64_t began_ns; /* a sample goes on since then; 0: none */
	struct budget_spent then;
	unsigned int strikes;
	double cpu_ratio;   /* of one processor, by the last sample */
	double hooks_ratio; /* the part of it that hooks took */
	uint64_t bytes;
	bool sampled;
	uint64_t pause_ns[16]; /* when the last pauses began, 0: none */
	unsigned int next_pause;
};

/* "ok", "over", "paused", "detached". */
const char *budget_word(enum budget_state state);

/* Hooks have been set at `now`: the first sample comes soon. */
void budget_armed(struct budget *b, uint64_t now);

/* Should a sample begin, or end, now? */
bool budget_due(const struct budget *b, uint64_t now);

/* It begins; hooks are timed from now on. */
void budget_begin(struct budget *b, const struct budget_spent *spent,
		  uint64_t now);

/*
 * It ends. Returns true if the hooks are to be detached: for limits->pause_ns,
 * or for good, as b->state says from then on.
 */
bool budget_end(struct budget *b, const struct budget_limits *limits,
		const struct budget_spent *spent, uint64_t now);

#endif
