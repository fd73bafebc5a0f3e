/* SPDX-License-Identifier: GPL-2.0 */
/* Who uses a file, by tables of a /proc that is made up. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "heal_refuse.h"

#define DIRECT "0140002"
#define BUFFERED "0100002"

struct fixture {
	char path[64];
	int proc;
	struct heal_file file; /* the file `file` in there */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char command[512];
	struct stat st;

	assert_non_null(f);
	snprintf(f->path, sizeof(f->path), "/tmp/refuse-test-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	snprintf(
		command, sizeof(command),
		"cd %s && echo x >file && echo y >other && mkdir -p 1/fd 1/fdinfo 22/fd 22/fdinfo 333 self/fdinfo",
		f->path);
	assert_int_equal(system(command), 0);
	f->proc = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fstatat(f->proc, "file", &st, 0), 0);
	f->file.dev = st.st_dev;
	f->file.ino = st.st_ino;
	f->file.sb_dev = 0x2b;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	close(f->proc);
	snprintf(command, sizeof(command), "rm -rf %s", f->path);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* Descriptor `fd` of process `pid`: of which file, and how it is open. */
static void opened(const struct fixture *f, const char *pid, int fd,
		   const char *name, const char *flags, uint64_t ino)
{
	char path[256], target[128];
	FILE *info;

	snprintf(path, sizeof(path), "%s/%s/fdinfo/%d", f->path, pid, fd);
	info = fopen(path, "we");
	assert_non_null(info);
	fprintf(info, "pos:\t0\nflags:\t%s\nmnt_id:\t29\n", flags);
	if (ino)
		fprintf(info, "ino:\t%llu\n", (unsigned long long)ino);
	fclose(info);
	snprintf(path, sizeof(path), "%s/%s/fd/%d", f->path, pid, fd);
	snprintf(target, sizeof(target), "%s/%s", f->path, name);
	assert_int_equal(symlink(target, path), 0);
}

static void test_direct_io(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(heal_refuse_direct_io(f->proc, &f->file), HEAL_healed);
	opened(f, "1", 3, "file", BUFFERED, f->file.ino);
	/* The same number, and another file. */
	opened(f, "1", 4, "other", DIRECT, f->file.ino);
	/* Another number: the link is not followed. */
	opened(f, "22", 3, "file", DIRECT, f->file.ino + 1);
	/* It is gone by now. */
	opened(f, "22", 4, "nothing", DIRECT, f->file.ino);
	assert_int_equal(heal_refuse_direct_io(f->proc, &f->file), HEAL_healed);
	opened(f, "22", 17, "file", DIRECT, f->file.ino);
	assert_int_equal(heal_refuse_direct_io(f->proc, &f->file),
			 HEAL_direct_io);
}

/* Kernels before 5.14 do not tell the inode. */
static void test_direct_io_of_old(void **state)
{
	const struct fixture *f = *state;

	opened(f, "1", 3, "other", DIRECT, 0);
	assert_int_equal(heal_refuse_direct_io(f->proc, &f->file), HEAL_healed);
	opened(f, "22", 3, "file", DIRECT, 0);
	assert_int_equal(heal_refuse_direct_io(f->proc, &f->file),
			 HEAL_direct_io);
}

/* What cannot be looked into may hide anything. */
static void test_unsure(void **state)
{
	const struct fixture *f = *state;
	char path[128];

	assert_int_equal(heal_refuse_direct_io(-1, &f->file), HEAL_unsure);
	assert_int_equal(heal_refuse_leased(NULL, &f->file), HEAL_unsure);
	assert_int_equal(heal_refuse_swapfile(NULL, &f->file), HEAL_unsure);
	snprintf(path, sizeof(path), "%s/333/fdinfo", f->path);
	assert_int_equal(symlink("fdinfo", path), 0); /* ELOOP */
	assert_int_equal(heal_refuse_direct_io(f->proc, &f->file), HEAL_unsure);
}

static FILE *table(const char *text)
{
	FILE *t = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(t);
	return t;
}

static enum heal leased(const struct heal_file *file, const char *text)
{
	FILE *locks = table(text);
	enum heal heal = heal_refuse_leased(locks, file);

	fclose(locks);
	return heal;
}

static void test_leases(void **state)
{
	const struct heal_file file = { .sb_dev = 0x2b, .ino = 257 };

	(void)state;
	assert_int_equal(
		leased(&file,
		       "1: LEASE  ACTIVE    READ  310 00:2b:257 0 EOF\n"),
		HEAL_leased);
	assert_int_equal(
		leased(&file, "9: POSIX  ADVISORY  WRITE 1 00:2b:257 0 EOF\n"
			      "10: FLOCK  ADVISORY  WRITE 1 00:2b:257 0 EOF\n"
			      "11: LEASE  ACTIVE    READ  1 00:2c:257 0 EOF\n"
			      "12: LEASE  ACTIVE    READ  1 00:2b:2570 0 EOF\n"
			      "12: LEASE\n\n12: LEASE  ACTIVE\n"),
		HEAL_healed);
	assert_int_equal(
		leased(&file,
		       "1: POSIX  ADVISORY  WRITE 1 00:2b:3 0 EOF\n"
		       "1: -> POSIX  ADVISORY  WRITE 2 00:2b:3 0 EOF\n"
		       "2: LEASE  BREAKING  UNLCK 310 00:2b:257 0 EOF\n"),
		HEAL_leased);
	assert_int_equal(
		leased(&file,
		       "1: DELEG  ACTIVE    WRITE 310 00:2b:257 0 EOF\n"),
		HEAL_leased);
}

static enum heal swaps(const struct heal_file *file, const char *text)
{
	FILE *t = table(text);
	enum heal heal = heal_refuse_swapfile(t, file);

	fclose(t);
	return heal;
}

#define SWAPS "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

static void test_swapfiles(void **state)
{
	const struct fixture *f = *state;
	char text[512], path[128];

	assert_int_equal(swaps(&f->file, SWAPS), HEAL_healed);
	snprintf(text, sizeof(text),
		 SWAPS "/dev/zero partition 1 0 -2\n%s/other file 1 0 -3\n"
		       "%s/gone\\040(deleted) file 1 0 -3\n",
		 f->path, f->path);
	assert_int_equal(swaps(&f->file, text), HEAL_healed);
	snprintf(path, sizeof(path), "%s/a b", f->path);
	assert_int_equal(linkat(f->proc, "file", f->proc, "a b", 0), 0);
	snprintf(text, sizeof(text), SWAPS "%s/a\\040b file 1 0 -2\n", f->path);
	assert_int_equal(swaps(&f->file, text), HEAL_swapfile);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_direct_io),
		TEST(test_direct_io_of_old),
		TEST(test_unsure),
		TEST(test_swapfiles),
		cmocka_unit_test(test_leases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
