// SPDX-License-Identifier: GPL-2.0
/* The verb's options, its loop over the trials, and its verdict. */
#include "provoke.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "log.h"
#include "provoke_export.h"
#include "provoke_truth.h"

struct job {
	struct provoke_run run;
	struct provoke_totals totals;
	struct provoke_trial *trials; /* every try, in order */
	size_t n, room;
	FILE *truth; /* NULL without --truth */
};

static int open_dir(struct job *job)
{
	struct statfs fs;
	char *path = realpath(job->run.opt.dir, NULL);

	job->run.dir = path;
	if (path)
		job->run.dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!path || job->run.dirfd < 0 || fstatfs(job->run.dirfd, &fs))
		return provoke_fail(
			-errno,
			"cannot use '%s': %s: name a directory on a btrfs filesystem",
			job->run.opt.dir, strerror(errno));
	if (fs.f_type != BTRFS_SUPER_MAGIC)
		return provoke_fail(-EMEDIUMTYPE,
				    "%s is not on btrfs: name a directory on a "
				    "btrfs filesystem",
				    job->run.opt.dir);
	return 0;
}

static int open_kernel(struct job *job)
{
	int err = provoke_fault_open(&job->run.fault);

	if (err == -ENOSYS)
		return provoke_fail(err, "this kernel has no userfaultfd: boot "
					 "one built with CONFIG_USERFAULTFD");
	if (err == -EPERM)
		return provoke_fail(
			err, "userfaultfd is not permitted: run as root");
	if (err)
		return provoke_fail(err, "userfaultfd failed: %s: run as root",
				    strerror(-err));
	err = provoke_flags_open(&job->run.flags);
	if (err == -ENOENT)
		return provoke_fail(
			err,
			"/proc/kpageflags is missing: mount /proc, or boot a "
			"kernel built with CONFIG_PROC_PAGE_MONITOR");
	if (err)
		return provoke_fail(err,
				    "cannot read page flags: %s: run as root",
				    strerror(-err));
	return 0;
}

static int fail_truth(const struct job *job, int err)
{
	return provoke_fail(err,
			    "cannot write %s: %s: name another --truth file, "
			    "or make room there",
			    job->run.opt.truth, strerror(-err));
}

static int open_truth(struct job *job)
{
	int err;

	if (!job->run.opt.truth)
		return 0;
	job->truth = fopen(job->run.opt.truth, "we");
	if (!job->truth)
		return fail_truth(job, -errno);
	err = provoke_truth_start(job->truth, &job->run);
	return err ? fail_truth(job, err) : 0;
}

/* From here on a signal is read, not delivered: no trial is cut in two. */
static int open_signals(struct job *job)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL))
		return -EINVAL;
	job->run.signals = signalfd(-1, &set, SFD_CLOEXEC);
	return job->run.signals < 0 ? -errno : 0;
}

static bool stopped(const struct job *job)
{
	struct pollfd fd = { .fd = job->run.signals, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

static struct provoke_trial *add_trial(struct job *job)
{
	size_t room = job->room ? 2 * job->room : 64;
	struct provoke_trial *grown;

	if (job->n == job->room) {
		grown = reallocarray(job->trials, room, sizeof(*grown));
		if (!grown)
			return NULL;
		job->trials = grown;
		job->room = room;
	}
	memset(&job->trials[job->n], 0, sizeof(*job->trials));
	return &job->trials[job->n++];
}

/* The class that a trial is to end with. */
static enum provoke_outcome goal(const struct provoke_options *opt)
{
	return opt->then_drop ? PROVOKE_LOST : opt->want;
}

static int one_try(struct job *job, uint64_t number, unsigned int attempt,
		   bool *again)
{
	struct provoke_trial *trial = add_trial(job);
	int err;

	if (!trial)
		return provoke_fail(-ENOMEM, "out of memory: lower --count");
	trial->number = number;
	trial->attempt = attempt;
	err = stopped(job) ? -EINTR : provoke_trial_run(&job->run, trial);
	if (err) {
		job->n--; /* it left no file */
		return err;
	}
	job->totals.cleaned += trial->cleaned;
	job->totals.kept += trial->kept;
	job->totals.retries += attempt > 1;
	if (job->run.opt.verbose)
		printf("provoke: trial %" PRIu64 " try %u: %s, inode %" PRIu64
		       ", page %" PRIu64 "\n",
		       number, attempt, provoke_outcome_name(trial->outcome),
		       trial->inode, trial->plan.page);
	/*
	 * A kernel that has never cleaned the page, and was seen to keep it
	 * dirty, will not do better next time.
	 */
	*again = trial->outcome != goal(&job->run.opt) &&
		 attempt < job->run.opt.tries &&
		 (job->totals.cleaned || !trial->kept);
	return 0;
}

static int run_trials(struct job *job)
{
	int err = 0;

	for (uint64_t number = 1; !err && number <= job->run.opt.count;
	     number++) {
		unsigned int attempt = 0;
		bool again = true;

		while (!err && again)
			err = one_try(job, number, ++attempt, &again);
		job->totals.trials += !err;
	}
	return err;
}

/* Only when all trials are over: looking at one drops its page. */
static int verify_trials(struct job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		struct provoke_trial *trial = &job->trials[i];
		int err = -EINTR;

		if (!stopped(job))
			err = provoke_trial_verify(&job->run, trial);
		if (err)
			return err;
		job->totals.wanted += trial->outcome == goal(&job->run.opt);
		job->totals.lost += trial->lost.n > 0;
		job->totals.intact += !trial->lost.n;
		if (job->truth)
			err = provoke_truth_trial(job->truth, &job->run, trial);
		if (err)
			return fail_truth(job, err);
	}
	return 0;
}

static int end_truth(struct job *job, bool complete)
{
	int err;

	if (!job->truth)
		return 0;
	err = provoke_truth_end(job->truth, &job->totals, complete);
	return err ? fail_truth(job, err) : 0;
}

static const char *describe(const struct provoke_totals *totals)
{
	if (totals->cleaned && totals->lost)
		return "this kernel loses buffered writes (vulnerable)";
	if (totals->cleaned)
		return "this kernel cleans pages before it copies, so it can "
		       "lose buffered writes (vulnerable)";
	if (totals->lost)
		return "this kernel lost data outside the window";
	if (totals->kept)
		return "this kernel keeps the pages dirty (fixed)";
	return "nothing was lost, and no window was looked into";
}

static int verdict(const struct job *job)
{
	const struct provoke_totals *totals = &job->totals;

	printf("provoke: %" PRIu64 " trials of %s: %" PRIu64
	       " happened, %" PRIu64 " lost, %" PRIu64 " intact, %" PRIu64
	       " retries: %s\n",
	       totals->trials, provoke_outcome_name(job->run.opt.want),
	       totals->wanted, totals->lost, totals->intact, totals->retries,
	       describe(totals));
	if (fflush(stdout) || ferror(stdout)) {
		provoke_fail(-EIO, "cannot print the verdict: give a standard "
				   "output that takes it");
		return EXIT_NO_ANSWER;
	}
	if (totals->lost)
		return EXIT_LOST;
	/* Neither the wanted outcome, nor a kernel seen to refuse it. */
	if (totals->wanted < totals->trials &&
	    (totals->cleaned || !totals->kept))
		return EXIT_NO_ANSWER;
	return EXIT_NONE_LOST;
}

static void clean_up(struct job *job)
{
	for (size_t i = 0; i < job->n && !job->run.opt.keep; i++)
		provoke_trial_remove(&job->run, &job->trials[i]);
	free(job->trials);
	if (job->truth)
		fclose(job->truth); /* every line was flushed and checked */
	provoke_fault_close(&job->run.fault);
	provoke_flags_close(&job->run.flags);
	if (job->run.signals >= 0)
		close(job->run.signals);
	if (job->run.dirfd >= 0)
		close(job->run.dirfd);
	free((char *)job->run.dir);
}

static int run_job(struct job *job)
{
	int err, truth_err;

	err = open_dir(job);
	if (!err)
		err = open_kernel(job);
	if (!err)
		err = open_truth(job);
	if (!err)
		err = open_signals(job);
	if (err)
		return err;
	printf("provoke: seed %" PRIu64 "\n", job->run.opt.seed);
	fflush(stdout);
	err = run_trials(job);
	if (!err)
		err = verify_trials(job);
	if (err == -EINTR)
		provoke_fail(err,
			     "stopped by a signal with %" PRIu64 " of %" PRIu64
			     " trials run and %" PRIu64 " verified: let it run "
			     "to the end to have an answer",
			     job->totals.trials, job->run.opt.count,
			     job->totals.lost + job->totals.intact);
	truth_err = end_truth(job, !err);
	return err ? err : truth_err;
}

static int export_c(const struct provoke_options *opt)
{
	int err = provoke_export(stdout, opt);

	if (!err)
		return EXIT_NONE_LOST;
	provoke_fail(err, "cannot print the program: give a standard output "
			  "that takes it");
	return EXIT_NO_ANSWER;
}

int provoke_main(int argc, char **argv)
{
	struct job job = {
		.run = {
			.dirfd = -1,
			.signals = -1,
			.pid = getpid(),
			.fault.uffd = -1,
			.flags = { .pagemap = -1, .kpageflags = -1 },
		},
	};
	int err, code;

	err = provoke_options_parse(&job.run.opt, argc, argv);
	if (err) {
		provoke_fail(err, "no random seed: give one by --seed");
		return EXIT_NO_ANSWER;
	}
	if (job.run.opt.export_c)
		return export_c(&job.run.opt);
	pthread_setname_np(pthread_self(), PROVOKE_DROPPER);
	err = run_job(&job);
	code = err == -EPERM || err == -EACCES ? EXIT_NO_PERMISSION
					       : EXIT_NO_ANSWER;
	if (!err)
		code = verdict(&job);
	clean_up(&job);
	return code;
}
