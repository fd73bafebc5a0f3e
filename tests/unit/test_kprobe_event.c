/* SPDX-License-Identifier: GPL-2.0 */
/* What tracefs is asked for, in a directory that stands for it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "kprobe_event.h"

struct fake {
	char dir[64];
	char events[96];
	char profile[96];
};

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *path, const char *text)
{
	char got[2048];
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, text);
}

static int set_up(void **state)
{
	struct fake *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	strcpy(t->dir, "/tmp/dirtywatch-tracefs-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->events, sizeof(t->events), "%s/kprobe_events", t->dir);
	snprintf(t->profile, sizeof(t->profile), "%s/kprobe_profile", t->dir);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct fake *t = *state;

	unlink(t->events);
	unlink(t->profile);
	assert_int_equal(rmdir(t->dir), 0);
	free(t);
	return 0;
}

/* The number of a process that is no more. */
static int dead_pid(void)
{
	int pid = fork();

	if (!pid)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

/* Of the living (process 1), and of others: kept. */
static void test_stale(void **state)
{
	const char *keep = "p:dirtywatch_1/dw1_clean_12 0xffffffff8100\n"
			   "p:kprobes/dirtywatch_9 vfs_read\n"
			   "r8:dirtywatch_/x vfs_read\n"
			   "p:dirtywatch_-7/x vfs_read\n"
			   "p:dirtywatch_99999999999999/x vfs_read\n"
			   "nonsense\n";
	struct kprobe_events *events = NULL;
	int dead = dead_pid(), own = getpid();
	const struct fake *t = *state;
	char before[1024], after[2048];

	snprintf(before, sizeof(before),
		 "%sp:dirtywatch_%d/dw%d_a_1 0x1\nr16:dirtywatch_%d/b 0x2\n",
		 keep, dead, dead, own);
	snprintf(after, sizeof(after), "%s-:dirtywatch_%d/dw%d_a_1\n%s%d/b\n",
		 before, dead, dead, "-:dirtywatch_", own);
	put(t->events, before);
	assert_int_equal(kprobe_events_open(t->dir, &events), 0);
	assert_holds(t->events, after);

	put(t->events, before);
	snprintf(after, sizeof(after), "%s-:dirtywatch_%d/b\n", before, own);
	kprobe_events_close(events);
	assert_holds(t->events, after);
}

static void test_missed(void **state)
{
	struct kprobe_events *events = NULL;
	const struct fake *t = *state;
	char profile[512];
	__u64 missed = 9;

	put(t->events, "");
	assert_int_equal(kprobe_events_open(t->dir, &events), 0);
	assert_int_equal(kprobe_events_missed(events, &missed), -ENOENT);
	put(t->profile, "");
	assert_int_equal(kprobe_events_missed(events, &missed), 0);
	assert_int_equal(missed, 0);
	snprintf(profile, sizeof(profile),
		 "  dw%d_clean_ffff8100 %25d %15d\n"
		 "  dw%d0_clean_ffff8100 %20d %15d\n"
		 "  another %30d %15d\n"
		 "  dw%d_drop_ffff8200 %25d %15d\n"
		 "  dw%d_cut_ffff8300 1\n",
		 getpid(), 100, 3, getpid(), 100, 20, 7, 500, getpid(), 1, 4,
		 getpid());
	put(t->profile, profile);
	assert_int_equal(kprobe_events_missed(events, &missed), 0);
	assert_int_equal(missed, 7);
	kprobe_events_close(events);
}

/* A tracefs that knows no probes takes none. */
static void test_refused(void **state)
{
	struct kprobe_events *events = NULL;
	const struct fake *t = *state;

	assert_int_equal(kprobe_events_open(t->dir, &events), -ENOENT);
	assert_int_equal(kprobe_events_open("/nonexistent", &events), -ENOENT);
	assert_null(events);
	kprobe_events_close(NULL);
	put(t->events, "");
	assert_int_equal(kprobe_events_open(t->dir, &events), 0);
	errno = 0;
	assert_null(kprobe_event_attach(events, "clean", 0x1000, NULL));
	assert_int_equal(errno, ENOENT);
	kprobe_events_close(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stale, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_missed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
