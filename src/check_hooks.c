// SPDX-License-Identifier: GPL-2.0
/* check_hooks.c - roles of hookset.c as rows of `check`. */
#include <stdio.h>

#include "check_rows.h"
#include "log.h"

#define MODULE "btrfs"

static bool in_btrfs(const struct hook_variant *v, const struct ksyms *ksyms)
{
	return ksyms_named(ksyms, v->symbol, MODULE);
}

/* A tracepoint is no function, so symbols do not tell whether it exists. */
static bool may_exist(const struct hook_variant *v, const struct ksyms *ksyms)
{
	return v->need == NEED_TRACEPOINT_BTF || v->need == NEED_MAP_ITER ||
	       in_btrfs(v, ksyms) || ksyms_named(ksyms, v->symbol, "");
}

static const char *way_out(const struct hook_variant *v,
			   const struct hook_kernel *kernel)
{
	return in_btrfs(v, kernel->ksyms) && !kernel->btrfs
		       ? "use a btrfs.ko that has BTF (CONFIG_DEBUG_INFO_BTF_MODULES)"
		       : "'man 8 btrfs-dirtywatch' says which kernels can be watched";
}

/* The kernel has nothing to hook for this role. */
static void tell_none(struct check_row *row, const struct hook_role *role,
		      const struct hook_kernel *kernel)
{
	const struct hook_variant *v = &role->variants[0];
	bool exists = may_exist(v, kernel->ksyms);

	check_say(row->found,
		  exists ? "no way to hook %s" : "this kernel has no %s",
		  v->symbol);
	if (role->essential) {
		row->state = CHECK_MISSING;
		row->exit_code = EXIT_NO_ANSWER;
		check_say(row->remedy,
			  "this kernel has nothing to hook for '%s'; %s",
			  role->name, way_out(v, kernel));
	} else if (exists && role->without) {
		row->state = CHECK_DEGRADED;
		row->exit_code = EXIT_BLIND;
		check_say(row->remedy, "without it nobody sees %s; %s",
			  role->without, way_out(v, kernel));
	}
}

static void tell_choice(struct check_row *row, const struct hook_choice *c)
{
	row->program = c->variant->program;
	row->symbol = c->variant->symbol;
	if (c->site_count)
		check_say(row->found, "%s behind %d calls of %s", row->program,
			  c->site_count, row->symbol);
	else
		check_say(row->found, "%s at %s", row->program, row->symbol);
}

void check_hooks(struct check_rows *rows, const struct hook_kernel *kernel)
{
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_role *role = &hook_roles[i];
		struct check_row *row = check_row_add(rows, "hook", role->name);
		struct hook_choice choice = { 0 };

		if (!kernel) {
			row->state = CHECK_UNKNOWN;
			row->exit_code = EXIT_NO_ANSWER;
			check_say(row->found,
				  "needs the kernel's symbols and BTF");
			continue;
		}
		hook_choose(role, kernel, &choice);
		if (choice.variant)
			tell_choice(row, &choice);
		else
			tell_none(row, role, kernel);
	}
}
