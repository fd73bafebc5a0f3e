// SPDX-License-Identifier: GPL-2.0
/* Run write calls, and do to their pages what the row says. */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source.h"
#include "writer.h"

#define SLOTS_MAX 512u
#define HANG_MS 60000

struct slot {
	struct engine *engine;
	struct trial *trial;
	struct source source;
	const unsigned char *bytes;
	pthread_t thread;
	pthread_t async; /* takes the way while the call runs */
	sem_t go;
	pid_t child;
	int async_err;
	bool started, busy, waiting, async_runs;
};

static struct slot slots[SLOTS_MAX];
static int done_pipe[2]; /* slot numbers of calls that returned */

static void *serve(void *arg)
{
	struct slot *slot = arg;
	uint32_t number = slot - slots;
	char name[16];

	snprintf(name, sizeof(name), "acc-writer-%u", number);
	pthread_setname_np(pthread_self(), name);
	for (;;) {
		while (sem_wait(&slot->go))
			;
		slot->trial->result = writer_call(slot->trial, slot->bytes);
		slot->trial->result_known = true;
		if (write(done_pipe[1], &number, sizeof(number)) < 0)
			abort();
		/* One that went to another namespace cannot come back. */
		if (slot->trial->row->call == CALL_NAMESPACE)
			break;
	}
	return NULL;
}

int calls_open(struct engine *engine)
{
	if (pipe(done_pipe))
		return -errno;
	engine->uffd = source_open();
	return engine->uffd < 0 ? engine->uffd : 0;
}

static int start_thread(struct slot *slot)
{
	pthread_attr_t attr;
	int err;

	if (slot->started)
		return 0;
	sem_init(&slot->go, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	err = -pthread_create(&slot->thread, &attr, serve, slot);
	pthread_attr_destroy(&attr);
	slot->started = !err;
	return err;
}

/* The kernel copies from no user page, or the row wants no fault. */
static bool traps(const struct row *row)
{
	return row->call < CALL_SENDFILE;
}

static int start_call(struct engine *engine, struct slot *slot,
		      struct trial *trial)
{
	static unsigned char cover[AREA];
	const struct plan *plan = &trial->plan;
	int err = 0;

	if (!slot->source.area)
		err = source_init(&slot->source);
	plan_fill(plan, PROVOKE_COVER, plan->pos, cover, plan->len);
	if (!err)
		err = source_arm(&slot->source, engine->uffd, cover, plan->len,
				 plan->head, plan->hole);
	if (err)
		return err;
	slot->engine = engine;
	slot->trial = trial;
	slot->bytes = source_bytes(&slot->source, plan->head);
	if (!traps(trial->row))
		slot->bytes = slot->source.data + PAGE - plan->head;
	slot->busy = true;
	slot->waiting = false;
	slot->child = 0;
	if (trial->row->ending == END_KILL) {
		slot->child = writer_spawn(trial, slot->bytes, done_pipe[1]);
		return slot->child < 0 ? slot->child : 0;
	}
	err = start_thread(slot);
	if (!err)
		sem_post(&slot->go);
	return err;
}

static void identify(struct trial *trial, pid_t pid)
{
	char path[64];
	FILE *file;

	trial->pid = pid;
	trial->tgid = trial->row->ending == END_KILL ? pid : getpid();
	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", trial->tgid, pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(trial->comm, sizeof(trial->comm), file))
		trial->comm[strcspn(trial->comm, "\n")] = '\0';
	fclose(file);
}

static int kill_writer(struct slot *slot)
{
	if (kill(slot->child, SIGKILL) ||
	    waitpid(slot->child, NULL, 0) != slot->child)
		return -errno;
	slot->child = 0;
	return 0;
}

static int end_window(struct engine *engine, struct slot *slot)
{
	int err = 0;

	switch (slot->trial->row->ending) {
	case END_REFUSE:
		return source_refuse(&slot->source, engine->uffd);
	case END_KILL:
		err = kill_writer(slot);
		return err ? err : 1;
	case END_ENOSPC:
		err = fill_filesystem(engine);
		break;
	case END_EDQUOT:
		err = set_quota(engine, slot->trial->subvolume, 1);
		break;
	default:
		break;
	}
	return err ? err : source_resolve(&slot->source, engine->uffd);
}

static void *take_way(void *arg)
{
	struct slot *slot = arg;

	slot->async_err = slot->trial->row->way->act(slot->engine, slot->trial);
	return NULL;
}

/* Begin what must wait for the write call, and wait until it does. */
static int begin_async(struct slot *slot)
{
	slot->async_runs = true;
	if (pthread_create(&slot->async, NULL, take_way, slot))
		return -EAGAIN;
	usleep(3000);
	return 0;
}

static int act_in_window(struct engine *engine, struct slot *slot)
{
	struct trial *trial = slot->trial;
	const struct row *row = trial->row;
	int err = 0;

	if (row->way && row->moment == ACROSS)
		err = begin_async(slot);
	/* A crowd's way has been taken for all of them. */
	if (row->way && row->moment == IN_WINDOW &&
	    !(row->way->global && row->crowd))
		err = row->way->act(engine, trial);
	if (!err)
		err = pages_look(engine, trial, &trial->acted);
	return err ? err : end_window(engine, slot);
}

static int look_returned(struct engine *engine, struct trial *trial)
{
	int err = pages_look(engine, trial, &trial->returned);

	return err ? err : pages_where(trial, &trial->returned);
}

/* The write call has returned: see what it left, and take the way. */
static int finish(struct engine *engine, struct slot *slot)
{
	struct trial *trial = slot->trial;
	const struct row *row = trial->row;
	int err = 0;

	slot->busy = false;
	if (slot->child && waitpid(slot->child, NULL, 0) < 0)
		return -errno;
	slot->child = 0;
	file_written(trial);
	if (row->call == CALL_NAMESPACE) {
		pthread_join(slot->thread, NULL);
		slot->started = false;
	}
	if (row->ending == END_ENOSPC && trial->windowed)
		err = empty_filesystem(engine);
	if (row->ending == END_EDQUOT && trial->windowed)
		err = set_quota(engine, trial->subvolume, 0);
	if (slot->async_runs) {
		pthread_join(slot->async, NULL);
		slot->async_runs = false;
		trial->took_way = true;
		err = err ? err : slot->async_err;
	} else if (!err) {
		err = look_returned(engine, trial);
	}
	if (!err && row->way && row->moment == AFTER) {
		trial->took_way = true;
		err = row->way->act(engine, trial);
	}
	return !err && !trial->deleted
		       ? pages_look(engine, trial, &trial->after)
		       : err;
}

static struct slot *slot_of(uintptr_t address, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uintptr_t area = (uintptr_t)slots[i].source.area;

		if (address >= area && address < area + AREA)
			return &slots[i];
	}
	return NULL;
}

static int on_fault(struct engine *engine, unsigned int n, bool gather)
{
	struct uffd_msg msg;
	struct slot *slot;
	int ret;

	if (read(engine->uffd, &msg, sizeof(msg)) != sizeof(msg))
		return errno == EAGAIN ? 0 : -errno;
	slot = slot_of(msg.arg.pagefault.address, n);
	if (msg.event != UFFD_EVENT_PAGEFAULT || !slot)
		return -EBADMSG;
	ret = source_fault(
		&slot->source, engine->uffd,
		(msg.arg.pagefault.address - (uintptr_t)slot->source.area) /
			PAGE);
	if (ret <= 0)
		return ret;
	slot->trial->windowed = true;
	identify(slot->trial, (pid_t)msg.arg.pagefault.feat.ptid);
	ret = pages_look(engine, slot->trial, &slot->trial->window);
	if (ret)
		return ret;
	if (gather) {
		slot->waiting = true;
		return 0;
	}
	ret = act_in_window(engine, slot);
	return ret == 1 ? finish(engine, slot) : ret;
}

/* All are in their windows or over: take the way once, for all. */
static int release(struct engine *engine, unsigned int n)
{
	int err = slots[0].trial->row->way->act(engine, slots[0].trial);

	for (unsigned int i = 0; i < n && !err; i++) {
		if (!slots[i].waiting)
			continue;
		slots[i].waiting = false;
		err = act_in_window(engine, &slots[i]);
	}
	return err;
}

static int on_done(struct engine *engine, const struct slot *only)
{
	uint32_t number;
	char byte;

	if (only->trial->row->ending == END_KILL) {
		if (read(done_pipe[0], &byte, 1) != 1)
			return -errno;
		return finish(engine, &slots[0]);
	}
	if (read(done_pipe[0], &number, sizeof(number)) != sizeof(number))
		return -errno;
	return finish(engine, &slots[number]);
}

static void census(unsigned int n, unsigned int *busy, unsigned int *waiting)
{
	*busy = *waiting = 0;
	for (unsigned int i = 0; i < n; i++) {
		*busy += slots[i].busy;
		*waiting += slots[i].busy && slots[i].waiting;
	}
}

static int look_before(struct engine *engine, struct trial *trial)
{
	int err = pages_where(trial, &trial->before);

	return err ? err : pages_look(engine, trial, &trial->before);
}

int calls_run(struct engine *engine, struct trial **trials, unsigned int n)
{
	struct pollfd fds[] = {
		{ .fd = engine->uffd, .events = POLLIN },
		{ .fd = done_pipe[0], .events = POLLIN },
	};
	const struct row *row = trials[0]->row;
	bool gather = row->crowd && row->way && row->way->global;
	unsigned int busy, waiting;
	int err = 0;

	if (n > SLOTS_MAX)
		return -E2BIG;
	for (unsigned int i = 0; i < n && !err; i++)
		err = look_before(engine, trials[i]);
	for (unsigned int i = 0; i < n && !err; i++)
		err = start_call(engine, &slots[i], trials[i]);
	for (census(n, &busy, &waiting); busy && !err;
	     census(n, &busy, &waiting)) {
		if (waiting && waiting == busy) {
			err = release(engine, n);
			continue;
		}
		if (poll(fds, 2, HANG_MS) <= 0)
			return -ETIMEDOUT;
		if (fds[0].revents)
			err = on_fault(engine, n, gather);
		if (!err && fds[1].revents)
			err = on_done(engine, &slots[0]);
	}
	return err;
}
