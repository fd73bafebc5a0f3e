// SPDX-License-Identifier: GPL-2.0
/* tracer_remote.c - see tracer_remote.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "log.h"
#include "tracer_items.h"
#include "tracer_ops.h"
#include "tracer_remote.h"
#include "tracer_wire.h"

/* Handed on by one tracer_poll(): who polls has other things to do, too. */
#define ITEMS_AT_ONCE 1024

struct remote {
	struct tracer base;
	const struct tracer_child *child;
	tracer_record_fn record;
	tracer_record_fn content;
	void *arg;
	struct tracer_items waiting; /* came while only contents were wanted */
	struct wire_hello hello;
	unsigned char item[sizeof(uint32_t) + sizeof(struct content) +
			   sizeof(struct record)]; /* no item is longer */
	bool stopped;
};

static struct remote *remote(const struct tracer *base)
{
	return (struct remote *)base;
}

/* ---- ask -------------------------------------------------------------- */

/* Waits for the answer; there is a limit on the socket. */
static int ask(const struct remote *r, const struct wire_question *q,
	       void *answer, size_t size)
{
	ssize_t got;

	if (send(r->child->calls, q, sizeof(*q), MSG_NOSIGNAL) < 0)
		return -errno;
	got = recv(r->child->calls, answer, size, 0);
	if (got < 0)
		return -errno;
	return (size_t)got == size ? 0 : -EPIPE;
}

/* Returns what the other process made of it, too. */
static int question(const struct tracer *base, const struct wire_question *q,
		    struct wire_answer *a)
{
	int err = ask(remote(base), q, a, sizeof(*a));

	return err ? err : a->err;
}

static int ask_plain(const struct tracer *base, enum wire_ask what,
		     struct wire_answer *a)
{
	const struct wire_question q = { .ask = what };

	return question(base, &q, a);
}

static int remote_sweep(struct tracer *base)
{
	struct wire_answer a = { 0 };

	return ask_plain(base, WIRE_SWEEP, &a);
}

static void remote_calm(struct tracer *base)
{
	struct wire_answer a = { 0 };

	ask_plain(base, WIRE_CALM, &a);
}

/* Who cannot be asked is looked at often. */
static bool remote_busy(const struct tracer *base)
{
	struct wire_answer a = { 0 };

	return ask_plain(base, WIRE_BUSY, &a) || a.yes;
}

static bool remote_trusted(const struct tracer *base, const struct content *c)
{
	const struct wire_question q = { .ask = WIRE_TRUSTED,
					 .mapping = c->mapping,
					 .ns = c->ns };
	struct wire_answer a = { 0 };

	return !ask(remote(base), &q, &a, sizeof(a)) && a.yes;
}

static int remote_follow(struct tracer *base, bool on)
{
	const struct wire_question q = { .ask = WIRE_FOLLOW, .on = on };
	struct wire_answer a = { 0 };

	return question(base, &q, &a);
}

static int remote_forget(struct tracer *base, __u64 ns)
{
	const struct wire_question q = { .ask = WIRE_FORGET, .ns = ns };
	struct wire_answer a = { 0 };

	return question(base, &q, &a);
}

static int remote_blind(const struct tracer *base,
			struct blind_span blind[BLIND_MAX])
{
	struct wire_answer a = { 0 };
	int err = ask_plain(base, WIRE_BLIND, &a);

	memcpy(blind, a.blind, sizeof(a.blind));
	return err;
}

static int remote_totals(const struct tracer *base,
			 uint64_t counters[COUNT_MAX],
			 struct blind_span blind[BLIND_MAX],
			 uint64_t *open_stranded)
{
	struct wire_answer a = { 0 };
	int err = ask_plain(base, WIRE_TOTALS, &a);

	if (err)
		return err;
	memcpy(counters, a.counters, sizeof(a.counters));
	memcpy(blind, a.blind, sizeof(a.blind));
	*open_stranded = a.open_stranded;
	return 0;
}

static void remote_stop(struct tracer *base)
{
	struct wire_answer a = { 0 };

	ask_plain(base, WIRE_STOP, &a);
	remote(base)->stopped = true;
}

int tracer_remote_cost(struct tracer *base, bool timed,
		       struct tracer_cost *cost)
{
	const struct wire_question q = { .ask = WIRE_COST, .on = timed };
	struct wire_answer a = { 0 };
	int err = ask(remote(base), &q, &a, sizeof(a));

	if (err)
		memset(cost, 0, sizeof(*cost));
	else
		*cost = a.cost;
	return err ? err : a.err;
}

/* ---- items ------------------------------------------------------------ */

static int remote_fd(const struct tracer *base)
{
	return remote(base)->child->items;
}

/* Returns the size behind the kind, 0 if none waits, or -errno. */
static ssize_t receive(struct remote *r, uint32_t *kind)
{
	ssize_t got = recv(r->child->items, r->item, sizeof(r->item),
			   MSG_DONTWAIT | MSG_TRUNC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got < 0)
		return -errno;
	/* None at all: the other end is closed. */
	if ((size_t)got < sizeof(*kind) || (size_t)got > sizeof(r->item))
		return -EPIPE;
	memcpy(kind, r->item, sizeof(*kind));
	return got;
}

static int hand_on(struct remote *r, uint32_t kind, const void *data,
		   size_t size)
{
	if (kind == WIRE_RECORD)
		return r->record(r->arg, data, size);
	if (kind == WIRE_CONTENT)
		return r->content(r->arg, data, size);
	return 0;
}

/* One item that was kept, or else one of the socket. Returns 1 if there was
 * one, 0, or an error. */
static int next(struct remote *r)
{
	struct tracer_item *item = tracer_items_take(&r->waiting);
	uint32_t kind = 0;
	ssize_t got;
	int err;

	if (item) {
		err = hand_on(r, item->kind, item->bytes, item->size);
		free(item);
		return err ? err : 1;
	}
	got = receive(r, &kind);
	if (got <= 0)
		return (int)got;
	err = hand_on(r, kind, r->item + sizeof(kind),
		      (size_t)got - sizeof(kind));
	return err ? err : 1;
}

static int take_items(struct remote *r, unsigned int max)
{
	int n = 1;

	while (n > 0 && max--)
		n = next(r);
	return n < 0 ? n : 0;
}

/* In the end, all that there is. */
static int remote_poll(struct tracer *base)
{
	struct remote *r = remote(base);
	struct wire_answer a = { .yes = r->stopped };
	int err = 0;

	while (!err && a.yes) {
		err = ask_plain(base, WIRE_POLL, &a);
		if (!err)
			err = take_items(r, ~0U);
	}
	return err ? err : take_items(r, ITEMS_AT_ONCE);
}

/* Contents go on, records wait for their turn. */
static int take_contents(struct remote *r)
{
	uint32_t kind = 0;
	ssize_t got;
	int err = 0;

	while (!err && (got = receive(r, &kind)) > 0) {
		const void *data = r->item + sizeof(kind);
		size_t size = (size_t)got - sizeof(kind);

		err = kind == WIRE_CONTENT
			      ? r->content(r->arg, data, size)
			      : tracer_items_put(&r->waiting, kind, data, size);
	}
	return err ? err : (int)got;
}

static int remote_contents(struct tracer *base)
{
	struct wire_answer a = { .yes = true };
	int err = 0;

	while (!err && a.yes) {
		err = ask_plain(base, WIRE_CONTENTS, &a);
		if (!err)
			err = take_contents(remote(base));
	}
	return err;
}

/* ---- what it is ------------------------------------------------------- */

static const char *remote_role(const struct tracer *base, unsigned int i,
			       const char **program)
{
	const struct wire_hello *hello = &remote(base)->hello;

	if (i >= hello->role_count)
		return NULL;
	*program = *hello->roles[i].program ? hello->roles[i].program : NULL;
	return hello->roles[i].role;
}

static const char *remote_unseen(const struct tracer *base)
{
	const struct wire_hello *hello = &remote(base)->hello;

	return *hello->unseen ? hello->unseen : NULL;
}

/* What the socket still has is of no use to the next one. */
static void remote_free(struct tracer *base)
{
	struct remote *r = remote(base);
	struct wire_answer a = { 0 };
	uint32_t kind = 0;

	ask_plain(base, WIRE_FREE, &a);
	while (receive(r, &kind) > 0)
		;
	tracer_items_clear(&r->waiting);
	free(r);
}

static const struct tracer_ops remote_ops = {
	.fd = remote_fd,
	.poll = remote_poll,
	.contents = remote_contents,
	.trusted = remote_trusted,
	.sweep = remote_sweep,
	.calm = remote_calm,
	.busy = remote_busy,
	.follow = remote_follow,
	.forget = remote_forget,
	.blind = remote_blind,
	.stop = remote_stop,
	.role = remote_role,
	.unseen = remote_unseen,
	.totals = remote_totals,
	.free = remote_free,
};

/* Words of the other process are words. */
static void bound_words(struct wire_hello *hello)
{
	if (hello->role_count > HOOK_ROLES_MAX)
		hello->role_count = HOOK_ROLES_MAX;
	hello->unseen[sizeof(hello->unseen) - 1] = '\0';
	for (unsigned int i = 0; i < hello->role_count; i++) {
		hello->roles[i].role[sizeof(hello->roles[i].role) - 1] = '\0';
		hello->roles[i].program[sizeof(hello->roles[i].program) - 1] =
			'\0';
	}
}

static int arm(struct remote *r, __u32 dev)
{
	const struct wire_question q = { .ask = WIRE_ARM, .dev = dev };
	int err = ask(r, &q, &r->hello, sizeof(r->hello));

	if (err) {
		complain("the process for the hooks does not answer: %s",
			 strerror(-err));
		return EXIT_NO_ANSWER;
	}
	bound_words(&r->hello);
	return r->hello.exit_code;
}

struct tracer *tracer_remote_new(const struct tracer_child *c, __u32 dev,
				 tracer_record_fn record,
				 tracer_record_fn content, void *arg,
				 int *exit_code)
{
	struct remote *r = calloc(1, sizeof(*r));

	*exit_code = EXIT_NO_ANSWER;
	if (!r)
		return NULL;
	r->base.ops = &remote_ops;
	r->child = c;
	r->record = record;
	r->content = content;
	r->arg = arg;
	STAILQ_INIT(&r->waiting);
	*exit_code = arm(r, dev);
	if (!*exit_code)
		return &r->base;
	free(r);
	return NULL;
}
