/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "callsite.h"

#define BASE 0xffffffffc0100000ULL
#define SIZE 256
#define NOP 0x90

struct code {
	unsigned char bytes[SIZE];
	__u64 sites[CALLSITES_MAX];
};

static void made(struct code *c)
{
	memset(c->bytes, NOP, sizeof(c->bytes));
	memset(c->sites, 0, sizeof(c->sites));
}

/* Puts a call of `callee` at offset `at`. */
static void put_call(struct code *c, size_t at, __u64 callee)
{
	__u32 distance = (__u32)(callee - (BASE + at + 5));

	c->bytes[at] = 0xe8;
	for (int i = 0; i < 4; i++)
		c->bytes[at + 1 + i] = (unsigned char)(distance >> 8 * i);
}

static int find(struct code *c, __u64 callee)
{
	return callsites_in(c->bytes, SIZE, BASE, callee, c->sites);
}

static void test_none(void **state)
{
	struct code c;

	(void)state;
	made(&c);
	assert_int_equal(find(&c, BASE + 0x1000), 0);
	put_call(&c, 16, BASE + 0x1001);
	assert_int_equal(find(&c, BASE + 0x1000), 0);
	assert_int_equal(callsites_in(c.bytes, 0, BASE, BASE, c.sites), 0);
	assert_int_equal(callsites_in(c.bytes, 4, BASE, BASE, c.sites), 0);
}

/* The site is where the call returns to, ahead or behind of the callee. */
static void test_one(void **state)
{
	static const __s64 callees[] = {
		0x1000, SIZE, 0, 100, -16, -0x1000, INT32_MAX, INT32_MIN
	};
	struct code c;

	(void)state;
	for (size_t i = 0; i < sizeof(callees) / sizeof(callees[0]); i++) {
		__u64 callee = BASE + 37 + (__u64)callees[i];

		made(&c);
		put_call(&c, 32, callee);
		assert_int_equal(find(&c, callee), 1);
		assert_int_equal(c.sites[0], BASE + 37);
	}
}

static void test_two(void **state)
{
	struct code c;

	(void)state;
	made(&c);
	put_call(&c, 0, BASE);
	put_call(&c, 5, BASE);
	put_call(&c, 10, BASE + 1);
	assert_int_equal(find(&c, BASE), 2);
	assert_int_equal(c.sites[0], BASE + 5);
	assert_int_equal(c.sites[1], BASE + 10);
}

static void test_too_many(void **state)
{
	struct code c;
	size_t i;

	(void)state;
	made(&c);
	for (i = 0; i < CALLSITES_MAX; i++)
		put_call(&c, 8 * i, BASE);
	assert_int_equal(find(&c, BASE), CALLSITES_MAX);
	assert_int_equal(c.sites[CALLSITES_MAX - 1],
			 BASE + 8 * (CALLSITES_MAX - 1) + 5);
	put_call(&c, 8 * i, BASE);
	assert_int_equal(find(&c, BASE), -E2BIG);
}

/* A jump to the callee returns to where no probe can be. */
static void test_tail_call(void **state)
{
	struct code c;

	(void)state;
	made(&c);
	put_call(&c, 0, BASE);
	put_call(&c, 64, BASE);
	c.bytes[64] = 0xe9;
	assert_int_equal(find(&c, BASE), -EOPNOTSUPP);
	put_call(&c, 64, BASE + 1);
	c.bytes[64] = 0xe9;
	assert_int_equal(find(&c, BASE), 1);
}

/* The byte that a call returns to must be there to be probed. */
static void test_end(void **state)
{
	struct code c;

	(void)state;
	made(&c);
	put_call(&c, SIZE - 6, BASE);
	assert_int_equal(find(&c, BASE), 1);
	assert_int_equal(c.sites[0], BASE + SIZE - 1);
	made(&c);
	put_call(&c, SIZE - 5, BASE);
	assert_int_equal(find(&c, BASE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_tail_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
