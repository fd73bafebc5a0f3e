/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "decode.h"

/*
 * What each verdict that is sent rests on. Not the reverse: the other party
 * may add its bit while the record is being written.
 */
static const struct {
	bool sent;
	__u32 bits;
} verdicts[VERDICT_MAX] = {
	[VERDICT_PENDING] = { true, WINDOW_DROPPED },
	[VERDICT_STRANDED] = { true, WINDOW_ENDED },
	[VERDICT_NEAR_MISS] = { true, 0 },
	[VERDICT_LOST] = { true, WINDOW_DROPPED | WINDOW_ENDED },
	[VERDICT_SUPERSEDED] = { true, WINDOW_ENDED },
	[VERDICT_VOID] = { true, WINDOW_DROPPED },
};

static bool verdict_ok(const struct record *r)
{
	__u32 bits;

	if (r->kind != RECORD_FINDING)
		return true;
	if (r->verdict >= VERDICT_MAX || !verdicts[r->verdict].sent)
		return false;
	/* The guard sees drops, and nothing else. */
	if (r->flags & RECORD_UNSENT)
		return (r->verdict == VERDICT_LOST ||
			r->verdict == VERDICT_PENDING) &&
		       r->window.bits == WINDOW_DROPPED;
	bits = verdicts[r->verdict].bits;
	return (r->window.bits & bits) == bits;
}

static bool bounds_ok(const struct record *r)
{
	__u64 index = r->window.index;
	__u64 last = 0;
	__u64 from, to;
	int i;

	if (index > (__u64)INT64_MAX >> WINDOW_PAGE_SHIFT)
		return false;
	from = index << WINDOW_PAGE_SHIFT;
	to = from + (1ULL << WINDOW_PAGE_SHIFT);
	for (i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &r->bound[i];

		if (b->from >= b->to)
			continue;
		if (b->from < from || b->to > to || b->from < last)
			return false;
		last = b->to;
	}
	return true;
}

/* One component: a name that a directory can hold. */
static bool name_ok(const char *name, size_t len)
{
	return len > 0 && len < RECORD_NAME_MAX && !memchr(name, '/', len) &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool path_ok(const struct record *r)
{
	size_t at, len;

	if (r->path_len && r->path[r->path_len - 1])
		return false;
	for (at = 0; at < r->path_len; at += len + 1) {
		len = strlen(r->path + at);
		if (!name_ok(r->path + at, len))
			return false;
	}
	return true;
}

/* An evicted inode has one dirty page at least, and no more than it spans. */
static bool evicted_ok(const struct record *r)
{
	const struct evicted *e = &r->evicted;

	if (r->kind != RECORD_EVICTED)
		return true;
	return r->way < WAY_MAX && e->i_size <= INT64_MAX && e->pages &&
	       e->first <= e->last &&
	       e->last <= (__u64)INT64_MAX >> WINDOW_PAGE_SHIFT &&
	       e->pages - 1 <= e->last - e->first;
}

static bool stacks_ok(const struct record *r)
{
	return r->stack_len <= RECORD_STACK_DEPTH &&
	       r->trail.clean.len <= RECORD_STACK_DEPTH &&
	       r->trail.drop.len <= RECORD_STACK_DEPTH;
}

static bool head_ok(const struct record *r)
{
	if (r->version != RECORD_VERSION)
		return false;
	if (r->kind < RECORD_FINDING || r->kind >= RECORD_KIND_MAX)
		return false;
	if (r->window.bits & WINDOW_DROPPED && r->window.drop.way >= WAY_MAX)
		return false;
	if (r->kind == RECORD_STALE && r->read >= READ_MAX)
		return false;
	if (r->window.rescue > RESCUE_sent)
		return false;
	return verdict_ok(r) && bounds_ok(r) && evicted_ok(r) && stacks_ok(r) &&
	       r->path_len <= sizeof(r->path);
}

int decode_record(const void *data, size_t size, struct record *out)
{
	const size_t head = offsetof(struct record, path);

	if (size < head)
		return -EBADMSG;
	memset(out, 0, sizeof(*out));
	memcpy(out, data, head);
	if (!head_ok(out) || out->path_len > size - head)
		return -EBADMSG;
	memcpy(out->path, (const char *)data + head, out->path_len);
	if (!path_ok(out))
		return -EBADMSG;
	out->comm[WINDOW_COMM_LEN - 1] = '\0';
	out->window.drop.comm[WINDOW_COMM_LEN - 1] = '\0';
	out->window.writer.comm[WINDOW_COMM_LEN - 1] = '\0';
	return 0;
}
