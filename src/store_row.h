/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store_row.h - a row on its way into the store, and the bounded queue in which
 * rows wait, in the order in which they came.
 */
#ifndef DIRTYWATCH_STORE_ROW_H
#define DIRTYWATCH_STORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finding.h"

#define STORE_ROW_VALUES 14

enum store_row_kind {
	STORE_ROW_RUN,
	STORE_ROW_BEAT,
	STORE_ROW_END,
	STORE_ROW_FINDING,
	STORE_ROW_STALE_READ,
	STORE_ROW_BLIND,
	STORE_ROW_KINDS,
};

enum store_value_type { STORE_NULL, STORE_NUMBER, STORE_TEXT };

struct store_value {
	enum store_value_type type;
	int64_t number;
	const char *text;
};

struct store_row {
	struct store_row *next;
	size_t bytes; /* of memory, with its texts behind it */
	enum store_row_kind kind;
	unsigned int count;
	int64_t at_ns; /* what it speaks of: from... */
	int64_t to_ns; /* ...and until */
	struct store_value values[STORE_ROW_VALUES];
};

struct store_queue {
	struct store_row *first, *last;
	uint64_t rows;
	size_t bytes;
};

/*
 * A copy of the values, which follow the run's ID in the statement of its kind.
 * To be freed; NULL: no memory.
 */
struct store_row *store_row_new(enum store_row_kind kind,
				const struct store_value *values,
				unsigned int count);

/* A finding, or a stale read; NULL: no memory. */
struct store_row *store_row_finding(const struct finding *f, int64_t at_ns,
				    const char *json);

/* An interval of blindness; the same. */
struct store_row *store_row_blind(const char *kind, uint64_t count,
				  int64_t from_ns, int64_t to_ns, bool open);

struct store_value store_number(int64_t number);
struct store_value store_text(const char *text); /* NULL: null */

/*
 * Takes over the row. Of an interval of blindness that waits already, the new
 * one takes the place. False: there is no room for it, and it is the caller's.
 */
bool store_queue_put(struct store_queue *q, struct store_row *row);

void store_queue_clear(struct store_queue *q);

#endif
