/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracer_wire.h - what goes between the process that has the hooks and the one
 * that knows what to make of it. Both are the same program, forked, so structs
 * go as they are. Through one socket come items, in their order; through
 * another goes one question at a time, with one answer to each.
 */
#ifndef DIRTYWATCH_TRACER_WIRE_H
#define DIRTYWATCH_TRACER_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "hookset.h"
#include "record.h"
#include "tracer_cost.h"

#define WIRE_WORDS 512 /* bytes for what is not seen */

/* The first four bytes of an item; what it holds follows. */
enum wire_item {
	WIRE_STIR = 1, /* something happened that left no record */
	WIRE_RECORD,
	WIRE_CONTENT,
};

enum wire_ask {
	WIRE_ARM,      /* the answer is a struct wire_hello */
	WIRE_POLL,     /* send what waits; `yes` if there was not room */
	WIRE_CONTENTS, /* the same of contents alone */
	WIRE_TRUSTED,
	WIRE_SWEEP,
	WIRE_CALM,
	WIRE_BUSY,
	WIRE_FOLLOW,
	WIRE_FORGET,
	WIRE_BLIND,
	WIRE_STOP,
	WIRE_TOTALS,
	WIRE_COST, /* `on`: programs are timed from now on, else no longer */
	WIRE_FREE,
	WIRE_ASK_MAX,
};

struct wire_question {
	uint32_t ask; /* enum wire_ask */
	uint32_t on;
	uint32_t dev; /* of WIRE_ARM: struct tracer_options */
	uint32_t pad;
	uint64_t ns;
	uint64_t mapping;
};

struct wire_answer {
	int32_t err;
	uint32_t yes; /* busy, trusted, or there is more */
	uint64_t open_stranded;
	uint64_t counters[COUNT_MAX];
	struct blind_span blind[BLIND_MAX];
	struct tracer_cost cost;
};

/* All is attached, or why not. */
struct wire_hello {
	int32_t exit_code; /* enum exit_code; 0: armed */
	uint32_t role_count;
	struct {
		char role[32];
		char program[32]; /* empty: none serves it */
	} roles[HOOK_ROLES_MAX];
	char unseen[WIRE_WORDS]; /* empty: it sees all */
};

#endif
