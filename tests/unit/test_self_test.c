/* SPDX-License-Identifier: GPL-2.0 */
/* What the self-test does to files: to its own, and to no other. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "self_test.h"

static char dir[64], file[96];

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/self-test.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/file", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

static void put(const char *text, mode_t mode)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void holds(const char *text)
{
	char bytes[64] = "";
	int fd = open(file, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof(bytes) - 1), strlen(text));
	assert_string_equal(bytes, text);
	close(fd);
}

static void test_other_filesystem(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(self_test_file(file), -ENOTSUP);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_link(void **state)
{
	(void)state;
	assert_int_equal(symlink("/tmp", file), 0);
	assert_int_equal(self_test_file(file), -ELOOP);
}

static void test_folder(void **state)
{
	(void)state;
	assert_int_equal(self_test_file(dir), -EISDIR);
}

static void test_pipe(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(self_test_file(file), -EEXIST);
}

static void test_has_another_name(void **state)
{
	char other[128];

	(void)state;
	snprintf(other, sizeof(other), "%s/other", dir);
	put("somebody's", 0600);
	assert_int_equal(link(file, other), 0);
	assert_int_equal(self_test_file(file), -EEXIST);
	unlink(other);
	holds("somebody's");
}

static void test_longer_than_ours(void **state)
{
	(void)state;
	put("x", 0600);
	assert_int_equal(truncate(file, 4097), 0);
	assert_int_equal(self_test_file(file), -EEXIST);
}

static void test_no_folder(void **state)
{
	(void)state;
	assert_int_equal(self_test_file("/nowhere/file"), -ENOENT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_other_filesystem), TEST(test_link),
		TEST(test_folder),	     TEST(test_pipe),
		TEST(test_has_another_name), TEST(test_longer_than_ours),
		TEST(test_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
