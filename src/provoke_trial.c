// SPDX-License-Identifier: GPL-2.0
/* The write call, and what is done to the page while it is under way. */
#include "provoke_trial.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "provoke_file.h"

#define HANG_SECONDS 10
#define WINDOW_DROPS 5

struct writer {
	struct provoke_trial *trial;
	const void *source;
	int fd;
	int done; /* eventfd */
	pthread_t thread;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *write_over(void *arg)
{
	struct writer *writer = arg;
	struct provoke_trial *trial = writer->trial;
	const struct provoke_plan *plan = &trial->plan;
	ssize_t ret;

	pthread_setname_np(pthread_self(), PROVOKE_WRITER);
	trial->writer = gettid();
	ret = pwrite(writer->fd, writer->source, plan->len,
		     (off_t)(plan->page * PROVOKE_PAGE + plan->off));
	trial->result = ret < 0 ? -errno : ret;
	trial->mono_ns = now_ns();
	eventfd_write(writer->done, 1);
	return NULL;
}

/* The writer waits for its source: the page is unlocked, the window is open. */
static int in_window(struct provoke_run *run, struct provoke_trial *trial,
		     const struct provoke_page *page, bool was_dirty)
{
	struct provoke_state state;
	int ret;

	ret = provoke_page_state(page, &run->flags, &state);
	if (ret)
		return ret;
	trial->cleaned =
		was_dirty && state.present && !state.dirty && !state.writeback;
	trial->kept = was_dirty && state.dirty;
	if (run->opt.want == PROVOKE_STRANDED)
		return provoke_fault_refuse(&run->fault);
	if (run->opt.want != PROVOKE_NEAR_MISS) {
		ret = provoke_page_drop(page, run->opt.way, WINDOW_DROPS);
		if (ret < 0)
			return ret;
		trial->dropped = ret;
	}
	return provoke_fault_resolve(&run->fault);
}

/* Answer the writer's faults until it is done. */
static int attend(struct provoke_run *run, struct writer *writer,
		  const struct provoke_page *page, bool was_dirty)
{
	uint64_t deadline = now_ns() + HANG_SECONDS * 1000000000ull;
	struct pollfd fds[] = {
		{ .fd = run->signals, .events = POLLIN },
		{ .fd = writer->done, .events = POLLIN },
		{ .fd = run->fault.uffd, .events = POLLIN },
	};

	for (;;) {
		uint64_t now = now_ns();
		int ret;

		if (now >= deadline)
			return -ETIMEDOUT;
		ret = poll(fds, 3, (int)((deadline - now) / 1000000 + 1));
		if (ret < 0 && errno != EINTR)
			return -errno;
		if (ret <= 0)
			continue;
		if (fds[0].revents)
			return -EINTR;
		if (fds[1].revents)
			return 0;
		ret = provoke_fault_serve(&run->fault);
		if (ret == PROVOKE_WINDOW)
			ret = in_window(run, writer->trial, page, was_dirty);
		if (ret < 0)
			return ret;
	}
}

/* Start the write call and see it through. */
static int write_call(struct provoke_run *run, struct writer *writer,
		      const struct provoke_page *page, bool was_dirty)
{
	struct timespec limit;
	int err;

	err = -pthread_create(&writer->thread, NULL, write_over, writer);
	if (err)
		return err;
	err = attend(run, writer, page, was_dirty);
	if (err)
		provoke_fault_close(&run->fault); /* lets the writer go */
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += HANG_SECONDS;
	if (pthread_timedjoin_np(writer->thread, NULL, &limit)) {
		provoke_fail(
			-ETIMEDOUT,
			"the writer of trial %" PRIu64
			" hangs in the kernel: look for the reason in dmesg",
			writer->trial->number);
		_exit(EXIT_NO_ANSWER); /* nothing of its file can be removed
					  either */
	}
	return err;
}

/* Name the class from what was seen; content is looked at only in the end. */
static int judge(const struct provoke_run *run, struct provoke_trial *trial,
		 const struct provoke_page *page, uint64_t base)
{
	bool written = trial->result > 0;
	uint64_t where;
	int ret;

	ret = provoke_page_where(page, &where);
	if (ret)
		return ret;
	/*
	 * btrfs may write any dirty page when it is short of metadata space.
	 * If ours was written just before the write call, it was clean in the
	 * window for a good reason.
	 */
	if (where && where != base)
		trial->cleaned = false;
	trial->outcome = PROVOKE_NONE;
	if (!trial->cleaned)
		return 0;
	provoke_bound(&trial->plan, written, &trial->bound);
	if (!written && run->opt.then_drop) {
		ret = provoke_page_drop(page, run->opt.way, WINDOW_DROPS);
		if (ret < 0)
			return ret;
		trial->dropped = ret;
	}
	if (trial->dropped)
		trial->outcome =
			trial->bound.n ? PROVOKE_LOST : PROVOKE_SUPERSEDED;
	else
		trial->outcome = written ? PROVOKE_NEAR_MISS : PROVOKE_STRANDED;
	return 0;
}

static int check_result(const struct provoke_run *run,
			const struct provoke_trial *trial)
{
	int64_t want = trial->plan.len;

	if (run->opt.want == PROVOKE_STRANDED)
		want = -EFAULT;
	if (trial->result == want)
		return 0;
	return provoke_fail(
		-EPROTO,
		"the write of trial %" PRIu64 " returned %" PRId64
		" instead of %" PRId64
		": free space or mend the filesystem, then run again",
		trial->number, trial->result, want);
}

/* The file is there and its page is dirty: rewrite a part of that page. */
static int rewrite(struct provoke_run *run, struct provoke_trial *trial,
		   struct writer *writer, const struct provoke_page *page)
{
	const struct provoke_plan *plan = &trial->plan;
	unsigned char cover[PROVOKE_PAGE];
	struct provoke_state before;
	uint64_t base;
	int err;

	err = provoke_page_where(page, &base);
	if (err)
		return err;
	provoke_fill(plan, PROVOKE_COVER, plan->page * PROVOKE_PAGE + plan->off,
		     cover, plan->len);
	err = provoke_fault_arm(&run->fault, cover, plan->head, plan->len,
				run->opt.want != PROVOKE_NONE);
	if (err)
		return err;
	writer->source = provoke_fault_source(&run->fault, plan->head);
	err = provoke_page_state(page, &run->flags, &before);
	if (err)
		return err;
	err = write_call(run, writer, page, before.dirty && !before.writeback);
	if (err)
		return err;
	err = judge(run, trial, page, base);
	if (!err)
		err = check_result(run, trial);
	/*
	 * Not to pile up dirty pages, see judge(). A stranded page stays so:
	 * there is nothing dirty to write.
	 */
	if (!err && fdatasync(page->fd))
		err = -errno;
	return err;
}

static int say_why(int err, const struct provoke_trial *trial)
{
	switch (err) {
	case 0:
	case -EINTR:
	case -EPROTO: /* said already */
		return err;
	case -ETIMEDOUT:
		return provoke_fail(err,
				    "trial %" PRIu64
				    " did not end within %d s: look for a "
				    "frozen or hung filesystem in dmesg",
				    trial->number, HANG_SECONDS);
	default:
		return provoke_fail(err,
				    "trial %" PRIu64
				    " failed: %s: run again, or run as root",
				    trial->number, strerror(-err));
	}
}

int provoke_trial_run(struct provoke_run *run, struct provoke_trial *trial)
{
	struct writer writer = { .trial = trial, .done = -1 };
	struct provoke_page page;
	int err;

	provoke_plan_make(&trial->plan, run->opt.seed, trial->number,
			  trial->attempt, run->opt.want);
	writer.fd = provoke_file_create(run, trial);
	if (writer.fd < 0)
		return writer.fd;
	err = provoke_page_map(&page, writer.fd, trial->plan.page);
	if (!err) {
		writer.done = eventfd(0, EFD_CLOEXEC);
		err = writer.done < 0 ? -errno
				      : rewrite(run, trial, &writer, &page);
	}
	provoke_fault_disarm(&run->fault);
	provoke_page_unmap(&page);
	if (writer.done >= 0)
		close(writer.done);
	close(writer.fd);
	if (err)
		provoke_trial_remove(run, trial);
	return say_why(err, trial);
}
