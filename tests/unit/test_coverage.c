/* SPDX-License-Identifier: GPL-2.0 */
/* What a killed watch leaves behind, and what the next one makes of it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "coverage.h"

#define BOOT "01234567-89ab-cdef-0123-456789abcdef"

static const struct coverage_scope all;
static const struct coverage_scope one_fs = { .fs = { 1 } };
static const struct coverage_scope other_fs = { .fs = { 2 } };
static const struct coverage_scope one_process = { .tgid = 5 };

static int set_up(void **state)
{
	static char dir[64];

	snprintf(dir, sizeof(dir), "/tmp/dirtywatch-coverage-XXXXXX");
	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
	return system(command);
}

/* How many files lie in the directory. */
static int notes_in(const char *dir)
{
	DIR *names = opendir(dir);
	int n = 0;

	assert_non_null(names);
	while (readdir(names))
		n++;
	closedir(names);
	return n - 2;
}

/* A watch that starts at `now` and tells its gaps: how many are there? */
static struct coverage *opened(const char *dir,
			       const struct coverage_scope *scope, uint64_t now,
			       unsigned int gaps)
{
	const struct coverage_gap *list;
	struct coverage *c;

	assert_int_equal(coverage_open(dir, scope, now, &c), 0);
	assert_int_equal(coverage_gaps(c, &list), gaps);
	return c;
}

/* A watch from `start` on that is killed after it told all up to `beat`. */
static pid_t killed(const char *dir, const struct coverage_scope *scope,
		    uint64_t start, uint64_t beat)
{
	struct coverage *c;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		if (coverage_open(dir, scope, start, &c) ||
		    coverage_beat(c, beat))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return pid;
}

static void test_orderly(void **state)
{
	struct coverage *c = opened(*state, &all, 10, 0);

	assert_int_equal(notes_in(*state), 1);
	assert_int_equal(coverage_beat(c, 20), 0);
	coverage_close(c, true);
	assert_int_equal(notes_in(*state), 0);
	coverage_close(opened(*state, &all, 30, 0), true);
	coverage_close(NULL, true);
}

static void test_killed(void **state)
{
	pid_t pid = killed(*state, &all, 10, 20);
	const struct coverage_gap *gaps;
	struct coverage *c = opened(*state, &all, 50, 1);

	coverage_gaps(c, &gaps);
	assert_int_equal(gaps[0].pid, pid);
	assert_int_equal(gaps[0].from_ns, 20);
	assert_int_equal(gaps[0].to_ns, 50);
	assert_int_equal(coverage_beat(c, 51), 0);
	coverage_close(c, true);
	coverage_close(opened(*state, &all, 60, 0), true);
}

/* It ended with an error: that is as good as killed. */
static void test_disorderly(void **state)
{
	coverage_close(opened(*state, &all, 10, 0), false);
	coverage_close(opened(*state, &all, 20, 1), true);
}

/* Killed before it told of the gap that it found: the next one does. */
static void test_killed_twice(void **state)
{
	const struct coverage_gap *gaps;
	struct coverage *c;

	killed(*state, &all, 10, 20);
	coverage_close(opened(*state, &all, 50, 1), false);
	c = opened(*state, &all, 70, 1);
	coverage_gaps(c, &gaps);
	assert_int_equal(gaps[0].from_ns, 20);
	assert_int_equal(gaps[0].to_ns, 70);
	coverage_close(c, true);
	assert_int_equal(notes_in(*state), 0);
}

/* Somebody else was watching all the time. */
static void test_covered(void **state)
{
	struct coverage *elder = opened(*state, &all, 5, 0), *younger;

	killed(*state, &one_fs, 10, 20);
	coverage_close(opened(*state, &one_fs, 30, 0), true);
	killed(*state, &one_process, 40, 50);
	younger = opened(*state, &one_process, 60, 0);
	coverage_close(elder, true);
	killed(*state, &one_fs, 70, 80);
	coverage_close(opened(*state, &one_fs, 90, 1), true);
	coverage_close(younger, true);
}

static void test_other_scope(void **state)
{
	killed(*state, &one_fs, 10, 20);
	coverage_close(opened(*state, &other_fs, 30, 0), true);
	assert_int_equal(notes_in(*state), 1);
	coverage_close(opened(*state, &one_process, 40, 1), true);
	assert_int_equal(notes_in(*state), 0);
}

static void write_note(const char *dir, const char *name, const void *bytes,
		       size_t len)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

static void test_earlier_boot(void **state)
{
	const struct coverage_note note = {
		.boot = BOOT,
		.pid = 4711,
		.start_ns = 1,
		.beat_ns = 2,
	};
	char text[COVERAGE_NOTE_LEN + 1];

	coverage_format(&note, text);
	write_note(*state, "1-1", text, COVERAGE_NOTE_LEN);
	coverage_close(opened(*state, &all, 30, 0), true);
	assert_int_equal(notes_in(*state), 0);
}

/* What cannot be read tells of no time: the gap is as long as can be. */
static void test_hostile(void **state)
{
	const struct coverage_gap *gaps;
	char path[128];
	struct coverage *c;

	write_note(*state, "1", "x", 1);
	write_note(*state, "not-a-note", "x", 1);
	write_note(*state, "2", "", 0);
	snprintf(path, sizeof(path), "%s/3", (char *)*state);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof(path), "%s/4", (char *)*state);
	assert_int_equal(mkfifo(path, 0600), 0);
	c = opened(*state, &all, 30, 2);
	coverage_gaps(c, &gaps);
	assert_int_equal(gaps[0].pid, 0);
	assert_int_equal(gaps[0].from_ns, 0);
	assert_int_equal(gaps[0].to_ns, 30);
	coverage_close(c, true);
	assert_int_equal(notes_in(*state), 3);
}

/* Its times are of this boot and yet to come. */
static void test_future(void **state)
{
	const struct coverage_gap *gaps;
	struct coverage *c;

	killed(*state, &all, 100, 200);
	c = opened(*state, &all, 150, 1);
	coverage_gaps(c, &gaps);
	assert_int_equal(gaps[0].from_ns, 0);
	coverage_close(c, true);
}

/* Notes of this boot, each told up to its number in ns, the last first. */
static void write_notes(const char *dir, int from, int to)
{
	struct coverage_note note = { .pid = 4711 };
	char text[COVERAGE_NOTE_LEN + 1], name[32];
	FILE *boot = fopen("/proc/sys/kernel/random/boot_id", "re");

	assert_non_null(boot);
	assert_non_null(fgets(note.boot, sizeof(note.boot), boot));
	fclose(boot);
	for (int i = to - 1; i >= from; i--) {
		snprintf(name, sizeof(name), "%d", i);
		note.start_ns = note.beat_ns = (uint64_t)i;
		coverage_format(&note, text);
		write_note(dir, name, text, COVERAGE_NOTE_LEN);
	}
}

/* More than a start tells of one by one: the last gap spans the rest. */
static void test_many(void **state)
{
	const int extra[] = { 0, 1, 5, 300 };

	for (size_t i = 0; i < sizeof(extra) / sizeof(extra[0]); i++) {
		const struct coverage_gap *gaps, *gap;
		uint64_t first = UINT64_MAX;
		struct coverage *c;

		write_notes(*state, 7, 7 + COVERAGE_GAPS_MAX + extra[i]);
		c = opened(*state, &all, 1000, COVERAGE_GAPS_MAX);
		coverage_gaps(c, &gaps);
		for (gap = gaps; gap < gaps + COVERAGE_GAPS_MAX; gap++) {
			assert_int_equal(gap->to_ns, 1000);
			first = gap->from_ns < first ? gap->from_ns : first;
		}
		/* Whichever note is met last, its time is told. */
		assert_int_equal(first, 7);
		assert_int_equal(gaps[COVERAGE_GAPS_MAX - 1].pid,
				 extra[i] ? 0 : 4711);
		coverage_beat(c, 1001);
		coverage_close(c, true);
		assert_int_equal(notes_in(*state), 0);
		coverage_close(opened(*state, &all, 1002, 0), true);
	}
}

/* More names than a start looks at: who knows what the others tell. */
static void test_too_many(void **state)
{
	const struct coverage_gap *gaps;
	struct coverage *c;
	char name[32];
	unsigned int count;

	for (int i = 0; i < 4200; i++) {
		snprintf(name, sizeof(name), "no-note-%d", i);
		write_note(*state, name, "x", 1);
	}
	c = opened(*state, &all, 30, 1);
	count = coverage_gaps(c, &gaps);
	assert_int_equal(gaps[count - 1].pid, 0);
	assert_int_equal(gaps[count - 1].from_ns, 0);
	assert_int_equal(gaps[count - 1].to_ns, 30);
	coverage_close(c, true);
}

static void check_refused(const char *dir, int err)
{
	const struct coverage_gap *gaps;
	struct coverage *c;

	assert_int_equal(coverage_open(dir, &all, 1, &c), err);
	assert_non_null(c);
	assert_int_equal(coverage_gaps(c, &gaps), 0);
	assert_int_equal(coverage_beat(c, 2), 0);
	coverage_close(c, true);
}

static void test_refused(void **state)
{
	char path[128];

	check_refused("/proc/nonexistent/dir", -ENOENT);
	snprintf(path, sizeof(path), "%s/link", (char *)*state);
	assert_int_equal(symlink(*state, path), 0);
	check_refused(path, -ENOTDIR);
	assert_int_equal(chmod(*state, 0755), 0);
	check_refused(*state, -EPERM);
}

static void test_scope_of(void **state)
{
	struct coverage_scope scope;

	(void)state;
	assert_int_equal(coverage_scope(NULL, 7, &scope), 0);
	assert_int_equal(scope.tgid, 7);
	assert_true(coverage_contains(
		&scope, &(struct coverage_scope){ .fs = { 9 }, .tgid = 7 }));
	assert_int_equal(coverage_scope("/proc", 0, &scope), -ENOTTY);
	assert_int_equal(coverage_scope("/nonexistent", 0, &scope), -ENOENT);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_orderly),
		IN_DIR(test_killed),
		IN_DIR(test_disorderly),
		IN_DIR(test_killed_twice),
		IN_DIR(test_covered),
		IN_DIR(test_other_scope),
		IN_DIR(test_earlier_boot),
		IN_DIR(test_hostile),
		IN_DIR(test_future),
		IN_DIR(test_many),
		IN_DIR(test_too_many),
		IN_DIR(test_refused),
		cmocka_unit_test(test_scope_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
