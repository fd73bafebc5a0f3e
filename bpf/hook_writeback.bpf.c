// SPDX-License-Identifier: GPL-2.0
/* hook_writeback.bpf.c - a task is inside ->writepages() of a btrfs file. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "page.bpf.h"
#include "task.bpf.h"

static __always_inline bool mapping_of_btrfs(struct address_space *mapping)
{
	return mapping->host->i_sb->s_magic == BTRFS_SUPER_MAGIC;
}

SEC("fentry/do_writepages")
int BPF_PROG(writeback_entry, struct address_space *mapping)
{
	struct task_state *task;

	if (!mapping_of_btrfs(mapping))
		return 0;
	task = task_state();
	if (task)
		task->writeback++;
	return 0;
}

SEC("fexit/do_writepages")
int BPF_PROG(writeback_exit, struct address_space *mapping)
{
	struct task_state *task;

	if (!mapping_of_btrfs(mapping))
		return 0;
	task = task_known();
	if (task && task->writeback)
		task->writeback--;
	return 0;
}
