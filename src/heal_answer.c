// SPDX-License-Identifier: GPL-2.0
/* heal_answer.c - see heal.h: pages are asked for, one by one, and answered. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heal_pages.h"
#include "now.h"

static int tell(const struct heal_entry *e, const struct heal_help *help,
		uint64_t now)
{
	const struct heal_asking *a = e->asking;
	struct heal_note note = {
		.ns = now,
		.ino = a->request.ino,
		.page = a->request.page,
		.heal = e->heal,
	};

	memcpy(note.id, e->id, sizeof(note.id));
	snprintf(note.path, sizeof(note.path), "%s", a->path);
	return report_heal(help->report, &note);
}

/* It is not waited for any more. */
static int answered(struct healer *h, struct heal_entry *e, enum heal heal,
		    const struct heal_help *help, uint64_t now)
{
	void *held = e->held;
	size_t size = e->held_size;
	int err = 0;

	if (e == h->sent)
		h->sent = NULL;
	if (e->over) {
		heal_entry_free(e);
		return 0;
	}
	e->stage = STAGE_ANSWERED;
	e->heal = heal;
	if (heal == HEAL_healed) {
		h->done = true;
	} else {
		h->sums[heal]++;
		/* What is held says it too. */
		if (!held)
			err = tell(e, help, now);
	}
	free(e->asking);
	e->asking = NULL;
	e->held = NULL;
	/* It ends the window, and `e` with it. */
	if (held && !err)
		err = help->again(help->arg, held, size);
	free(held);
	return err;
}

static int take_answer(struct healer *h, const struct heal_help *help,
		       uint64_t now)
{
	enum heal heal = HEAL_helper;
	struct heal_answer answer;
	int got;

	if (!h->sent)
		return 0;
	got = heal_child_answer(&h->child, &answer);
	if (got > 0 && answer.number != h->number)
		got = -EBADMSG;
	if (got > 0 && answer.heal < HEAL_MAX)
		heal = (enum heal)answer.heal;
	if (!got && now - h->sent_ns < h->limit_ns)
		return 0;
	if (!got)
		heal = HEAL_time_limit;
	if (got <= 0)
		heal_child_kill(&h->child);
	return answered(h, h->sent, heal, help, now);
}

/* The directory, by a finding as it was. */
static int open_dir(const struct heal_help *help, struct heal_asking *a)
{
	struct finding f = {
		.ino = a->request.ino,
		.dev = a->request.sb_dev,
		.subvol = a->subvol,
	};

	memcpy(f.uuid, a->uuid, sizeof(f.uuid));
	snprintf(f.path, sizeof(f.path), "%s", a->path);
	return help->open_dir(help->resolver, &f, a->request.name,
			      sizeof(a->request.name));
}

/* Starts the process if there is none. */
static enum heal send_to_child(struct healer *h, const struct heal_request *q,
			       int dir)
{
	int err = h->child.socket < 0 ? heal_child_start(&h->child) : 0;

	if (err)
		return err == -EBUSY ? HEAL_too_many : HEAL_helper;
	if (!heal_request_send(h->child.socket, q, dir))
		return HEAL_not_asked;
	heal_child_kill(&h->child);
	return HEAL_helper;
}

/*
 * Asks for a page. Returns HEAL_not_asked, or why that is not possible. The
 * process may have been ended while nobody looked: then another one is asked.
 */
static enum heal send_request(struct healer *h, struct heal_entry *e,
			      const struct heal_help *help)
{
	struct heal_asking *a = e->asking;
	int dir = open_dir(help, a);
	enum heal heal;

	if (dir < 0)
		return HEAL_no_name;
	a->request.number = ++h->number;
	heal = send_to_child(h, &a->request, dir);
	if (heal == HEAL_helper)
		heal = send_to_child(h, &a->request, dir);
	close(dir);
	return heal;
}

static int ask_next(struct healer *h, const struct heal_help *help,
		    uint64_t now)
{
	int err = 0;

	while (!err && !h->sent && h->waiting) {
		struct heal_entry *e = h->waiting;
		enum heal heal = send_request(h, e, help);

		heal_unqueue(h, e);
		if (heal != HEAL_not_asked) {
			err = answered(h, e, heal, help, now);
			continue;
		}
		e->stage = STAGE_SENT;
		h->sent = e;
		h->sent_ns = now;
	}
	return err;
}

int healer_tick(struct healer *h, const struct heal_help *help, uint64_t now)
{
	int err;

	if (!h)
		return 0;
	heal_child_reap(&h->child);
	err = take_answer(h, help, now);
	return err ? err : ask_next(h, help, now);
}

int healer_end(struct healer *h, const struct heal_help *help)
{
	uint64_t now = now_ns();
	int err;

	if (!h)
		return 0;
	err = take_answer(h, help, now);
	heal_child_kill(&h->child);
	if (!err && h->sent)
		err = answered(h, h->sent, HEAL_ended, help, now);
	while (!err && h->waiting) {
		struct heal_entry *e = h->waiting;

		heal_unqueue(h, e);
		err = answered(h, e, HEAL_ended, help, now);
	}
	return err;
}
