/* SPDX-License-Identifier: GPL-2.0 */
/* Usage errors end the process: tests/cli has those. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "options.h"
#include "provoke_options.h"

#define ARGS(...) ((const char *[]){ "verb", __VA_ARGS__, NULL })

static int count(const char *const args[])
{
	int n = 0;

	while (args[n])
		n++;
	return n;
}

/* The parser may permute the arguments, not change them. */
static struct options watch(const char **args)
{
	struct options o = OPTIONS_DEFAULT;

	assert_int_equal(
		options_parse(count(args), (char **)(uintptr_t)args, &o), 0);
	return o;
}

static void check_options(struct options got, struct options want)
{
	assert_int_equal(!got.mount, !want.mount);
	if (want.mount)
		assert_string_equal(got.mount, want.mount);
	assert_int_equal(got.pid, want.pid);
	assert_true(got.duration == want.duration);
	assert_int_equal(got.ring_kib, want.ring_kib);
	assert_int_equal(got.verbose, want.verbose);
	assert_int_equal(got.json, want.json);
	assert_int_equal(got.no_module_btf, want.no_module_btf);
	assert_int_equal(got.windows, want.windows);
	assert_int_equal(got.limit, want.limit);
	assert_string_equal(got.run_dir, want.run_dir);
}

#define WATCH(want, ...)                                                       \
	do {                                                                   \
		struct options wanted = OPTIONS_DEFAULT;                       \
                                                                               \
		want;                                                          \
		check_options(watch(ARGS(__VA_ARGS__)), wanted);               \
	} while (0)

static void test_watch(void **state)
{
	(void)state;
	WATCH(wanted.ring_kib = 1024, NULL);
	WATCH(wanted.mount = "/mnt", "-m", "/mnt");
	WATCH(wanted.mount = "/a b", "--mount=/a b");
	WATCH(wanted.pid = 4711, "-p", "4711");
	WATCH(wanted.pid = 2147483647, "--pid=2147483647");
	WATCH(wanted.duration = 1.5, "-d", "1.5");
	WATCH(wanted.duration = 60, "--duration=60");
	WATCH(wanted.ring_kib = 4, "--ring-size=4");
	WATCH(wanted.ring_kib = 1048576, "--ring-size=1048576");
	WATCH(wanted.json = true, "--json");
	WATCH(wanted.json = true, "-j");
	WATCH(wanted.verbose = 2, "-vv");
	WATCH(wanted.verbose = 2, "-v", "--verbose");
	WATCH(wanted.no_module_btf = true, "--no-module-btf");
	WATCH(wanted.windows = 1, "--windows=1");
	WATCH(wanted.limit = 1000, NULL);
	WATCH(wanted.limit = 0, "--limit=0");
	WATCH(wanted.limit = 1000000, "--limit", "1000000");
	WATCH(wanted.run_dir = "/tmp/x", "--run-dir=/tmp/x");
	WATCH(wanted.run_dir = "", "--run-dir=");
}

static struct provoke_options provoke(const char **args)
{
	struct provoke_options o;

	assert_int_equal(provoke_options_parse(&o, count(args),
					       (char **)(uintptr_t)args),
			 0);
	return o;
}

static void check_provoke(struct provoke_options got,
			  struct provoke_options want)
{
	assert_string_equal(got.dir, "dir");
	assert_int_equal(!got.truth, !want.truth);
	if (want.truth)
		assert_string_equal(got.truth, want.truth);
	assert_int_equal(got.want, want.want);
	assert_int_equal(got.way, want.way);
	assert_int_equal(got.count, want.count);
	assert_int_equal(got.seed, want.seed);
	assert_int_equal(got.tries, want.tries);
	assert_int_equal(got.then_drop, want.then_drop);
	assert_int_equal(got.test_machine, want.test_machine);
	assert_int_equal(got.keep, want.keep);
	assert_int_equal(got.verbose, want.verbose);
}

#define PROVOKE(change, ...)                                                   \
	do {                                                                   \
		struct provoke_options wanted = { .want = PROVOKE_LOST,        \
						  .way = PROVOKE_FADVISE,      \
						  .count = 20,                 \
						  .seed = 7,                   \
						  .tries = 3 };                \
                                                                               \
		change;                                                        \
		check_provoke(provoke(ARGS("dir", "--seed=7", __VA_ARGS__)),   \
			      wanted);                                         \
	} while (0)

static void test_provoke(void **state)
{
	(void)state;
	PROVOKE(wanted.seed = 7, NULL);
	PROVOKE(wanted.want = PROVOKE_NONE, "--outcome=none");
	PROVOKE(wanted.want = PROVOKE_NEAR_MISS, "--outcome", "near-miss");
	PROVOKE(wanted.want = PROVOKE_SUPERSEDED, "--outcome=superseded");
	PROVOKE(wanted.want = PROVOKE_LOST, "--outcome=lost");
	PROVOKE(wanted.want = PROVOKE_STRANDED, "--outcome=stranded");
	PROVOKE((wanted.want = PROVOKE_STRANDED, wanted.then_drop = true),
		"--outcome=stranded", "--then-drop");
	PROVOKE(wanted.count = 1, "-n", "1");
	PROVOKE(wanted.count = 1000000, "--count=1000000");
	PROVOKE(wanted.seed = UINT64_MAX, "--seed=18446744073709551615");
	PROVOKE((wanted.way = PROVOKE_CACHES, wanted.test_machine = true),
		"--drop=caches", "--i-know-this-is-a-test-machine");
	PROVOKE(wanted.way = PROVOKE_FADVISE, "--drop=fadvise");
	PROVOKE(wanted.truth = "file", "--truth=file");
	PROVOKE(wanted.tries = 100, "--tries=100");
	PROVOKE(wanted.keep = true, "--keep");
	PROVOKE(wanted.verbose = true, "-v");
}

/* Nobody wants the same trials each time without asking for it. */
static void test_random_seed(void **state)
{
	uint64_t first = provoke(ARGS("dir")).seed;

	(void)state;
	for (int i = 0; i < 8; i++)
		if (provoke(ARGS("dir")).seed != first)
			return;
	fail_msg("nine seeds are all %llu", (unsigned long long)first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_provoke),
		cmocka_unit_test(test_random_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
