// SPDX-License-Identifier: GPL-2.0
/* rescue_wait.c - see rescue_wait.h. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "rescue_wait.h"

/* For how long, by class; what comes of a pending page is told soon enough. */
static const uint64_t patience[FINDING_CLASS_MAX] = {
	[FINDING_LOST] = RESCUE_WAIT_LOST_NS,
	[FINDING_STRANDED] = RESCUE_WAIT_STRANDED_NS,
};

static const enum finding_class in_turn[] = { FINDING_LOST, FINDING_STRANDED };

#define TURNS (sizeof(in_turn) / sizeof(in_turn[0]))

bool rescue_waits_take(struct rescue_waits *w, struct rescuer *r,
		       const struct rescue_help *help,
		       const struct record *record, struct finding *f,
		       uint64_t now)
{
	struct waiting *e;

	if (!r || !patience[f->class] ||
	    w->counts[f->class] >= RESCUE_WAITING_MAX ||
	    (!w->queues[f->class] && rescuer_in_time(r, now)) ||
	    !rescuer_prepare(r, help, record, f))
		return false;
	e = malloc(sizeof(*e));
	if (!e)
		return false;
	e->until_ns = now + patience[f->class];
	e->record = *record;
	e->finding = *f;
	DL_APPEND(w->queues[f->class], e);
	w->counts[f->class]++;
	return true;
}

static struct waiting *unhook(struct rescue_waits *w, struct waiting *e)
{
	DL_DELETE(w->queues[e->finding.class], e);
	w->counts[e->finding.class]--;
	return e;
}

struct waiting *rescue_waits_next(struct rescue_waits *w, struct rescuer *r,
				  uint64_t now, bool last)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		struct waiting *e = w->queues[in_turn[i]];

		if (e &&
		    (last || now >= e->until_ns || rescuer_in_time(r, now)))
			return unhook(w, e);
	}
	return NULL;
}

struct waiting *rescue_waits_of(struct rescue_waits *w, const char *id)
{
	struct waiting *e;

	for (unsigned int i = 0; i < TURNS; i++)
		for (e = w->queues[in_turn[i]]; e; e = e->next)
			if (!strcmp(e->finding.id, id))
				return unhook(w, e);
	return NULL;
}

bool rescue_waits_any(const struct rescue_waits *w)
{
	for (unsigned int i = 0; i < TURNS; i++)
		if (w->counts[in_turn[i]])
			return true;
	return false;
}

void rescue_waits_clear(struct rescue_waits *w)
{
	struct waiting *e, *next;

	for (unsigned int i = 0; i < TURNS; i++) {
		for (e = w->queues[in_turn[i]]; e; e = next) {
			next = e->next;
			free(e);
		}
	}
	memset(w, 0, sizeof(*w));
}
