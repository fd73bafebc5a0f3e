/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel tells of a map's, a program's and a process's memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "footprint.h"
#include "ksyms_fixture.h"

static uint64_t by(uint64_t (*fn)(FILE *), const char *text)
{
	FILE *f = made_file(text);
	uint64_t bytes = fn(f);

	fclose(f);
	return bytes;
}

static void test_fdinfo(void **state)
{
	(void)state;
	assert_int_equal(by(footprint_fdinfo,
			    "pos:\t0\nmap_type:\t1\nmax_entries:\t16384\n"
			    "memlock:\t3670016\nmap_id:\t7\n"),
			 3670016);
	assert_int_equal(by(footprint_fdinfo,
			    "prog_type:\t26\nprog_jited:\t1\nmemlock:\t8192\n"),
			 8192);
	/* A ring, as kernels before 6.4 tell of it, and as later ones do. */
	assert_int_equal(by(footprint_fdinfo,
			    "map_type:\t27\nmax_entries:\t1048576\n"
			    "memlock:\t0\n"),
			 1048576);
	assert_int_equal(by(footprint_fdinfo,
			    "map_type:\t27\nmax_entries:\t1048576\n"
			    "memlock:\t1053056\n"),
			 1053056);
	/* Task storage takes nothing until it is used. */
	assert_int_equal(by(footprint_fdinfo,
			    "map_type:\t29\nmax_entries:\t0\nmemlock:\t0\n"),
			 0);
	assert_int_equal(by(footprint_fdinfo, "flags:\t02\n"), 0);
}

static void test_status(void **state)
{
	(void)state;
	assert_int_equal(by(footprint_status,
			    "Name:\tx\nVmHWM:\t   19704 kB\n"
			    "VmRSS:\t   10920 kB\nRssAnon:\t 6308 kB\n"),
			 10920 * 1024);
	assert_int_equal(by(footprint_status, "Name:\tkthread\n"), 0);
}

static void test_here(void **state)
{
	(void)state;
	assert_true(footprint_process() > 64 * 1024);
	assert_int_equal(footprint_kernel(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fdinfo),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
