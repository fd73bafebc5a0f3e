// SPDX-License-Identifier: GPL-2.0
/* store_row.c - see store_row.h. */
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "store_row.h"
#include "text.h"

struct store_value store_number(int64_t number)
{
	return (struct store_value){ .type = STORE_NUMBER, .number = number };
}

struct store_value store_text(const char *text)
{
	return (struct store_value){ .type = text ? STORE_TEXT : STORE_NULL,
				     .text = text };
}

static size_t text_bytes(const struct store_value *values, unsigned int count)
{
	size_t bytes = 0;

	for (unsigned int i = 0; i < count; i++)
		if (values[i].type == STORE_TEXT)
			bytes += strlen(values[i].text) + 1;
	return bytes;
}

struct store_row *store_row_new(enum store_row_kind kind,
				const struct store_value *values,
				unsigned int count)
{
	size_t bytes = sizeof(struct store_row) + text_bytes(values, count);
	struct store_row *row = calloc(1, bytes);
	char *text;

	if (!row)
		return NULL;
	row->kind = kind;
	row->bytes = bytes;
	row->count = count;
	memcpy(row->values, values, count * sizeof(*values));
	text = (char *)(row + 1);
	for (unsigned int i = 0; i < count; i++) {
		size_t len;

		if (values[i].type != STORE_TEXT)
			continue;
		len = strlen(values[i].text) + 1;
		memcpy(text, values[i].text, len);
		row->values[i].text = text;
		text += len;
	}
	return row;
}

static struct store_row *stale_read(const struct finding *f, int64_t at_ns,
				    const char *reader, const char *json)
{
	const struct store_value values[] = {
		store_text(f->id),
		store_number(at_ns),
		store_text(reader),
		store_text(json),
	};

	return store_row_new(STORE_ROW_STALE_READ, values,
			     sizeof(values) / sizeof(values[0]));
}

/* The texts are UTF-8. */
static struct store_row *plain(const struct finding *f, int64_t at_ns,
			       const char *path, const char *writer,
			       const char *dropper, const char *json)
{
	const struct store_value none = { .type = STORE_NULL };
	const struct store_value values[] = {
		store_text(f->id),
		store_text(finding_class_word(f->class)),
		store_number(at_ns),
		store_text(f->uuid[0] ? f->uuid : NULL),
		f->subvol_known ? store_number((int64_t)f->subvol) : none,
		store_number((int64_t)f->ino),
		store_number((int64_t)f->page),
		store_number((int64_t)finding_bytes(f)),
		store_text(path),
		store_text(writer),
		store_text(dropper),
		store_text(f->dropped ? finding_way_word(f->way) : NULL),
		store_text(json),
	};

	return store_row_new(STORE_ROW_FINDING, values,
			     sizeof(values) / sizeof(values[0]));
}

/* A copy that is UTF-8. False: no memory. */
static bool lossy(bool known, const char *bytes, char **text)
{
	*text = known ? text_lossy(bytes, strlen(bytes)) : NULL;
	return *text || !known;
}

struct store_row *store_row_finding(const struct finding *f, int64_t at_ns,
				    const char *json)
{
	bool writes = f->task_known && f->class != FINDING_UNEXPLAINED;
	char *path = NULL, *task = NULL, *dropper = NULL;
	struct store_row *row = NULL;

	if (lossy(f->path_known, f->path, &path) &&
	    lossy(writes, f->task.comm, &task) &&
	    lossy(f->dropped, f->dropper.comm, &dropper))
		row = f->class == FINDING_STALE_READ
			      ? stale_read(f, at_ns, task, json)
			      : plain(f, at_ns, path, task, dropper, json);
	if (row)
		row->at_ns = row->to_ns = at_ns;
	free(path);
	free(task);
	free(dropper);
	return row;
}

struct store_row *store_row_blind(const char *kind, uint64_t count,
				  int64_t from_ns, int64_t to_ns, bool open)
{
	const struct store_value values[] = {
		store_text(kind),      store_number((int64_t)count),
		store_number(from_ns), store_number(to_ns),
		store_number(open),
	};
	struct store_row *row = store_row_new(
		STORE_ROW_BLIND, values, sizeof(values) / sizeof(values[0]));

	if (row) {
		row->at_ns = from_ns;
		row->to_ns = to_ns;
	}
	return row;
}

/* One that is open is the only one of its kind. */
static bool same_interval(const struct store_row *a, const struct store_row *b)
{
	return a->kind == STORE_ROW_BLIND && b->kind == STORE_ROW_BLIND &&
	       (a->at_ns == b->at_ns || a->values[4].number) &&
	       !strcmp(a->values[0].text, b->values[0].text);
}

/* Where the interval waits already, or the end. */
static struct store_row **place(struct store_queue *q,
				const struct store_row *row)
{
	struct store_row **at = &q->first;

	if (row->kind != STORE_ROW_BLIND)
		return q->last ? &q->last->next : at;
	while (*at && !same_interval(*at, row))
		at = &(*at)->next;
	return at;
}

bool store_queue_put(struct store_queue *q, struct store_row *row)
{
	struct store_row **at = place(q, row), *old = *at;

	if (!old && (q->rows >= STORE_QUEUE_ROWS ||
		     q->bytes + row->bytes > STORE_QUEUE_BYTES))
		return false;
	row->next = old ? old->next : NULL;
	*at = row;
	if (!row->next)
		q->last = row;
	q->rows += !old;
	q->bytes += row->bytes - (old ? old->bytes : 0);
	free(old);
	return true;
}

void store_queue_clear(struct store_queue *q)
{
	struct store_row *next;

	for (; q->first; q->first = next) {
		next = q->first->next;
		free(q->first);
	}
	*q = (struct store_queue){ 0 };
}
