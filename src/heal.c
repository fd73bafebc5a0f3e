// SPDX-License-Identifier: GPL-2.0
/* heal.c - see heal.h. */
#include <stdlib.h>
#include <string.h>

#include "heal.h"
#include "heal_pages.h"
#include "log.h"

/* What a finding of a class means to a page that was asked for. */
static const struct {
	bool ends;
	enum heal done;	  /* if it had been dirtied */
	enum heal undone; /* if nobody was that far */
} ends[FINDING_CLASS_MAX] = {
	[FINDING_NEAR_MISS] = { true, HEAL_healed, HEAL_settled },
	[FINDING_LOST] = { true, HEAL_dropped, HEAL_dropped },
	[FINDING_SUPERSEDED] = { true, HEAL_settled, HEAL_settled },
	[FINDING_VOID] = { true, HEAL_settled, HEAL_settled },
};

int healer_new(const struct healer_options *o, struct healer **out)
{
	struct healer *h;
	int err;

	*out = NULL;
	if (!o->asked)
		return 0;
	h = calloc(1, sizeof(*h));
	if (!h) {
		complain("out of memory; end other programs and try again");
		return -1;
	}
	h->limit_ns = o->limit_ns;
	h->child.serve = o->serve;
	h->child.path = o->path;
	err = heal_child_start(&h->child);
	if (err) {
		complain("cannot %s the process that heals: %s",
			 o->path ? "reach" : "start", strerror(-err));
		healer_free(h);
		return -1;
	}
	*out = h;
	return 0;
}

void heal_entry_free(struct heal_entry *e)
{
	free(e->asking);
	free(e->held);
	free(e);
}

void healer_free(struct healer *h)
{
	struct heal_entry *e, *next;

	if (!h)
		return;
	heal_child_kill(&h->child);
	if (h->sent && h->sent->over)
		heal_entry_free(h->sent);
	e = h->entries;
	HASH_CLEAR(hh, h->entries);
	for (; e; e = next) {
		next = e->hh.next;
		heal_entry_free(e);
	}
	free(h);
}

int healer_fd(const struct healer *h)
{
	return h && h->sent ? h->child.socket : -1;
}

static struct heal_entry *entry_of(const struct healer *h,
				   const struct finding *f)
{
	struct heal_entry *e;

	HASH_FIND_STR(h->entries, f->id, e);
	return e;
}

void heal_unqueue(struct healer *h, struct heal_entry *e)
{
	DL_DELETE(h->waiting, e);
	h->waiting_count--;
}

bool healer_holds(struct healer *h, const struct finding *f, const void *data,
		  size_t size)
{
	struct heal_entry *e = h && h->sent && f->class == FINDING_NEAR_MISS
				       ? entry_of(h, f)
				       : NULL;

	/* Without memory for it, it is only not called healed. */
	if (!e || e->stage != STAGE_SENT || e->held)
		return false;
	e->held = malloc(size);
	if (!e->held)
		return false;
	memcpy(e->held, data, size);
	e->held_size = size;
	return true;
}

static struct heal_asking *asking_new(const struct finding *f,
				      const void *bytes)
{
	const char *path = f->path_known ? f->path : "";
	struct heal_asking *a = calloc(1, sizeof(*a) + strlen(path) + 1);
	struct heal_request *q;

	if (!a)
		return NULL;
	q = &a->request;
	q->ino = f->ino;
	q->page = f->page;
	q->sb_dev = f->dev;
	memcpy(q->bound, f->bound, sizeof(q->bound));
	memcpy(q->bytes, bytes, sizeof(q->bytes));
	memcpy(a->uuid, f->uuid, sizeof(a->uuid));
	a->subvol = f->subvol;
	memcpy(a->path, path, strlen(path) + 1);
	return a;
}

/* Returns HEAL_not_asked if it is on its way now, else why not. */
static enum heal ask(struct healer *h, const struct finding *f,
		     const void *bytes)
{
	struct heal_entry *e;

	if (!bytes || f->rescue != RESCUE_saved)
		return HEAL_not_rescued;
	if (!f->path_known || f->path_truncated || f->path_in_fs ||
	    f->unlinked || !f->subvol_known)
		return HEAL_no_name;
	if (h->waiting_count >= HEAL_WAITING_MAX ||
	    HASH_COUNT(h->entries) >= HEAL_PAGES_MAX)
		return HEAL_too_many;
	e = calloc(1, sizeof(*e));
	if (!e)
		return HEAL_too_many;
	memcpy(e->id, f->id, sizeof(e->id));
	e->asking = asking_new(f, bytes);
	if (e->asking)
		HASH_ADD_STR(h->entries, id, e);
	if (!e->asking || !e->hh.tbl) {
		heal_entry_free(e);
		return HEAL_too_many;
	}
	DL_APPEND(h->waiting, e);
	h->waiting_count++;
	return HEAL_not_asked;
}

/* Its window ended. Returns what is said of it. */
static enum heal settle(struct healer *h, struct heal_entry *e,
			enum finding_class class)
{
	bool done = e->stage == STAGE_ANSWERED && e->heal == HEAL_healed;
	enum heal heal = done ? ends[class].done : ends[class].undone;

	if (e->stage == STAGE_ANSWERED && !done)
		heal = e->heal; /* which was counted then */
	else
		h->sums[heal]++;
	HASH_DEL(h->entries, e);
	if (e->stage == STAGE_WAITING)
		heal_unqueue(h, e);
	e->over = true;
	if (e != h->sent)
		heal_entry_free(e);
	return heal;
}

void healer_finding(struct healer *h, struct finding *f, const void *bytes)
{
	struct heal_entry *e = h ? entry_of(h, f) : NULL;

	if (h && !e && f->class == FINDING_STRANDED) {
		f->heal = ask(h, f, bytes);
		if (f->heal != HEAL_not_asked)
			h->sums[f->heal]++;
	}
	if (!e || !ends[f->class].ends)
		return;
	f->heal = settle(h, e, f->class);
	/* Nobody was in the way of that, and nothing is wrong. */
	if (f->heal == HEAL_settled)
		f->heal = HEAL_not_asked;
}

bool healer_busy(const struct healer *h)
{
	return h && (h->sent || h->waiting);
}

bool healer_done(struct healer *h)
{
	bool done = h && h->done && !healer_busy(h);

	if (done)
		h->done = false;
	return done;
}

void healer_sums(const struct healer *h, struct summary *s)
{
	const struct heal_entry *e;

	if (!h)
		return;
	s->healing = true;
	memcpy(s->heal, h->sums, sizeof(s->heal));
	for (e = h->entries; e; e = e->hh.next)
		if (e->heal == HEAL_healed)
			s->heal[HEAL_unconfirmed]++;
}
