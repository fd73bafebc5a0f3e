/* SPDX-License-Identifier: GPL-2.0 */
/* A tracer in another process, which is a thread here, and says what it is told
 * to. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "log.h"
#include "tracer_remote.h"
#include "tracer_wire.h"

#define TOLD_MAX 4096

/* The other process. */
struct other {
	int items, calls;
	struct wire_hello hello;
	struct wire_answer answer; /* to whatever is asked, but for `yes` */
	int polls;		   /* that have more behind them */
	void (*on_ask)(struct other *o, const struct wire_question *q);
	unsigned int asked[WIRE_ASK_MAX];
	struct wire_question last;
	bool silent; /* it ends at the first question */
};

struct fixture {
	struct tracer_child child;
	struct other other;
	pthread_t thread;
	struct tracer *tracer;
	char told[TOLD_MAX]; /* "r1 c2 ": kind and first byte of each */
	int refuse;	     /* what the function for records returns */
	int code;
};

static void tell(struct fixture *f, char kind, const void *data, size_t size)
{
	size_t len = strlen(f->told);

	snprintf(f->told + len, sizeof(f->told) - len, "%c%d ", kind,
		 size ? *(const unsigned char *)data : -1);
}

static int on_record(void *arg, const void *data, size_t size)
{
	struct fixture *f = arg;

	tell(f, 'r', data, size);
	return f->refuse;
}

static int on_content(void *arg, const void *data, size_t size)
{
	tell(arg, 'c', data, size);
	return 0;
}

static void put(const struct other *o, uint32_t kind, unsigned char byte)
{
	unsigned char item[sizeof(kind) + 1];

	memcpy(item, &kind, sizeof(kind));
	item[sizeof(kind)] = byte;
	assert_int_equal(send(o->items, item, sizeof(item), 0), sizeof(item));
}

static void *be_other(void *arg)
{
	struct other *o = arg;
	struct wire_question q;

	while (recv(o->calls, &q, sizeof(q), 0) == sizeof(q)) {
		if (o->silent)
			break;
		o->last = q;
		o->asked[q.ask]++;
		if (q.ask == WIRE_ARM) {
			send(o->calls, &o->hello, sizeof(o->hello), 0);
			continue;
		}
		if (o->on_ask)
			o->on_ask(o, &q);
		send(o->calls, &o->answer, sizeof(o->answer), 0);
	}
	close(o->calls);
	return NULL;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int items[2], calls[2];

	*state = f;
	if (!f || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, items) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, calls))
		return -1;
	f->child.items = items[0];
	f->child.calls = calls[0];
	f->other.items = items[1];
	f->other.calls = calls[1];
	return pthread_create(&f->thread, NULL, be_other, &f->other);
}

static void arm(struct fixture *f)
{
	f->tracer = tracer_remote_new(&f->child, 7, on_record, on_content, f,
				      &f->code);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tracer_free(f->tracer);
	close(f->child.calls);
	pthread_join(f->thread, NULL);
	close(f->child.items);
	close(f->other.items);
	free(f);
	return 0;
}

static void test_armed(void **state)
{
	struct fixture *f = *state;
	const char *program = "";

	f->other.hello.role_count = 2;
	strcpy(f->other.hello.roles[0].role, "drop");
	strcpy(f->other.hello.roles[0].program, "drop_raw");
	strcpy(f->other.hello.roles[1].role, "clean");
	strcpy(f->other.hello.unseen, "much");
	arm(f);
	assert_non_null(f->tracer);
	assert_int_equal(f->other.last.dev, 7);
	assert_string_equal(tracer_role(f->tracer, 0, &program), "drop");
	assert_string_equal(program, "drop_raw");
	assert_string_equal(tracer_role(f->tracer, 1, &program), "clean");
	assert_null(program);
	assert_null(tracer_role(f->tracer, 2, &program));
	assert_string_equal(tracer_unseen(f->tracer), "much");
}

/* Words without an end, and more of them than there are. */
static void test_hello_of_noise(void **state)
{
	struct fixture *f = *state;
	const char *program, *role = "";
	unsigned int n = 0;

	memset(&f->other.hello, 'x', sizeof(f->other.hello));
	f->other.hello.exit_code = 0;
	arm(f);
	assert_non_null(f->tracer);
	while ((role = tracer_role(f->tracer, n, &program))) {
		assert_true(strlen(role) <
			    sizeof(f->other.hello.roles[0].role));
		n++;
	}
	assert_int_equal(n, HOOK_ROLES_MAX);
	assert_int_equal(strlen(tracer_unseen(f->tracer)), WIRE_WORDS - 1);
}

static void test_not_armed(void **state)
{
	struct fixture *f = *state;

	f->other.hello.exit_code = EXIT_NO_PERMISSION;
	arm(f);
	assert_null(f->tracer);
	assert_int_equal(f->code, EXIT_NO_PERMISSION);
}

static void test_gone_at_once(void **state)
{
	struct fixture *f = *state;
	FILE *null = fopen("/dev/null", "w");

	f->other.silent = true;
	log_divert(null);
	arm(f);
	log_divert(NULL);
	fclose(null);
	assert_null(f->tracer);
	assert_int_equal(f->code, EXIT_NO_ANSWER);
}

static void test_items_in_order(void **state)
{
	struct fixture *f = *state;

	arm(f);
	put(&f->other, WIRE_CONTENT, 1);
	put(&f->other, WIRE_RECORD, 2);
	put(&f->other, WIRE_STIR, 3);
	put(&f->other, WIRE_RECORD, 4);
	assert_int_equal(tracer_poll(f->tracer), 0);
	assert_string_equal(f->told, "c1 r2 r4 ");
	assert_int_equal(tracer_poll(f->tracer), 0);
	assert_string_equal(f->told, "c1 r2 r4 ");
	/* Nobody was asked for that. */
	assert_int_equal(f->other.asked[WIRE_POLL], 0);
}

/* Who wants contents gets them before the records in front of them. */
static void test_contents_first(void **state)
{
	struct fixture *f = *state;

	arm(f);
	put(&f->other, WIRE_RECORD, 1);
	put(&f->other, WIRE_CONTENT, 2);
	put(&f->other, WIRE_RECORD, 3);
	assert_int_equal(tracer_contents(f->tracer), 0);
	assert_string_equal(f->told, "c2 ");
	put(&f->other, WIRE_RECORD, 4);
	assert_int_equal(tracer_poll(f->tracer), 0);
	assert_string_equal(f->told, "c2 r1 r3 r4 ");
}

static void test_refused_record(void **state)
{
	struct fixture *f = *state;

	arm(f);
	f->refuse = -EPIPE;
	put(&f->other, WIRE_RECORD, 1);
	put(&f->other, WIRE_RECORD, 2);
	assert_int_equal(tracer_poll(f->tracer), -EPIPE);
	assert_string_equal(f->told, "r1 ");
}

static void more(struct other *o, const struct wire_question *q)
{
	o->answer.yes = 0;
	if (q->ask != WIRE_POLL || !o->polls)
		return;
	put(o, WIRE_RECORD, (unsigned char)o->polls--);
	o->answer.yes = o->polls > 0;
}

/* In the end it is asked until there is nothing more. */
static void test_all_in_the_end(void **state)
{
	struct fixture *f = *state;

	arm(f);
	f->other.on_ask = more;
	f->other.polls = 3;
	tracer_stop(f->tracer);
	assert_int_equal(f->other.asked[WIRE_STOP], 1);
	assert_int_equal(tracer_poll(f->tracer), 0);
	assert_string_equal(f->told, "r3 r2 r1 ");
}

static void test_answers(void **state)
{
	struct fixture *f = *state;
	uint64_t counters[COUNT_MAX], open = 0;
	struct blind_span blind[BLIND_MAX];
	struct tracer_cost cost;

	arm(f);
	f->other.answer.counters[COUNT_lost] = 5;
	f->other.answer.blind[BLIND_gap].count = 6;
	f->other.answer.open_stranded = 7;
	f->other.answer.cost.run_ns = 8;
	assert_int_equal(tracer_totals(f->tracer, counters, blind, &open), 0);
	assert_int_equal(counters[COUNT_lost], 5);
	assert_int_equal(blind[BLIND_gap].count, 6);
	assert_int_equal(open, 7);
	assert_int_equal(tracer_remote_cost(f->tracer, true, &cost), 0);
	assert_int_equal(f->other.last.on, 1);
	assert_int_equal(cost.run_ns, 8);
	f->other.answer.err = -ENOENT;
	assert_int_equal(tracer_follow(f->tracer, true), -ENOENT);
	assert_int_equal(tracer_forget(f->tracer, 9), -ENOENT);
	assert_int_equal(f->other.last.ns, 9);
	assert_int_equal(tracer_sweep(f->tracer), -ENOENT);
}

/* Who cannot be asked is looked at often, and trusted in nothing. */
static void test_gone(void **state)
{
	static const struct content content;
	struct fixture *f = *state;
	struct blind_span blind[BLIND_MAX];

	arm(f);
	f->other.silent = true;
	assert_true(tracer_sweep(f->tracer) < 0);
	assert_true(tracer_busy(f->tracer));
	assert_false(tracer_trusts(f->tracer, &content));
	assert_true(tracer_blind(f->tracer, blind) < 0);
}

static void test_end_of_items(void **state)
{
	struct fixture *f = *state;
	unsigned char none = 0;

	arm(f);
	/* Shorter than a kind. */
	assert_int_equal(send(f->other.items, &none, 1, 0), 1);
	assert_int_equal(tracer_poll(f->tracer), -EPIPE);
	shutdown(f->other.items, SHUT_WR);
	assert_int_equal(tracer_poll(f->tracer), -EPIPE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_armed),	   TEST(test_hello_of_noise),
		TEST(test_not_armed),	   TEST(test_gone_at_once),
		TEST(test_items_in_order), TEST(test_contents_first),
		TEST(test_refused_record), TEST(test_all_in_the_end),
		TEST(test_answers),	   TEST(test_gone),
		TEST(test_end_of_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
