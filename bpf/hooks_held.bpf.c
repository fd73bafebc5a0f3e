// SPDX-License-Identifier: GPL-2.0
/*
 * hooks_held.bpf.c - the frequent hooks, which keep their CPU. One object: the
 * linker of libbpf 1.1 cannot join two that call the same kernel function.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "hold.bpf.h"
#include "hook_write.h"
#include "hook_clean.h"
#include "hook_blocks.h"
#include "hook_writeback.h"
