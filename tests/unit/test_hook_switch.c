/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "hook_switch.h"

static void set(const char *path, char to)
{
	FILE *f = fopen(path, "r+e");

	assert_non_null(f);
	assert_int_equal(putc(to, f), to);
	assert_int_equal(fclose(f), 0);
}

static void test_touched(void **state)
{
	char path[] = "/tmp/dirtywatch-switch-XXXXXX";
	int fd = mkstemp(path);
	struct hook_switch s;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "1\n", 2), 2);
	close(fd);
	hook_switch_open(&s, path);
	assert_false(hook_switch_touched(&s));
	set(path, '0');
	assert_true(hook_switch_touched(&s));
	assert_true(hook_switch_touched(&s));
	set(path, '1');
	assert_true(hook_switch_touched(&s));
	assert_false(hook_switch_touched(&s));
	set(path, '0');
	set(path, '1');
	assert_true(hook_switch_touched(&s));
	assert_false(hook_switch_touched(&s));
	hook_switch_close(&s);
	set(path, '0');
	assert_true(hook_switch_touched(&s));
	assert_int_equal(unlink(path), 0);
}

static void test_absent(void **state)
{
	struct hook_switch s;

	(void)state;
	hook_switch_open(&s, "/nonexistent/switch");
	assert_false(hook_switch_touched(&s));
	hook_switch_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_touched),
		cmocka_unit_test(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
