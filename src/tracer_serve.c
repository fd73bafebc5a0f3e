// SPDX-License-Identifier: GPL-2.0
/* tracer_serve.c - see tracer_serve.h. */
#include <bpf/bpf.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "log.h"
#include "options.h"
#include "preflight.h"
#include "tracer.h"
#include "tracer_items.h"
#include "tracer_serve.h"
#include "tracer_wire.h"

struct serve {
	const struct options *options;
	struct tracer *tracer; /* NULL: not armed */
	struct tracer_items waiting;
	int items, calls;
	int stats; /* while it is open, programs are timed; -1 */
	bool gone; /* nobody is at the other end */
	bool put;  /* an item was sent, or waits */
};

/* ---- items ------------------------------------------------------------ */

/* Returns false if there is no room. */
static bool send_item(struct serve *s, uint32_t kind, const void *data,
		      size_t size)
{
	struct iovec parts[] = { { &kind, sizeof(kind) },
				 { (void *)data, size } };
	const struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };

	if (sendmsg(s->items, &m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	s->gone = errno != EAGAIN && errno != ENOBUFS && errno != EINTR;
	return s->gone;
}

static void send_waiting(struct serve *s)
{
	struct tracer_item *item;

	while (!s->gone && (item = STAILQ_FIRST(&s->waiting)) &&
	       send_item(s, item->kind, item->bytes, item->size))
		free(tracer_items_take(&s->waiting));
}

static int put(struct serve *s, uint32_t kind, const void *data, size_t size)
{
	s->put = true;
	if (STAILQ_EMPTY(&s->waiting) && send_item(s, kind, data, size))
		return 0;
	return tracer_items_put(&s->waiting, kind, data, size);
}

static int on_record(void *arg, const void *data, size_t size)
{
	return put(arg, WIRE_RECORD, data, size);
}

static int on_content(void *arg, const void *data, size_t size)
{
	return put(arg, WIRE_CONTENT, data, size);
}

/* What waits here must go first: more would only be piled up. */
static int hand_on(struct serve *s, int (*from)(struct tracer *tracer))
{
	send_waiting(s);
	return s->tracer && STAILQ_EMPTY(&s->waiting) ? from(s->tracer) : 0;
}

/* A wake without a record is handed on, too. */
static int on_ring(struct serve *s)
{
	int err;

	s->put = false;
	err = hand_on(s, tracer_poll);
	return err || s->put ? err : put(s, WIRE_STIR, NULL, 0);
}

/* ---- answers ---------------------------------------------------------- */

static void answer_poll(struct serve *s, const struct wire_question *q,
			struct wire_answer *a)
{
	a->err =
		hand_on(s, q->ask == WIRE_POLL ? tracer_poll : tracer_contents);
	a->yes = !STAILQ_EMPTY(&s->waiting);
}

static void answer_trusted(struct serve *s, const struct wire_question *q,
			   struct wire_answer *a)
{
	struct content *c = calloc(1, sizeof(*c));

	if (!c)
		return;
	c->mapping = q->mapping;
	c->ns = q->ns;
	a->yes = tracer_trusts(s->tracer, c);
	free(c);
}

static void answer_sweep(struct serve *s, const struct wire_question *q,
			 struct wire_answer *a)
{
	(void)q;
	a->err = tracer_sweep(s->tracer);
}

static void answer_calm(struct serve *s, const struct wire_question *q,
			struct wire_answer *a)
{
	(void)q;
	(void)a;
	tracer_calm(s->tracer);
}

static void answer_busy(struct serve *s, const struct wire_question *q,
			struct wire_answer *a)
{
	(void)q;
	a->yes = tracer_busy(s->tracer);
}

static void answer_follow(struct serve *s, const struct wire_question *q,
			  struct wire_answer *a)
{
	a->err = tracer_follow(s->tracer, q->on);
}

static void answer_forget(struct serve *s, const struct wire_question *q,
			  struct wire_answer *a)
{
	a->err = tracer_forget(s->tracer, q->ns);
}

static void answer_blind(struct serve *s, const struct wire_question *q,
			 struct wire_answer *a)
{
	(void)q;
	a->err = tracer_blind(s->tracer, a->blind);
}

static void answer_stop(struct serve *s, const struct wire_question *q,
			struct wire_answer *a)
{
	(void)q;
	(void)a;
	tracer_stop(s->tracer);
}

static void answer_totals(struct serve *s, const struct wire_question *q,
			  struct wire_answer *a)
{
	(void)q;
	a->err = tracer_totals(s->tracer, a->counters, a->blind,
			       &a->open_stranded);
}

static void answer_cost(struct serve *s, const struct wire_question *q,
			struct wire_answer *a)
{
	if (q->on && s->stats < 0)
		s->stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (s->stats < 0)
		a->err = -errno;
	tracer_cost_read(s->tracer, &a->cost);
	if (!q->on && s->stats >= 0) {
		close(s->stats);
		s->stats = -1;
	}
}

static void answer_free(struct serve *s, const struct wire_question *q,
			struct wire_answer *a)
{
	(void)q;
	(void)a;
	tracer_free(s->tracer);
	s->tracer = NULL;
	tracer_items_clear(&s->waiting);
}

static void (*const answers[WIRE_ASK_MAX])(struct serve *s,
					   const struct wire_question *q,
					   struct wire_answer *a) = {
	[WIRE_POLL] = answer_poll,	 [WIRE_CONTENTS] = answer_poll,
	[WIRE_TRUSTED] = answer_trusted, [WIRE_SWEEP] = answer_sweep,
	[WIRE_CALM] = answer_calm,	 [WIRE_BUSY] = answer_busy,
	[WIRE_FOLLOW] = answer_follow,	 [WIRE_FORGET] = answer_forget,
	[WIRE_BLIND] = answer_blind,	 [WIRE_STOP] = answer_stop,
	[WIRE_TOTALS] = answer_totals,	 [WIRE_COST] = answer_cost,
	[WIRE_FREE] = answer_free,
};

/* ---- arm -------------------------------------------------------------- */

static void put_word(char *to, size_t size, const char *word)
{
	snprintf(to, size, "%s", word ? word : "");
}

static void describe(const struct tracer *t, struct wire_hello *hello)
{
	const char *program = NULL, *role;

	put_word(hello->unseen, sizeof(hello->unseen), tracer_unseen(t));
	while (hello->role_count < HOOK_ROLES_MAX &&
	       (role = tracer_role(t, hello->role_count, &program))) {
		put_word(hello->roles[hello->role_count].role,
			 sizeof(hello->roles[0].role), role);
		put_word(hello->roles[hello->role_count].program,
			 sizeof(hello->roles[0].program), program);
		hello->role_count++;
	}
}

/* The reason of a failure goes to stderr, which both share. */
static int arm(struct serve *s, uint32_t dev)
{
	struct tracer_options options = options_of_tracer(s->options, dev);
	struct ksyms *ksyms = NULL;
	int code;

	options.content = on_content;
	code = preflight(s->options->btf, &ksyms);
	if (!code)
		s->tracer = tracer_new(&options, ksyms, on_record, s, &code);
	ksyms_free(ksyms);
	malloc_trim(0);
	return s->tracer ? 0 : code ? code : EXIT_NO_ANSWER;
}

static void say_hello(struct serve *s, uint32_t dev)
{
	struct wire_hello hello = { 0 };

	tracer_free(s->tracer);
	s->tracer = NULL;
	hello.exit_code = arm(s, dev);
	if (s->tracer)
		describe(s->tracer, &hello);
	s->gone = send(s->calls, &hello, sizeof(hello), MSG_NOSIGNAL) < 0;
}

/* ---- serve ------------------------------------------------------------ */

static void on_question(struct serve *s)
{
	struct wire_answer answer = { 0 };
	struct wire_question q;

	if (recv(s->calls, &q, sizeof(q), 0) != sizeof(q)) {
		s->gone = true;
		return;
	}
	if (q.ask == WIRE_ARM) {
		say_hello(s, q.dev);
		return;
	}
	if (s->tracer && q.ask < WIRE_ASK_MAX)
		answers[q.ask](s, &q, &answer);
	else
		answer.err = -ENODEV;
	s->gone = send(s->calls, &answer, sizeof(answer), MSG_NOSIGNAL) < 0;
}

void tracer_serve(int items, int calls, const struct options *options)
{
	struct serve s = {
		.options = options, .items = items, .calls = calls, .stats = -1
	};
	int err = 0;

	STAILQ_INIT(&s.waiting);
	while (!err && !s.gone) {
		bool full = !STAILQ_EMPTY(&s.waiting);
		struct pollfd fds[] = {
			{ .fd = calls, .events = POLLIN },
			{ .fd = s.tracer && !full ? tracer_fd(s.tracer) : -1,
			  .events = POLLIN },
			{ .fd = full ? items : -1, .events = POLLOUT },
		};

		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 &&
		    errno != EINTR)
			break;
		if (fds[0].revents)
			on_question(&s);
		else if (fds[1].revents)
			err = on_ring(&s);
		else
			send_waiting(&s);
	}
	if (err)
		complain("the hooks cannot be read any more: %s",
			 strerror(-err));
	tracer_free(s.tracer);
	tracer_items_clear(&s.waiting);
}
