// SPDX-License-Identifier: GPL-2.0
/* sighting_record.c - see sighting_record.h. */
#include <stdbool.h>
#include <string.h>

#include "sighting_record.h"

static void set_file(struct record *r, const struct sighting *s)
{
	r->version = RECORD_VERSION;
	r->ns = s->head.ns;
	r->ino = s->file.ino;
	r->root = s->file.root;
	r->dev = s->file.dev;
	r->nlink = s->file.nlink;
	r->flags = s->file.flags & RECORD_HAS_ROOT;
	memcpy(r->uuid, s->file.uuid, sizeof(r->uuid));
	if (!s->names)
		r->flags |= RECORD_NO_DENTRY;
}

static void set_stack(struct record *r, const struct record_stack *stack)
{
	r->stack_len = stack->len;
	memcpy(r->stack, stack->ip, sizeof(r->stack));
}

/* It was left clean by its call, which was told then, and dropped later. */
static bool was_stranded(const struct window *w, enum verdict v)
{
	return v != VERDICT_STRANDED && w->bits & WINDOW_ENDED &&
	       !w->end.dirty && !w->end.locked &&
	       (!(w->bits & WINDOW_DROPPED) || w->drop.ns > w->end.ns);
}

void sighting_verdict(struct record *r, const struct sighting *s,
		      enum verdict v, const struct window *w,
		      const struct trail *trail)
{
	memset(r, 0, sizeof(*r));
	r->kind = RECORD_FINDING;
	r->verdict = v;
	set_file(r, s);
	r->window = *w;
	r->trail = *trail;
	window_bound(&r->window, r->bound);
	if (was_stranded(w, v))
		r->flags |= RECORD_WAS_STRANDED;
	if (s->head.kind == SIGHTING_DROP)
		set_stack(r, &trail->drop);
}

void sighting_clean(struct record *r, const struct sighting *s,
		    const struct record_stack *stack)
{
	memset(r, 0, sizeof(*r));
	r->kind = RECORD_UNEXPLAINED;
	set_file(r, s);
	set_stack(r, stack);
	r->pid = s->window.writer.pid;
	r->tgid = s->window.writer.tgid;
	memcpy(r->comm, s->window.writer.comm, sizeof(r->comm));
}

void sighting_stack(struct record_stack *to, const __u64 *ip,
		    unsigned int depth)
{
	to->len = depth < RECORD_STACK_DEPTH ? depth : RECORD_STACK_DEPTH;
	memcpy(to->ip, ip, to->len * sizeof(*ip));
}
