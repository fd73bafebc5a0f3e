/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "mounts.h"
#include "resolve.h"

#define DEV(major, minor) ((major) << 20 | (minor))

static struct mounts *made_bytes(const char *text, size_t len)
{
	struct mounts *t = NULL;
	FILE *in = fmemopen((void *)(uintptr_t)text, len, "r");

	assert_non_null(in);
	assert_int_equal(mounts_read(in, &t), 0);
	fclose(in);
	assert_non_null(t);
	return t;
}

static struct mounts *made(const char *text)
{
	return made_bytes(text, strlen(text));
}

static void check_find(const struct mounts *t, unsigned int dev,
		       const char *path, const char *want)
{
	const struct mount *m = mounts_find(t, dev, path);

	if (!want) {
		assert_null(m);
		return;
	}
	assert_non_null(m);
	assert_string_equal(m->point, want);
}

static void test_one_line(void **state)
{
	struct mounts *t = made("36 35 0:43 /@home /home rw,noatime shared:1 "
				"master:2 - btrfs /dev/sda1 rw,subvolid=256\n");
	const struct mount *m = mounts_find(t, DEV(0, 43), NULL);

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->major, 0);
	assert_int_equal(m->minor, 43);
	assert_string_equal(m->root, "/@home");
	assert_string_equal(m->point, "/home");
	assert_string_equal(m->fstype, "btrfs");
	check_find(t, DEV(0, 44), NULL, NULL);
	check_find(t, DEV(1, 43), NULL, NULL);
	mounts_free(t);
	mounts_free(NULL);
}

static void test_escapes(void **state)
{
	struct mounts *t =
		made("1 0 0:1 /a\\040b /c\\011\\012\\134d rw - btrfs x rw\n"
		     "2 0 0:2 / /odd\\04\\9\\400\\000\\ rw - btrfs x rw\n");
	const struct mount *m = mounts_find(t, 1, NULL);

	(void)state;
	assert_non_null(m);
	assert_string_equal(m->root, "/a b");
	assert_string_equal(m->point, "/c\t\n\\d");
	check_find(t, 2, NULL, "/odd\\04\\9\\400\\000\\");
	mounts_free(t);
}

static void test_bad_lines(void **state)
{
	static const char text[] =
		"\n"
		"garbage\n"
		"1 0 0:1 / /short rw\n"
		"1 0 0:1 / /nodash rw btrfs x rw\n"
		"1 0 0:1 / /noend rw -\n"
		"1 0 0:1 / /nofstype rw -  x rw\n"
		"1 0 0 / /nodev rw - btrfs x rw\n"
		"1 0 :1 / /nomajor rw - btrfs x rw\n"
		"1 0 0: / /nominor rw - btrfs x rw\n"
		"1 0 -0:1 / /sign rw - btrfs x rw\n"
		"1 0 0:1x / /tail rw - btrfs x rw\n"
		"1 0 4096:1 / /bigmajor rw - btrfs x rw\n"
		"1 0 0:1048576 / /bigminor rw - btrfs x rw\n"
		"1 0 99999999999999999999:1 / /huge rw - btrfs x rw\n"
		"1 0 0:1 root /relroot rw - btrfs x rw\n"
		"1 0 0:1 / relpoint rw - btrfs x rw\n"
		"1 0 4095:1048575 / /good rw - btrfs x rw\n"
		"1 0 0:7 / /last rw - btrfs";
	struct mounts *t = made(text);

	(void)state;
	check_find(t, DEV(0, 1), NULL, NULL);
	check_find(t, 0, NULL, NULL);
	check_find(t, DEV(4095U, 1048575U), NULL, "/good");
	check_find(t, 7, NULL, "/last");
	mounts_free(t);
}

static void test_long_line(void **state)
{
	static const char good[] = "\n1 0 0:2 / /good rw - btrfs x rw\n";
	static const char head[] = "1 0 0:1 / /long";
	size_t len = 300000;
	char *text = malloc(len + sizeof(good));
	struct mounts *t;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', len);
	memcpy(text, head, strlen(head));
	memcpy(text + len, good, sizeof(good));
	memcpy(text + len - 12, " - btrfs x x", 12);
	t = made(text);
	check_find(t, 1, NULL, NULL);
	check_find(t, 2, NULL, "/good");
	mounts_free(t);
	free(text);
}

/* No bytes make it fall over; a sanitizer watches. */
static void test_any_bytes(void **state)
{
	char text[512];
	unsigned int seed = 1;
	int round;
	size_t i;

	(void)state;
	for (round = 0; round < 2000; round++) {
		for (i = 0; i < sizeof(text); i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = "0123: /\\-\n\0a"[(seed >> 16) % 12];
		}
		mounts_free(made_bytes(text, sizeof(text)));
	}
}

static void test_find_longest(void **state)
{
	struct mounts *t = made("1 0 0:43 / /top rw - btrfs x rw\n"
				"2 0 0:43 /@ / rw - btrfs x rw\n"
				"3 0 0:43 /@/var/log /logs rw - btrfs x rw\n"
				"4 0 0:43 /@/var/log /logs2 rw - btrfs x rw\n"
				"5 0 0:44 /@/var /other rw - btrfs x rw\n"
				"6 0 0:45 /@ /only rw - btrfs x rw\n");

	(void)state;
	check_find(t, 43, "/@/var/log/x", "/logs");
	check_find(t, 43, "/@/var/log", "/logs");
	check_find(t, 43, "/@/var/logs/x", "/");
	check_find(t, 43, "/@/var/lo", "/");
	check_find(t, 43, "/@home/x", "/top");
	check_find(t, 45, "/@/x", "/only");
	check_find(t, 45, "/@home/x", NULL);
	mounts_prefer(t, "/top");
	check_find(t, 43, "/@/var/log/x", "/top");
	mounts_prefer(t, "/logs2");
	check_find(t, 43, "/@/var/log/x", "/logs2");
	check_find(t, 43, "/@/etc", "/");
	mounts_prefer(t, NULL);
	check_find(t, 43, "/@/var/log/x", "/logs");
	mounts_free(t);
}

static void test_hidden(void **state)
{
	struct mounts *t = made("1 0 0:43 / /mnt rw - btrfs x rw\n"
				"2 0 0:43 /@ /mnt2 rw - btrfs x rw\n"
				"3 0 0:50 / /mnt2 rw - tmpfs x rw\n");

	(void)state;
	check_find(t, 43, "/@/a", "/mnt");
	mounts_free(t);
}

static void test_of_type(void **state)
{
	struct mounts *t = made("1 0 0:1 / /cg rw - cgroup2 none rw\n"
				"2 0 0:1 /a /there rw - cgroup2 none rw\n"
				"3 0 0:2 / /there rw - tmpfs none rw\n");

	(void)state;
	assert_string_equal(mounts_of_type(t, "cgroup2")->point, "/cg");
	assert_string_equal(mounts_of_type(t, "tmpfs")->point, "/there");
	assert_null(mounts_of_type(t, "cgroup"));
	mounts_free(t);
}

static void test_below(void **state)
{
	(void)state;
	assert_string_equal(mounts_below("/", "/a/b"), "a/b");
	assert_string_equal(mounts_below("/a", "/a/b"), "b");
	assert_string_equal(mounts_below("/a/b", "/a/b"), "");
	assert_string_equal(mounts_below("/", "/"), "");
	assert_null(mounts_below("/a", "/ab"));
	assert_null(mounts_below("/a/b", "/a"));
}

static void test_of_point(void **state)
{
	char dir[] = "/tmp/dirtywatch-mounts-XXXXXX";
	char text[512], path[128], link[128];
	struct mounts *t;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(text, sizeof(text),
		 "1 0 0:1 / / rw - ext4 x rw\n"
		 "2 0 0:2 / %s rw - btrfs x rw\n"
		 "3 0 0:3 / %s rw - btrfs x rw\n"
		 "4 0 0:4 / %s-not rw - btrfs x rw\n",
		 dir, dir, dir);
	snprintf(path, sizeof(path), "%s/../%s", dir, strrchr(dir, '/') + 1);
	snprintf(link, sizeof(link), "%s-link", dir);
	t = made(text);
	assert_int_equal(mounts_of_point(t, "/usr")->minor, 1);
	assert_int_equal(mounts_of_point(t, dir)->minor, 3);
	assert_int_equal(mounts_of_point(t, path)->minor, 3);
	assert_int_equal(symlink(dir, link), 0);
	assert_int_equal(mounts_of_point(t, link)->minor, 3);
	assert_int_equal(unlink(link), 0);
	assert_null(mounts_of_point(t, link));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(rmdir(dir), 0);
	mounts_free(t);
}

/* The host's own table: a root, and what resolving does without a btrfs. */
static void test_this_system(void **state)
{
	struct finding before, f = { .dev = 0xffffffff, .ino = 257 };
	struct resolver *r;
	struct mounts *t;
	FILE *in = fopen("/proc/self/mountinfo", "re");

	(void)state;
	assert_non_null(in);
	assert_int_equal(mounts_read(in, &t), 0);
	fclose(in);
	assert_non_null(mounts_of_point(t, "/"));
	mounts_free(t);
	snprintf(f.path, sizeof(f.path), "/no/such");
	f.path_known = f.path_in_fs = true;
	before = f;
	assert_int_equal(resolver_new("/mnt", &r), 0);
	assert_int_equal(resolve_finding(r, &f), 0);
	assert_memory_equal(&f, &before, sizeof(f));
	resolver_free(r);
	resolver_free(NULL);
}

static void check_holding(const struct mounts *t, unsigned int dev,
			  const char *path, const char *want)
{
	const struct mount *m = mounts_holding(t, dev, path);

	if (!want) {
		assert_null(m);
		return;
	}
	assert_non_null(m);
	assert_string_equal(m->root, want);
}

/* By the words of a path: the deepest mount of that device, and not hidden. */
static void test_holding(void **state)
{
	struct mounts *t = made("1 0 0:43 /@ / rw - btrfs /dev/a rw\n"
				"2 1 0:43 /@home /home rw - btrfs /dev/a rw\n"
				"3 1 0:44 /x /home/x rw - btrfs /dev/b rw\n"
				"4 1 0:43 /@old /mnt rw - btrfs /dev/a rw\n"
				"5 1 0:43 /@new /mnt rw - btrfs /dev/a rw\n");

	(void)state;
	check_holding(t, DEV(0, 43), "/etc/a", "/@");
	check_holding(t, DEV(0, 43), "/home/a", "/@home");
	check_holding(t, DEV(0, 43), "/homes/a", "/@");
	check_holding(t, DEV(0, 44), "/home/x/a", "/x");
	check_holding(t, DEV(0, 44), "/home/a", NULL);
	check_holding(t, DEV(0, 43), "/mnt/a", "/@new");
	mounts_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_holding),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_find_longest),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_of_type),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_of_point),
		cmocka_unit_test(test_this_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
