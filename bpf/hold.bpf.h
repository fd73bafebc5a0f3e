/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hold.bpf.h - a program that keeps its CPU. Where kernel code can be
 * preempted, another task may come to the same hook on the same CPU in the
 * middle of a program; the kernel then skips its run, and that blinds.
 */
#ifndef DIRTYWATCH_HOLD_BPF_H
#define DIRTYWATCH_HOLD_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;

/*
 * The kernels that check by whether a function may sleep allow one that is not
 * static to be called so. Older ones do not; those of distributions are not
 * preemptible.
 */
#define CAN_HOLD bpf_core_field_exists(struct bpf_subprog_info, might_sleep)

/* The value of `call`, made without losing the CPU where that can be had. */
#define HELD(call)                                                             \
	({                                                                     \
		int held_result;                                               \
		if (CAN_HOLD)                                                  \
			bpf_preempt_disable();                                 \
		held_result = (call);                                          \
		if (CAN_HOLD)                                                  \
			bpf_preempt_enable();                                  \
		held_result;                                                   \
	})

#endif
