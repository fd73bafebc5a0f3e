// SPDX-License-Identifier: GPL-2.0
/* preflight.c - see preflight.h. */
#include <cap-ng.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "preflight.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

static const struct need {
	unsigned int capability;
	const char *name;
	const char *why;
} needs[] = {
	{ CAP_BPF, "CAP_BPF", "to load its programs" },
	{ CAP_PERFMON, "CAP_PERFMON", "to hook kernel functions" },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "to read the BTF of kernel modules" },
	{ CAP_SYSLOG, "CAP_SYSLOG", "to see the kernel's addresses" },
};

static int check_capabilities(void)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		/* CAP_SYS_ADMIN once stood for CAP_BPF and CAP_PERFMON. */
		if (capng_have_capability(CAPNG_EFFECTIVE,
					  needs[i].capability) ||
		    (i < 2 &&
		     capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN)))
			continue;
		complain("no permission: it needs %s %s; run it as root",
			 needs[i].name, needs[i].why);
		return EXIT_NO_PERMISSION;
	}
	return 0;
}

static bool file_has(const char *path, const char *text)
{
	FILE *f = fopen(path, "re");
	char line[4096];
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, text);
	fclose(f);
	return found;
}

static int check_kernel(void)
{
	if (file_has(LOCKDOWN, "[confidentiality]")) {
		complain(
			"the kernel is locked down (confidentiality) and lets nobody trace it: boot it without lockdown=confidentiality");
		return EXIT_NO_PERMISSION;
	}
	if (!file_has("/proc/filesystems", "\tbtrfs\n")) {
		complain(
			"btrfs is not loaded: mount a btrfs filesystem first, or run 'modprobe btrfs'");
		return EXIT_NO_ANSWER;
	}
	return 0;
}

/* Known only where debugfs is mounted; the answer says it in any case. */
static void warn_of_preemption(void)
{
	if (file_has("/sys/kernel/debug/sched/preempt", "(full)"))
		complain(
			"this kernel is preempted anywhere (preempt=full) and then skips hooks: expect a blind answer under load");
}

static int read_ksyms(struct ksyms **ksyms)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	int err;

	if (!f) {
		complain("cannot read /proc/kallsyms: %s", strerror(errno));
		return EXIT_NO_ANSWER;
	}
	err = ksyms_read(f, ksyms);
	fclose(f);
	if (!err)
		return 0;
	if (err == -EPERM) {
		complain(
			"the kernel hides its addresses: set the sysctl kernel.kptr_restrict to 0 or 1");
		return EXIT_NO_PERMISSION;
	}
	complain("cannot make sense of /proc/kallsyms: %s", strerror(-err));
	return EXIT_NO_ANSWER;
}

int preflight(struct ksyms **ksyms)
{
	int code = check_capabilities();

	if (!code)
		code = check_kernel();
	if (!code)
		warn_of_preemption();
	return code ? code : read_ksyms(ksyms);
}
