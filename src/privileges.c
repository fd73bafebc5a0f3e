// SPDX-License-Identifier: GPL-2.0
/* privileges.c - see privileges.h. */
#include <cap-ng.h>
#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "log.h"
#include "privileges.h"

/* Ends in -1. */
static const int tracer_caps[] = {
	CAP_BPF,
	CAP_PERFMON,
	CAP_SYS_ADMIN,	  /* module BTF; tracefs */
	CAP_SYS_RESOURCE, /* locked memory, before 5.11 */
	CAP_SYSLOG,	  /* addresses in /proc/kallsyms */
	CAP_DAC_READ_SEARCH,
	-1,
};

static const int keeper_caps[] = {
	CAP_DAC_READ_SEARCH, /* directories and names of everybody's files */
	CAP_SYS_ADMIN,	     /* subvolumes and extents: TREE_SEARCH */
	CAP_SYSLOG,	     /* names for the addresses of stacks */
	-1,
};

/* To all of them. */
static const int denied[] = {
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsmount),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(userfaultfd),
	-1,
};

static const int keeper_denied[] = {
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	-1,
};

/* Of those that it has: a unit may have taken some already. */
static int keep_caps(const int *caps, bool folders)
{
	bool have[CAP_LAST_CAP + 1] = { 0 };

	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		have[i] = capng_have_capability(CAPNG_PERMITTED, i);
	capng_clear(CAPNG_SELECT_CAPS);
	for (; *caps >= 0; caps++)
		if (have[*caps])
			capng_update(CAPNG_ADD,
				     CAPNG_EFFECTIVE | CAPNG_PERMITTED,
				     (unsigned int)*caps);
	if (folders && have[CAP_DAC_OVERRIDE])
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_DAC_OVERRIDE);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

/* A call that this kernel or libseccomp does not know cannot be made. */
static int deny(scmp_filter_ctx filter, const int *calls)
{
	int err = 0;

	for (; !err && *calls != -1; calls++)
		if (*calls >= 0)
			err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
					       *calls, 0);
	return err;
}

static int deny_networks(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT),
				SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
}

static int filter_calls(const int *more)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int err;

	if (!filter)
		return -ENOMEM;
	err = deny(filter, denied);
	if (!err && more)
		err = deny(filter, more);
	if (!err)
		err = deny_networks(filter);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

static int give_up(const int *caps, bool folders, const int *calls)
{
	int err = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;

	if (!err)
		err = filter_calls(calls);
	if (!err)
		err = keep_caps(caps, folders);
	if (err)
		complain("cannot give up privileges that are not needed: %s",
			 strerror(-err));
	return err;
}

int privileges_of_tracer(void)
{
	return give_up(tracer_caps, false, NULL);
}

int privileges_of_keeper(bool folders)
{
	return give_up(keeper_caps, folders, keeper_denied);
}
