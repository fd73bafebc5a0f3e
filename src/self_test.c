// SPDX-License-Identifier: GPL-2.0
/* self_test.c - see self_test.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "self_test.h"
#include "tracer_remote.h"

/* The process is looked after so often. */
#define MOMENT_NS 100000000ULL

const char *self_test_word(enum self_test_result result)
{
	static const char *const words[SELF_TEST_RESULT_MAX] = {
		[SELF_TEST_NONE] = "none",
		[SELF_TEST_PASSED] = "passed",
		[SELF_TEST_FAILED] = "failed",
		[SELF_TEST_IMPOSSIBLE] = "impossible",
	};

	return result < SELF_TEST_RESULT_MAX ? words[result] : "unknown";
}

uint64_t self_test_due(const struct self_test *t)
{
	return t->due_ns;
}

/* ---- judge ------------------------------------------------------------ */

/* A role, and the one that has it instead in a guard. */
static const struct {
	const char *role, *what;
} must_run[] = {
	{ "clean", "pages cleaned for writeback" },
	{ "drop", "pages dropped from the cache" },
	{ "guarded drop", "pages dropped from the cache" },
};

/* A guard has other hooks, and few of them until it has seen something. */
static bool is_guard(const struct tracer *t)
{
	const char *program, *role;

	for (unsigned int i = 0; (role = tracer_role(t, i, &program)); i++)
		if (!strcmp(role, "guarded drop"))
			return true;
	return false;
}

static bool is_asked(const char *role, bool guard)
{
	return guard ? !strcmp(role, "guarded drop")
		     : strcmp(role, "guarded drop") != 0;
}

/* What was to be seen in role `name` and was not; NULL: all is well. */
static const char *unseen(const struct tracer *t, const char *name, bool guard,
			  const struct tracer_cost *before,
			  const struct tracer_cost *after, unsigned int i)
{
	for (unsigned int k = 0; k < sizeof(must_run) / sizeof(must_run[0]);
	     k++)
		if (!strcmp(name, must_run[k].role) && is_asked(name, guard) &&
		    after->role_runs[i] == before->role_runs[i])
			return must_run[k].what;
	(void)t;
	return NULL;
}

static const char *first_unseen(const struct self_test *t,
				const struct tracer *tracer,
				const struct tracer_cost *after)
{
	bool guard = is_guard(tracer);
	const char *program, *role;

	for (unsigned int i = 0;
	     i < HOOK_ROLES_MAX && (role = tracer_role(tracer, i, &program));
	     i++) {
		const char *what =
			unseen(tracer, role, guard, &t->before, after, i);

		if (what)
			return what;
	}
	return NULL;
}

/* Of a watch; a guard does not count them. */
static int read_written(const struct tracer *tracer, uint64_t *written)
{
	uint64_t counters[COUNT_MAX], open;
	struct blind_span blind[BLIND_MAX];
	int err = tracer_totals(tracer, counters, blind, &open);

	*written = err ? 0 : counters[COUNT_written];
	return err;
}

static void judge(struct self_test *t, struct tracer *tracer)
{
	struct tracer_cost after;
	uint64_t written = 0;
	const char *what;
	int err = tracer_remote_cost(tracer, false, &after);

	if (!err)
		err = read_written(tracer, &written);
	what = err ? NULL : first_unseen(t, tracer, &after);
	if (!err && !what && !is_guard(tracer) && written == t->written)
		what = "pages written back";
	t->result = err || what ? SELF_TEST_FAILED : SELF_TEST_PASSED;
	if (err)
		snprintf(t->why, sizeof(t->why),
			 "what the hooks have seen cannot be read: %s",
			 strerror(-err));
	else if (what)
		snprintf(
			t->why, sizeof(t->why),
			"a file was written, synced and dropped, and no hook saw %s",
			what);
}

/* ---- the process ------------------------------------------------------ */

static void become_writer(const char *file)
{
	prctl(PR_SET_NAME, "dirtywatch-test");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(-self_test_file(file));
}

static int begin(struct self_test *t, const char *file, struct tracer *tracer,
		 uint64_t now)
{
	int err = tracer_remote_cost(tracer, true, &t->before);

	if (!err)
		err = read_written(tracer, &t->written);
	if (err)
		return err;
	t->pid = fork();
	if (!t->pid)
		become_writer(file);
	if (t->pid < 0) {
		t->pid = 0;
		return -errno;
	}
	t->began_ns = now;
	t->due_ns = now + MOMENT_NS;
	return 0;
}

static void could_not(struct self_test *t, int err, const char *file)
{
	t->result = SELF_TEST_IMPOSSIBLE;
	if (err == -ENOTSUP)
		snprintf(t->why, sizeof(t->why),
			 "'%.100s' is not on btrfs: set [self-test] file",
			 file);
	else
		snprintf(t->why, sizeof(t->why), "'%.100s': %s", file,
			 strerror(-err));
}

/* Returns true if it has ended, one way or the other. */
static bool has_ended(struct self_test *t, const char *file,
		      struct tracer *tracer, uint64_t now)
{
	int status = 0;
	pid_t got = waitpid(t->pid, &status, WNOHANG);

	if (!got && now - t->began_ns < SELF_TEST_LIMIT_NS) {
		t->due_ns = now + MOMENT_NS;
		return false;
	}
	if (!got) {
		kill(t->pid, SIGKILL);
		could_not(t, -ETIMEDOUT, file);
	} else if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		could_not(t, WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR,
			  file);
	} else {
		judge(t, tracer);
	}
	t->pid = 0;
	return true;
}

static void end(struct self_test *t, uint64_t every_ns, uint64_t now)
{
	t->ended_ns = now;
	t->due_ns = now + every_ns;
	if (t->result != SELF_TEST_PASSED)
		return;
	t->passed_ns = now;
	*t->why = '\0';
}

bool self_test_tick(struct self_test *t, const char *file, uint64_t every_ns,
		    struct tracer *tracer, uint64_t now)
{
	struct tracer_cost cost;
	int err;

	if (!every_ns || !*file || now < t->due_ns)
		return false;
	if (t->pid) {
		if (!has_ended(t, file, tracer, now))
			return false;
		if (t->result == SELF_TEST_IMPOSSIBLE)
			tracer_remote_cost(tracer, false, &cost);
		end(t, every_ns, now);
		return true;
	}
	err = begin(t, file, tracer, now);
	if (!err)
		return false;
	could_not(t, err, file);
	end(t, every_ns, now);
	return true;
}

void self_test_stop(struct self_test *t)
{
	if (t->pid)
		kill(t->pid, SIGKILL);
	t->pid = 0;
	t->due_ns = 0;
}
