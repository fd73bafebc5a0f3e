/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "process.h"

#define INITIAL "pid:[4026531836]"
#define STATUS "Name:\tTgid:\t9\nTgid:\t4711\nPid:\t4712\n"

static int check(unsigned int pid, const char *namespace, const char *text)
{
	FILE *status = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int code = process_check_files(pid, namespace, status);

	fclose(status);
	return code;
}

static void test_process(void **state)
{
	(void)state;
	assert_int_equal(check(4711, INITIAL, STATUS), 0);
	assert_int_equal(check(4712, INITIAL, STATUS), 2);
	assert_int_equal(check(9, INITIAL, STATUS), 2);
	assert_int_equal(check(4711, INITIAL, "Pid:\t4711\n"), 2);
	assert_int_equal(process_check_files(4711, INITIAL, NULL), 2);
	assert_int_equal(check(4711, "pid:[4026532000]", STATUS), 2);
	assert_int_equal(check(4711, "", STATUS), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
