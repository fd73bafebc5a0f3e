/* SPDX-License-Identifier: GPL-2.0 */
/* When the readers of lost pages are watched, with a tracer made for that. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "follow.h"

static struct {
	int result; /* of the next attempt */
	int asked;  /* to attach */
	bool attached;
	__u64 forgotten; /* all before this */
} fake;

static int fake_follow(struct tracer *tracer, bool on)
{
	(void)tracer;
	fake.asked += on;
	fake.attached = on && !fake.result;
	return on ? fake.result : 0;
}

static int fake_forget(struct tracer *tracer, __u64 ns)
{
	(void)tracer;
	fake.forgotten = ns;
	return 0;
}

static void fake_complain(const char *format, ...)
{
	(void)format;
}

/* The code under test, with the above in place of the kernel. */
#define tracer_follow fake_follow
#define tracer_forget fake_forget
#define complain fake_complain
#define follow_finding tested_finding
#define follow_tick tested_tick
void tested_finding(struct follow *follow, struct tracer *tracer,
		    const struct finding *f, uint64_t now);
void tested_tick(struct follow *follow, struct tracer *tracer, uint64_t now);
#include "../../src/follow.c"

static struct finding of_class(enum finding_class class)
{
	struct finding f = { .class = class };

	memset(&fake, 0, sizeof(fake));
	return f;
}

static void test_only_a_loss(void **state)
{
	struct follow follow = { 0 };
	int class;

	(void)state;
	for (class = 0; class < FINDING_CLASS_MAX; class ++) {
		struct finding f = of_class((enum finding_class) class);

		if (class == FINDING_LOST)
			continue;
		follow_finding(&follow, NULL, &f, 5);
		assert_int_equal(fake.asked, 0);
	}
	follow_tick(&follow, NULL, FOLLOW_NS * 2);
	assert_int_equal(fake.forgotten, 0);
}

static void test_for_a_while(void **state)
{
	struct finding f = of_class(FINDING_LOST);
	struct follow follow = { 0 };

	(void)state;
	follow_finding(&follow, NULL, &f, 5);
	assert_true(fake.attached);
	/* A machine that was just started: nothing is that old. */
	follow_tick(&follow, NULL, 10);
	assert_int_equal(fake.forgotten, 0);
	/* Another loss: no second hook, but more time. */
	follow_finding(&follow, NULL, &f, 100);
	assert_int_equal(fake.asked, 1);
	follow_tick(&follow, NULL, 99 + FOLLOW_NS);
	assert_true(fake.attached);
	assert_int_equal(fake.forgotten, 99);
	follow_tick(&follow, NULL, 100 + FOLLOW_NS);
	assert_false(fake.attached);
	assert_int_equal(fake.forgotten, 100 + FOLLOW_NS);
	follow_finding(&follow, NULL, &f, 200 + FOLLOW_NS);
	assert_true(fake.attached);
	assert_int_equal(fake.asked, 2);
}

static void test_refused(void **state)
{
	struct finding f = of_class(FINDING_LOST);
	struct follow follow = { 0 };

	(void)state;
	fake.result = -ENOENT;
	follow_finding(&follow, NULL, &f, 5);
	follow_finding(&follow, NULL, &f, 6);
	assert_int_equal(fake.asked, 1);
	follow_tick(&follow, NULL, FOLLOW_NS * 2);
	assert_int_equal(fake.forgotten, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_a_loss),
		cmocka_unit_test(test_for_a_while),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
