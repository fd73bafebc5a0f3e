// SPDX-License-Identifier: GPL-2.0
/*
 * legacy.bpf.c - the object for kernels before 5.17: kprobes only, no loop, no
 * function but these, no data section, and none but the helpers of Linux 4.7.
 */
#include "call.h"
#include "clean.h"
#include "dedupe.h"
#include "drop.h"
#include "look.h"
#include "path.h"

SEC("legacy")
int legacy_write_entry(struct pt_regs *ctx)
{
	return observe_call(ctx);
}

/* At the byte behind each call of it. */
SEC("legacy")
int legacy_write_return(struct pt_regs *ctx)
{
	return observe_return(ctx);
}

SEC("legacy")
int legacy_clean(struct pt_regs *ctx)
{
	return observe_clean(ctx);
}

SEC("legacy")
int legacy_drop(struct pt_regs *ctx)
{
	return observe_single(ctx);
}

SEC("legacy")
int legacy_drop_batch(struct pt_regs *ctx)
{
	return observe_several(ctx);
}

SEC("legacy")
int legacy_migration(struct pt_regs *ctx)
{
	return observe_migration(ctx);
}

SEC("legacy")
int legacy_dedupe(struct pt_regs *ctx)
{
	return observe_dedupe(ctx);
}

SEC("legacy")
int legacy_look(struct pt_regs *ctx)
{
	return observe_look(ctx);
}

/* ---- what others continue in ------------------------------------------ */

SEC("legacy")
int legacy_end(struct pt_regs *ctx)
{
	return observe_end(ctx);
}

SEC("legacy")
int legacy_dropped(struct pt_regs *ctx)
{
	return observe_dropped(ctx);
}

SEC("legacy")
int legacy_batch(struct pt_regs *ctx)
{
	return observe_batch(ctx);
}

SEC("legacy")
int legacy_path(struct pt_regs *ctx)
{
	return observe_path(ctx);
}

char LICENSE[] SEC("license") = "GPL";
