/* SPDX-License-Identifier: GPL-2.0 */
/* A page of a file is dirtied, or it is not: on files of a tmpfs. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "heal_page.h"

#define PAGE 3
#define FROM (PAGE * 4096ULL)
#define PAGES 5

struct fixture {
	char path[64]; /* of the folder */
	int dir;
	int proc;
	int fd; /* of the file */
	struct heal_request q;
};

/* A /proc with no process but this one: others may not be ours to look at. */
static int made_proc(const struct fixture *f)
{
	assert_int_equal(mkdirat(f->dir, "proc", 0700), 0);
	assert_int_equal(symlinkat("/proc/locks", f->dir, "proc/locks"), 0);
	assert_int_equal(symlinkat("/proc/swaps", f->dir, "proc/swaps"), 0);
	assert_int_equal(symlinkat("/proc/self", f->dir, "proc/1"), 0);
	return openat(f->dir, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	unsigned char page[CONTENT_LEN];
	struct stat st;

	assert_non_null(f);
	snprintf(f->path, sizeof(f->path), "/dev/shm/heal-test-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->dir = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f->proc = made_proc(f);
	f->fd = openat(f->dir, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0700);
	for (unsigned int i = 0; i < sizeof(page); i++)
		page[i] = (unsigned char)(i * 7);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(write(f->fd, page, sizeof(page)),
				 sizeof(page));
	assert_int_equal(fstat(f->fd, &st), 0);
	f->q.ino = st.st_ino;
	f->q.page = PAGE;
	f->q.sb_dev = major(st.st_dev) << 20 | minor(st.st_dev);
	f->q.bound[0].from = FROM + 100;
	f->q.bound[0].to = FROM + 4000;
	strcpy(f->q.name, "file");
	memcpy(f->q.bytes, page, sizeof(page));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	close(f->fd);
	close(f->proc);
	close(f->dir);
	snprintf(command, sizeof(command), "rm -rf %s", f->path);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static enum heal try(const struct fixture *f)
{
	return heal_page(f->proc, f->dir, &f->q);
}

/* Is every byte of the page what it was? */
static void check_page(const struct fixture *f)
{
	unsigned char page[CONTENT_LEN];

	assert_int_equal(pread(f->fd, page, sizeof(page), FROM), sizeof(page));
	assert_memory_equal(page, f->q.bytes, sizeof(page));
}

static void test_healed(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(try(f), HEAL_healed);
	check_page(f);
}

/* Bytes that are not at stake may be others by now. */
static void test_bound_only(void **state)
{
	struct fixture *f = *state;

	f->q.bytes[99]++;
	f->q.bytes[4000]++;
	assert_int_equal(try(f), HEAL_healed);
	f->q.bytes[3999]++;
	assert_int_equal(try(f), HEAL_changed);
	f->q.bytes[3999]--;
	f->q.bound[0].to = FROM + 200;
	f->q.bound[1].from = FROM + 300;
	f->q.bound[1].to = FROM + 400;
	f->q.bytes[250]++;
	assert_int_equal(try(f), HEAL_healed);
	f->q.bytes[399]++;
	assert_int_equal(try(f), HEAL_changed);
}

static void test_end_moved(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(ftruncate(f->fd, FROM + 4000), 0);
	assert_int_equal(try(f), HEAL_healed);
	assert_int_equal(ftruncate(f->fd, FROM + 3999), 0);
	assert_int_equal(try(f), HEAL_eof);
	assert_int_equal(ftruncate(f->fd, 0), 0);
	assert_int_equal(try(f), HEAL_eof);
}

static void test_not_in_the_cache(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(ftruncate(f->fd, FROM), 0);
	assert_int_equal(ftruncate(f->fd, FROM + 4096), 0);
	assert_int_equal(try(f), HEAL_dropped);
}

/* Behind the end of a file there is nothing to be read: SIGBUS. */
static void test_bus(void **state)
{
	const struct fixture *f = *state;
	unsigned char *map = mmap(NULL, CONTENT_LEN, PROT_READ | PROT_WRITE,
				  MAP_SHARED, f->fd, FROM);

	heal_page_init();
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(heal_touch(map, &f->q), HEAL_healed);
	assert_int_equal(ftruncate(f->fd, FROM), 0);
	/* Again and again: the handler stays. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(heal_touch(map, &f->q), HEAL_failed);
	munmap(map, CONTENT_LEN);
}

/* A page that can be read, and whose store the kernel refuses by SIGBUS. */
static void test_store_refused(void **state)
{
	const struct fixture *f = *state;
	struct uffdio_api api = { .api = UFFD_API,
				  .features = UFFD_FEATURE_SIGBUS |
					      UFFD_FEATURE_WP_HUGETLBFS_SHMEM };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_WP };
	struct uffdio_writeprotect wp = { .mode = UFFDIO_WRITEPROTECT_MODE_WP };
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	unsigned char *map;

	heal_page_init();
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		skip(); /* the kernel has none, or not for this user */
	map = mmap(NULL, CONTENT_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd,
		   FROM);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(map[100], f->q.bytes[100]);
	reg.range.start = wp.range.start = (uintptr_t)map;
	reg.range.len = wp.range.len = CONTENT_LEN;
	assert_int_equal(ioctl(uffd, UFFDIO_REGISTER, &reg), 0);
	assert_int_equal(ioctl(uffd, UFFDIO_WRITEPROTECT, &wp), 0);
	assert_int_equal(heal_touch(map, &f->q), HEAL_no_space);
	close(uffd);
	assert_int_equal(heal_touch(map, &f->q), HEAL_healed);
	munmap(map, CONTENT_LEN);
}

/* Who gets SIGBUS from elsewhere ends by it. */
static void test_other_bus(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (!pid) {
		heal_page_init();
		raise(SIGBUS);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

static void test_names(void **state)
{
	struct fixture *f = *state;

	strcpy(f->q.name, "nothing");
	assert_int_equal(try(f), HEAL_no_name);
	assert_int_equal(symlinkat("file", f->dir, "link"), 0);
	strcpy(f->q.name, "link");
	assert_int_equal(try(f), HEAL_no_name);
	assert_int_equal(linkat(f->dir, "file", f->dir, "other", 0), 0);
	strcpy(f->q.name, "other");
	assert_int_equal(try(f), HEAL_healed);
	f->q.ino++;
	assert_int_equal(try(f), HEAL_no_name);
	f->q.ino--;
	strcpy(f->q.name, ".");
	assert_int_equal(try(f), HEAL_no_name);
	strcpy(f->q.name, "..");
	assert_int_equal(try(f), HEAL_no_name);
}

/* Nothing outside of the page is touched, whatever is asked. */
static void test_unsound(void **state)
{
	struct fixture *f = *state;
	const struct heal_request good = f->q;

	f->q.bound[0].from = FROM - 1;
	assert_int_equal(try(f), HEAL_failed);
	f->q = good;
	f->q.bound[0].to = FROM + 4097;
	assert_int_equal(try(f), HEAL_failed);
	f->q = good;
	f->q.bound[0].to = f->q.bound[0].from;
	assert_int_equal(try(f), HEAL_failed);
	f->q = good;
	memset(f->q.name, 'x', sizeof(f->q.name));
	assert_int_equal(try(f), HEAL_failed);
	strcpy(f->q.name, "./file");
	assert_int_equal(try(f), HEAL_failed);
}

static volatile sig_atomic_t broken;

static void on_broken(int sig)
{
	(void)sig;
	broken = 1;
}

/* A lease is seen before it is broken; one that comes then, at the open. */
static void test_leased(void **state)
{
	struct fixture *f = *state;
	int fd = openat(f->dir, "file", O_RDONLY | O_CLOEXEC);

	close(f->fd);
	f->fd = fd;
	signal(SIGIO, on_broken);
	broken = 0;
	assert_int_equal(fcntl(fd, F_SETLEASE, F_RDLCK), 0);
	assert_int_equal(try(f), HEAL_leased);
	assert_false(broken);
	f->q.sb_dev++; /* not found in the list */
	assert_int_equal(try(f), HEAL_leased);
	assert_true(broken);
	assert_int_equal(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	assert_int_equal(try(f), HEAL_healed);
}

/* A copy of a program is run, and one of its pages shall be healed. */
static void test_running(void **state)
{
	struct fixture *f = *state;
	char path[80], command[256];
	struct stat st;
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "%s/program", f->path);
	snprintf(command, sizeof(command), "cp $(command -v sleep) %s", path);
	assert_int_equal(system(command), 0);
	strcpy(f->q.name, "program");
	fd = openat(f->dir, f->q.name, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pread(fd, f->q.bytes, CONTENT_LEN, FROM), CONTENT_LEN);
	close(fd);
	f->q.ino = st.st_ino;
	assert_int_equal(try(f), HEAL_healed);
	pid = fork();
	if (!pid) {
		execl(path, path, "30", NULL);
		_exit(127);
	}
	/* Until it is that program. */
	snprintf(command, sizeof(command),
		 "until [ /proc/%d/exe -ef %s ]; do sleep 0.01; done", pid,
		 path);
	assert_int_equal(system(command), 0);
	assert_int_equal(try(f), HEAL_running);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(try(f), HEAL_healed);
}

/* Open for direct I/O, by this very process. */
static void test_direct_io(void **state)
{
	const struct fixture *f = *state;
	int fd = openat(f->dir, "file", O_RDONLY | O_DIRECT | O_CLOEXEC);

	if (fd < 0)
		skip(); /* a tmpfs without it, before Linux 6.6 */
	assert_int_equal(try(f), HEAL_direct_io);
	close(fd);
	assert_int_equal(try(f), HEAL_healed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_healed),    TEST(test_bound_only),
		TEST(test_end_moved), TEST(test_not_in_the_cache),
		TEST(test_bus),	      TEST(test_store_refused),
		TEST(test_other_bus), TEST(test_names),
		TEST(test_unsound),   TEST(test_leased),
		TEST(test_running),   TEST(test_direct_io),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
