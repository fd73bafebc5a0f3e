// SPDX-License-Identifier: GPL-2.0
/* Memory that is short for real. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ways.h"

#define UNIT (64ul << 10) /* of what a hog takes at once */
#define UNITS_MAX 64ul
#define SCARCE (64ul << 20) /* bytes free, from where steps are small */
#define LAST (4ul << 20)    /* of the page cache: more than is to go */
#define FOOD (32l << 20)
#define CHUNKS_MAX 4096u
#define HOGS_MAX 4u

static bool any_stay(const struct engine *engine)
{
	for (unsigned int i = 0; i < engine->batch_len; i++)
		if (engine->batch[i].windowed &&
		    pages_stay(&engine->batch[i]) > 0)
			return true;
	return false;
}

/* Outside of the memory cgroup: what it takes, all must give. */
static void hog(int gate)
{
	char byte;

	put_text("/sys/fs/cgroup/cgroup.procs", "0");
	put_text("/proc/self/oom_score_adj", "1000");
	while (read(gate, &byte, 1) == 1) {
		void *more =
			mmap(NULL, UNIT * (size_t)byte, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (more == MAP_FAILED || write(gate, &byte, 1) != 1)
			break;
	}
	_exit(0);
}

struct hogs {
	unsigned int n;
	pid_t pid[HOGS_MAX];
	int gate[HOGS_MAX];
};

static int hogs_start(struct hogs *hogs, unsigned int n)
{
	int gate[2], err = 0;

	for (hogs->n = 0; hogs->n < n && !err; hogs->n++) {
		err = socket_pair(gate);
		if (err)
			break;
		hogs->gate[hogs->n] = gate[0];
		hogs->pid[hogs->n] = fork();
		if (!hogs->pid[hogs->n])
			hog(gate[1]);
		close(gate[1]);
		if (hogs->pid[hogs->n] < 0)
			err = -errno;
	}
	return err;
}

static void hogs_stop(const struct hogs *hogs)
{
	for (unsigned int i = 0; i < hogs->n; i++) {
		close(hogs->gate[i]);
		if (hogs->pid[i] < 0)
			continue;
		kill(hogs->pid[i], SIGKILL);
		waitpid(hogs->pid[i], NULL, 0);
	}
}

/* A line of /proc/meminfo, in bytes; 0 if there is none. */
static unsigned long memory(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long kib = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kib = strtoul(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return kib << 10;
}

/*
 * Clean pages that were used later and more often than those of the trials:
 * they go after them, so that there is always something to reclaim.
 */
static int feed(const struct engine *engine)
{
	static char block[1 << 20];
	char path[300];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/food", engine->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (off_t at = lseek(fd, 0, SEEK_END); at < FOOD && !err;
	     at += (off_t)sizeof(block))
		if (pwrite(fd, block, sizeof(block), at) < 0)
			err = -errno;
	if (!err && fsync(fd))
		err = -errno;
	for (off_t at = 0; at < 2 * (off_t)FOOD && !err; at += sizeof(block))
		if (pread(fd, block, sizeof(block), at % FOOD) < 0)
			err = -errno;
	close(fd);
	return err;
}

/* All of them take @units more, at once. */
static bool hogs_grow(const struct hogs *hogs, unsigned long units)
{
	char byte = (char)units;
	bool fine = true;

	for (unsigned int i = 0; i < hogs->n; i++)
		fine &= write(hogs->gate[i], &byte, 1) == 1;
	for (unsigned int i = 0; i < hogs->n && fine; i++)
		fine &= read(hogs->gate[i], &byte, 1) == 1;
	return fine;
}

/*
 * Memory is short for real, until no page of the batch is left. Many hogs take
 * small steps at the end, and give up before somebody is killed.
 */
static int press(const struct engine *engine, unsigned int n)
{
	struct hogs hogs;
	int err = put_text("/proc/sys/vm/overcommit_memory", "1");

	if (err)
		return err;
	err = hogs_start(&hogs, n);
	for (unsigned int i = 0; i < CHUNKS_MAX && !err && any_stay(engine);
	     i++) {
		unsigned long left = memory("MemFree:"), units = 1;

		if (left > SCARCE)
			units += (left - SCARCE) / n / 8 / UNIT;
		if (n == 1 || units > UNITS_MAX)
			units = UNITS_MAX;
		if (n > 1 &&
		    memory("Active(file):") + memory("Inactive(file):") < LAST)
			break;
		if (!hogs_grow(&hogs, units))
			break;
	}
	hogs_stop(&hogs);
	return err;
}

int press_gently(struct engine *engine, struct trial *trial)
{
	(void)trial;
	return press(engine, 1);
}

/* How the kernel's own threads that reclaim are scheduled. */
static void kswapd_policy(int policy)
{
	const struct sched_param param = { 0 };
	char path[288], comm[16] = "";
	struct dirent *entry;
	DIR *dir = opendir("/proc");

	while (dir && (entry = readdir(dir))) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fgets(comm, sizeof(comm), file) &&
		    !strncmp(comm, "kswapd", strlen("kswapd")))
			sched_setscheduler((pid_t)atoi(entry->d_name), policy,
					   &param);
		fclose(file);
	}
	if (dir)
		closedir(dir);
}

/* More than kswapd keeps up with: who allocates must reclaim. */
int press_hard(struct engine *engine, struct trial *trial)
{
	int err;

	(void)trial;
	err = feed(engine);
	if (err)
		return err;
	kswapd_policy(SCHED_IDLE);
	err = press(engine, HOGS_MAX);
	kswapd_policy(SCHED_OTHER);
	return err;
}
