// SPDX-License-Identifier: GPL-2.0
/* test_store_kill.c - a writer is killed at any moment: what it had said to be
 * committed is there. KILLS: how often, 10. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_fixture.h"

/* A stranded page that is lost later, a stale read, an interval, a beat; some
 * are removed again by size. The number is said when they are committed. */
static void write_on(struct store *s, unsigned int first, int to)
{
	for (unsigned int n = first;; n++) {
		const int64_t at = BEGIN + n * SECOND;

		put(s, FINDING_NEAR_MISS, n + 1000000000U, at);
		put(s, FINDING_STRANDED, n, at);
		put(s, FINDING_STALE_READ, n, at);
		store_blind(s, "ring_full", 1, at, at + 1, false);
		store_beat(s, at, "{}");
		if (store_commit(s))
			_exit(1);
		put(s, FINDING_LOST, n, at + 1);
		if (store_commit(s))
			_exit(2);
		if (write(to, &n, sizeof(n)) != sizeof(n))
			_exit(3);
		if (store_tidy(s, at) < 0)
			_exit(4);
	}
}

static void be_writer(const struct shelf *shelf, unsigned int first, int to)
{
	struct store *s = NULL;
	int err = store_open(&shelf->options, &s);

	if (err || begin_at(s, BEGIN + first))
		_exit(5);
	write_on(s, first, to);
}

/* Returns the last number that was said, or `last`. */
static unsigned int said(int from, unsigned int last)
{
	unsigned int n;

	while (read(from, &n, sizeof(n)) == sizeof(n))
		last = n;
	return last;
}

static unsigned int kill_one(const struct shelf *s, unsigned int next)
{
	unsigned int last;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		be_writer(s, next, ends[1]);
	close(ends[1]);
	usleep((useconds_t)(20000 + random() % 250000));
	kill(pid, SIGKILL);
	last = said(ends[0], next - 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	if (!WIFSIGNALED(status))
		fail_msg("the writer ended: %d", WEXITSTATUS(status));
	return last;
}

/* All up to the last one, none of them only stranded. */
static void are_there(const struct shelf *s, unsigned int last)
{
	char sql[512], want[64];

	/* It may not have got as far as to have tables. */
	if (!last)
		return;
	snprintf(
		sql, sizeof(sql),
		"SELECT count(DISTINCT page), (SELECT count(DISTINCT at_ns) FROM"
		" stale_read WHERE at_ns <= %lld + %u * 1000000000)"
		" FROM finding WHERE class = 'lost' AND page <= %u",
		(long long)BEGIN, last, last);
	snprintf(want, sizeof(want), "%u|%u", last, last);
	assert_string_equal(ask(s, sql), want);
	assert_string_equal(ask(s, "PRAGMA integrity_check"), "ok");
	assert_string_equal(ask(s, "PRAGMA foreign_key_check"), "");
}

static void test_a_writer_that_is_killed(void **state)
{
	const char *kills = getenv("KILLS");
	int count = kills ? atoi(kills) : 10;
	unsigned int last = 0;
	struct shelf s;

	(void)state;
	srandom((unsigned int)getpid());
	shelf_new(&s);
	s.options.keep_mib = 16;
	for (int i = 0; i < count; i++) {
		last = kill_one(&s, last + 1);
		are_there(&s, last);
	}
	print_message("%d kills, %u commits\n", count, 2 * last);
	assert_true(last > 0);
	shelf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_writer_that_is_killed),
	};

	return cmocka_run_group_tests_name("store_kill", tests, NULL, NULL);
}
