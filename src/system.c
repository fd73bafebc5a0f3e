// SPDX-License-Identifier: GPL-2.0
/* system.c - see system.h. */
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "hook_switch.h"
#include "system.h"

/* The first line of a file, cut to what fits; "" if it cannot be read. */
static void read_line(const char *path, char *line, size_t room)
{
	FILE *f = fopen(path, "re");

	if (!f || !fgets(line, (int)room, f))
		*line = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (f)
		fclose(f);
}

void system_marked(const char *line, char open, char close,
		   char word[SYSTEM_WORD])
{
	const char *from = strchr(line, open);
	const char *to = from ? strchr(from, close) : NULL;

	*word = '\0';
	if (to)
		snprintf(word, SYSTEM_WORD, "%.*s", (int)(to - from - 1),
			 from + 1);
}

/* Where debugfs is mounted. */
#define PREEMPTION "/sys/kernel/debug/sched/preempt"

static void read_marked(const char *path, char open, char close,
			char word[SYSTEM_WORD])
{
	char line[4096];

	read_line(path, line, sizeof(line));
	system_marked(line, open, close, word);
}

static uint64_t read_capabilities(void)
{
	uint64_t all = 0;

	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		if (capng_have_capability(CAPNG_EFFECTIVE, i))
			all |= 1ULL << i;
	return all;
}

static bool has_line(const char *path, const char *wanted)
{
	FILE *f = fopen(path, "re");
	char line[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = !strcmp(line, wanted);
	if (f)
		fclose(f);
	return found;
}

/* Only what was loaded as a module has a state of being loaded. */
static enum system_btrfs read_btrfs(void)
{
	if (!has_line("/proc/filesystems", "\tbtrfs\n"))
		return BTRFS_ABSENT;
	return access("/sys/module/btrfs/initstate", F_OK) ? BTRFS_BUILT_IN
							   : BTRFS_MODULE;
}

static int open_error(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

bool system_takes_probes(void)
{
	char line[SYSTEM_WORD * 2], word[SYSTEM_WORD];

	read_line(PREEMPTION, line, sizeof(line));
	system_marked(line, '(', ')', word);
	return strstr(line, "lazy") &&
	       (!strcmp(word, "full") || !strcmp(word, "lazy"));
}

void system_read(struct system *s, const char *btf)
{
	struct utsname kernel;

	memset(s, 0, sizeof(*s));
	if (!uname(&kernel))
		snprintf(s->release, sizeof(s->release), "%.63s",
			 kernel.release);
	s->btf = btf;
	s->capabilities = read_capabilities();
	read_marked("/sys/kernel/security/lockdown", '[', ']', s->lockdown);
	s->kernel_btf = !access(btf ? btf : "/sys/kernel/btf/vmlinux", R_OK);
	s->btrfs = read_btrfs();
	s->module_btf = !access("/sys/kernel/btf/btrfs", R_OK);
	/* libbpf cannot ask for those of tracing programs: the same ones. */
	s->bpf_loop = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE,
					      BPF_FUNC_loop, NULL);
	read_line("/proc/sys/kernel/kptr_restrict", s->kptr_restrict,
		  SYSTEM_WORD);
	read_line(HOOK_SWITCH, s->ftrace_enabled, SYSTEM_WORD);
	read_line(PROBE_SWITCH, s->kprobes_enabled, SYSTEM_WORD);
	read_marked(PREEMPTION, '(', ')', s->preempt);
	s->kcore_error = open_error("/proc/kcore");
	s->ksyms_error = ksyms_read_kernel(&s->ksyms);
}

void system_free(struct system *s)
{
	ksyms_free(s->ksyms);
	s->ksyms = NULL;
}
