// SPDX-License-Identifier: GPL-2.0
/* tracer_cost.c - see tracer_cost.h. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "footprint.h"
#include "tracer.h"
#include "tracer_cost.h"

#define NS_PER_S 1000000000ULL

/* The kernel keeps no more of a name than this, with its NUL. */
static bool is_called(const struct bpf_prog_info *info, const char *program)
{
	return program && !strncmp(info->name, program, BPF_OBJ_NAME_LEN - 1);
}

static void add_program(const struct tracer *t,
			const struct bpf_prog_info *info,
			struct tracer_cost *cost)
{
	const char *program = NULL;

	cost->run_ns += info->run_time_ns;
	cost->runs += info->run_cnt;
	for (unsigned int i = 0;
	     i < HOOK_ROLES_MAX && tracer_role(t, i, &program); i++)
		if (is_called(info, program))
			cost->role_runs[i] += info->run_cnt;
}

static bool is_program(int dir, const char *name)
{
	char to[64];
	ssize_t len = readlinkat(dir, name, to, sizeof(to) - 1);

	if (len < 0)
		return false;
	to[len] = '\0';
	return !strcmp(to, "anon_inode:bpf-prog");
}

static void add_programs(const struct tracer *t, struct tracer_cost *cost)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *e;

	while (dir && (e = readdir(dir))) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);
		int fd = atoi(e->d_name);

		if (is_program(dirfd(dir), e->d_name) &&
		    !bpf_obj_get_info_by_fd(fd, &info, &len))
			add_program(t, &info, cost);
	}
	if (dir)
		closedir(dir);
}

void tracer_cost_read(const struct tracer *tracer, struct tracer_cost *cost)
{
	struct timespec cpu = { 0 };

	memset(cost, 0, sizeof(*cost));
	add_programs(tracer, cost);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	cost->cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
	cost->kernel_bytes = footprint_kernel();
	cost->rss_bytes = footprint_process();
}
