// SPDX-License-Identifier: GPL-2.0
/* outbox.c - see outbox.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "outbox.h"

struct outbox_entry {
	struct outbox_entry *next;
	__u64 chain;
	__u64 ns;
	__u32 pid;
	bool waits;
	struct record record;
};

int outbox_put(struct outbox *o, const struct record *r,
	       const struct sighting_head *head, bool names)
{
	struct outbox_entry *e = malloc(sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->next = NULL;
	e->chain = head->chain;
	e->ns = head->ns;
	e->pid = head->pid;
	e->waits = names;
	e->record = *r;
	if (o->last)
		o->last->next = e;
	else
		o->first = e;
	o->last = e;
	o->count++;
	return 0;
}

/* A name that is no name, or does not fit, ends the path early. */
static bool add_name(struct record *r, const char *name, size_t len)
{
	if (r->path_len >= RECORD_PATH_LEN || len >= RECORD_NAME_MAX ||
	    memchr(name, '\0', len) || memchr(name, '/', len))
		return false;
	memcpy(r->path + r->path_len, name, len);
	r->path[r->path_len + len] = '\0';
	r->path_len += (__u32)len + 1;
	return true;
}

/* What a name can say of a path; what else comes is not listened to. */
#define NAME_FLAGS (RECORD_PATH_TRUNCATED | RECORD_NO_DENTRY)

static void entry_name(struct outbox_entry *e, const struct sighting_name *n,
		       size_t room)
{
	struct record *r = &e->record;

	if (r->flags & RECORD_PATH_TRUNCATED) {
		e->waits = n->len;
		return;
	}
	r->flags |= n->flags & NAME_FLAGS;
	if (!n->len)
		e->waits = false;
	else if (n->len > room || n->flags || !add_name(r, n->name, n->len))
		r->flags |= RECORD_PATH_TRUNCATED;
}

void outbox_name(struct outbox *o, const struct sighting_name *name,
		 size_t room)
{
	for (struct outbox_entry *e = o->first; e; e = e->next)
		if (e->waits && e->chain == name->head.chain &&
		    e->pid == name->head.pid)
			entry_name(e, name, room);
}

static void forget_first(struct outbox *o)
{
	struct outbox_entry *e = o->first;

	o->first = e->next;
	if (!o->first)
		o->last = NULL;
	o->count--;
	free(e);
}

/* Names that never came may have been the whole path, or its head. */
static void give_up(struct record *r)
{
	r->flags |= r->path_len ? RECORD_PATH_TRUNCATED : RECORD_NO_DENTRY;
}

int outbox_flush(struct outbox *o, __u64 expired, tracer_record_fn fn,
		 void *arg)
{
	int err = 0;

	while (!err && o->first) {
		struct outbox_entry *e = o->first;

		if (e->waits && e->ns >= expired && o->count <= OUTBOX_MAX)
			return 0;
		if (e->waits)
			give_up(&e->record);
		err = fn(arg, &e->record, sizeof(e->record));
		forget_first(o);
	}
	return err;
}

void outbox_clear(struct outbox *o)
{
	while (o->first)
		forget_first(o);
}
