// SPDX-License-Identifier: GPL-2.0
/* needs.c - see needs.h. */
#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "needs.h"

#define JUDGE(name)                                                            \
	static enum need_state name(const struct need *need,                   \
				    const struct system *s,                    \
				    char found[NEED_FOUND])

static bool holds(const struct system *s, unsigned int capability)
{
	return s->capabilities >> capability & 1;
}

static void say(char found[NEED_FOUND], const char *text)
{
	snprintf(found, NEED_FOUND, "%s", text);
}

JUDGE(capability)
{
	bool old =
		need->capability == CAP_BPF || need->capability == CAP_PERFMON;

	if (holds(s, need->capability))
		return NEED_MET;
	/* It once stood for both. */
	if (!old || !holds(s, CAP_SYS_ADMIN))
		return NEED_MISSING;
	say(found, "by CAP_SYS_ADMIN");
	return NEED_MET;
}

JUDGE(lockdown)
{
	(void)need;
	if (!*s->lockdown)
		return NEED_UNTOLD;
	say(found, s->lockdown);
	return strcmp(s->lockdown, "confidentiality") ? NEED_MET : NEED_MISSING;
}

JUDGE(kernel_btf)
{
	(void)need;
	if (s->btf)
		say(found, "from a file");
	return s->kernel_btf ? NEED_MET : NEED_MISSING;
}

JUDGE(btrfs)
{
	static const char *const words[] = {
		[BTRFS_ABSENT] = "not loaded",
		[BTRFS_MODULE] = "module",
		[BTRFS_BUILT_IN] = "built in",
	};

	(void)need;
	snprintf(found, NEED_FOUND, "%s%s", words[s->btrfs],
		 s->btrfs != BTRFS_MODULE ? ""
		 : s->module_btf	  ? ", with BTF"
					  : ", without BTF");
	return s->btrfs == BTRFS_ABSENT ? NEED_MISSING : NEED_MET;
}

JUDGE(bpf_loop)
{
	(void)need;
	if (s->btf) {
		say(found, "not asked: there is a file with BTF");
		return NEED_DEGRADED;
	}
	/* Who may not load programs is told nothing. */
	if (s->bpf_loop < 0 || (!holds(s, CAP_BPF) && !holds(s, CAP_SYS_ADMIN)))
		return NEED_UNTOLD;
	return s->bpf_loop ? NEED_MET : NEED_DEGRADED;
}

JUDGE(symbols)
{
	(void)need;
	if (!s->ksyms_error || s->ksyms_error == -EPERM)
		return NEED_MET;
	say(found, s->ksyms_error == -EBADMSG ? "malformed"
					      : strerror(-s->ksyms_error));
	return NEED_MISSING;
}

JUDGE(addresses)
{
	(void)need;
	if (*s->kptr_restrict)
		snprintf(found, NEED_FOUND, "kernel.kptr_restrict = %s",
			 s->kptr_restrict);
	return s->ksyms_error == -EPERM ? NEED_MISSING
	       : s->ksyms_error		? NEED_UNTOLD
					: NEED_MET;
}

/*
 * Return hooks without BTF need the calls, which stand in the code; the legacy
 * tracer has no others.
 */
static bool reads_code(const struct system *s, char found[NEED_FOUND])
{
	bool legacy = s->btf || !s->bpf_loop;
	bool reads = legacy || (s->btrfs == BTRFS_MODULE && !s->module_btf);

	if (!reads)
		say(found, "not needed");
	return reads;
}

JUDGE(code_capability)
{
	if (!reads_code(s, found))
		return NEED_MET;
	return capability(need, s, found);
}

JUDGE(kcore)
{
	(void)need;
	if (!reads_code(s, found) || !s->kcore_error)
		return NEED_MET;
	say(found, strerror(-s->kcore_error));
	return NEED_MISSING;
}

/*
 * Switched off, nothing would be seen. And 6.1 kills all function tracing of
 * the machine, with a warning, some time after hooks came and went meanwhile.
 */
static enum need_state judge_switch(const char *value, char found[NEED_FOUND],
				    const char *name)
{
	if (!*value)
		return NEED_UNTOLD;
	snprintf(found, NEED_FOUND, "%s = %s", name, value);
	return *value == '0' ? NEED_MISSING : NEED_MET;
}

JUDGE(function_hooks)
{
	(void)need;
	return judge_switch(s->ftrace_enabled, found, "kernel.ftrace_enabled");
}

JUDGE(probes)
{
	(void)need;
	return judge_switch(s->kprobes_enabled, found, "kprobes/enabled");
}

JUDGE(preemption)
{
	(void)need;
	if (!*s->preempt)
		return NEED_UNTOLD;
	snprintf(found, NEED_FOUND, "preempt=%s", s->preempt);
	return strcmp(s->preempt, "full") ? NEED_MET : NEED_DEGRADED;
}

#define CAPABILITY(name, why)                                                  \
	{                                                                      \
#name, capability, EXIT_NO_PERMISSION,                         \
			"no permission: it needs " #name " " why               \
			"; run it as root",                                    \
			name                                                   \
	}

const struct need needs[] = {
	CAPABILITY(CAP_BPF, "to load its programs"),
	CAPABILITY(CAP_PERFMON, "to hook kernel functions"),
	CAPABILITY(CAP_SYS_ADMIN, "to read the BTF of kernel modules"),
	CAPABILITY(CAP_SYSLOG, "to see the kernel's addresses"),
	{ "lockdown", lockdown, EXIT_NO_PERMISSION,
	  "the kernel is locked down (confidentiality) and lets nobody trace it: boot it without lockdown=confidentiality",
	  0 },
	{ "kernel BTF", kernel_btf, EXIT_NO_ANSWER,
	  "there is no BTF of this kernel, in /sys/kernel/btf/vmlinux or where --btf says: 'man 7 btrfs-dirtywatch-legacy' says how to make it",
	  0 },
	{ "btrfs", btrfs, EXIT_NO_ANSWER,
	  "btrfs is not loaded: mount a btrfs filesystem first, or run 'modprobe btrfs'",
	  0 },
	{ "bpf_loop()", bpf_loop, EXIT_BLIND,
	  "the legacy tracer serves kernels before 5.17: it does not see what is put over lost pages, and who reads them; 'man 7 btrfs-dirtywatch-legacy' has it all",
	  0 },
	{ "kernel symbols", symbols, EXIT_NO_ANSWER,
	  "cannot make sense of /proc/kallsyms: it must be mounted, whole, and of a kernel with CONFIG_KALLSYMS",
	  0 },
	{ "kernel addresses", addresses, EXIT_NO_PERMISSION,
	  "the kernel hides its addresses: set the sysctl kernel.kptr_restrict to 0 or 1",
	  0 },
	{ "CAP_SYS_RAWIO", code_capability, EXIT_NO_PERMISSION,
	  "no permission: it needs CAP_SYS_RAWIO to read the kernel's code; run it as root",
	  CAP_SYS_RAWIO },
	{ "/proc/kcore", kcore, EXIT_NO_ANSWER,
	  "cannot read the kernel's code in /proc/kcore: it needs CONFIG_PROC_KCORE, or Linux 5.17 with CONFIG_DEBUG_INFO_BTF_MODULES",
	  0 },
	{ "function hooks", function_hooks, EXIT_BLIND,
	  "the kernel calls no hooks at functions, so nothing would be seen: set the sysctl kernel.ftrace_enabled to 1",
	  0 },
	{ "probes", probes, EXIT_BLIND,
	  "kernel probes are switched off, so not all would be seen: write 1 to /sys/kernel/debug/kprobes/enabled",
	  0 },
	{ "preemption", preemption, EXIT_BLIND,
	  "this kernel is preempted anywhere (preempt=full) and then skips hooks: expect a blind answer under load",
	  0 },
};

const unsigned int need_count = sizeof(needs) / sizeof(needs[0]);
