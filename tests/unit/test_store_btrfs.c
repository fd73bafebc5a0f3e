// SPDX-License-Identifier: GPL-2.0
/* test_store_btrfs.c - a btrfs that is full, where writing to a mapped file is
 * a SIGBUS. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "store_bus.h"
#include "store_fixture.h"

/* The filesystem is in a file beside its folder. */
static bool mounted(struct shelf *s)
{
	char command[512];

	snprintf(
		command, sizeof(command),
		"truncate -s 120M %s.img && mkfs.btrfs -q %s.img >/dev/null 2>&1"
		" && mount -o loop %s.img %s 2>/dev/null",
		s->dir, s->dir, s->dir, s->dir);
	return !unshare(CLONE_NEWNS) &&
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !system(command);
}

static void unmounted(struct shelf *s)
{
	char command[256];

	shelf_close(s);
	snprintf(command, sizeof(command), "umount %s 2>/dev/null; rm %s.img",
		 s->dir, s->dir);
	(void)!system(command);
	shelf_free(s);
}

/* To the last byte, all of it on the disk. */
static void fill(const struct shelf *s)
{
	static char bytes[1 << 16];
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/fill", s->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (size_t len = sizeof(bytes); len >= 512; len /= 2)
		for (int tries = 0; tries < 3; tries++) {
			while (write(fd, bytes, len) > 0)
				;
			syncfs(fd);
		}
	close(fd);
}

static void empty(const struct shelf *s)
{
	char command[160];

	snprintf(command, sizeof(command), "rm %s/fill && sync -f %s", s->dir,
		 s->dir);
	assert_int_equal(system(command), 0);
}

static void test_a_full_btrfs(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	if (!mounted(&s)) {
		unmounted(&s);
		skip();
	}
	shelf_begin(&s);
	for (unsigned int i = 0; i < 20; i++) {
		put(s.store, FINDING_LOST, i, BEGIN + i);
		assert_int_equal(store_commit(s.store), 0);
	}
	fill(&s);
	put(s.store, FINDING_LOST, 20, BEGIN + 20);
	assert_int_equal(store_commit(s.store), -ENOSPC);
	assert_int_equal(status_of(&s).trouble, STORE_full);
	assert_true(store_bus_hits() > 0);
	/* And opened while it is full. */
	pause_ms(300);
	assert_true(store_commit(s.store) < 0);
	empty(&s);
	recovers(&s);
	assert_string_equal(ask(&s, "SELECT count(*), count(DISTINCT page),"
				    " (SELECT count(*) FROM run),"
				    " (SELECT count(*) FROM blind)"
				    " FROM finding"),
			    "21|21|1|0");
	assert_string_equal(ask(&s, "PRAGMA integrity_check"), "ok");
	unmounted(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_btrfs),
	};

	return cmocka_run_group_tests_name("store_btrfs", tests, NULL, NULL);
}
