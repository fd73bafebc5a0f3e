// SPDX-License-Identifier: GPL-2.0
/*
 * hookset.c - one table: role, and its variants in order. The kernel is asked
 * by BTF and symbols, never by its version number.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hookset.h"

#define MODULE "btrfs"

#define VARIANT(program, symbol, need, how, ...)                               \
	{                                                                      \
		program, symbol, need, how,                                    \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}

/* clang-format off */
const struct hook_role hook_roles[] = {
	{ "write entry", true, NULL, HOOK_WATCH, true, {
		VARIANT("write_entry", "btrfs_buffered_write", NEED_MODULE_BTF, "fentry"),
		VARIANT("write_entry_kprobe", "btrfs_buffered_write", NEED_SYMBOL, "kprobe") } },
	{ "write return", true, NULL, HOOK_WATCH, true, {
		VARIANT("write_exit", "btrfs_buffered_write", NEED_MODULE_BTF, "fexit"),
		VARIANT("write_return_kprobe", "btrfs_buffered_write", NEED_CALL_SITES, "call-sites") } },
	{ "clean", true, NULL, HOOK_WATCH, true, {
		VARIANT("clean_exit", "folio_clear_dirty_for_io", NEED_FUNCTION_BTF, "fexit"),
		VARIANT("clean_kprobe", "folio_clear_dirty_for_io", NEED_SYMBOL, "kprobe") } },
	/* Kernels whose folios are single pages have it, and never call it. */
	{ "block clean", true, NULL, HOOK_WATCH, true, {
		VARIANT("block_entry", "btrfs_subpage_clear_and_test_dirty", NEED_MODULE_BTF, "fentry"),
		VARIANT("block_entry_kprobe", "btrfs_subpage_clear_and_test_dirty", NEED_SYMBOL, "kprobe") } },
	/* A short cut: without it, who writes back is asked by its stack; see loop.bpf.h. */
	{ "writeback", false, NULL, HOOK_WATCH, true, {
		VARIANT("writeback_entry", "do_writepages", NEED_FUNCTION_BTF, "fentry",
			{ "writeback_exit", "do_writepages", false }) } },
	{ "drop", true, NULL, HOOK_NOT_GUARD, false, {
		VARIANT("drop", "mm_filemap_delete_from_page_cache", NEED_TRACEPOINT_BTF, "tp_btf"),
		VARIANT("drop_raw", "mm_filemap_delete_from_page_cache", NEED_TRACEPOINT, "raw_tp"),
		/* The third one may have the first within it, or call it: both will do. */
		VARIANT("drop_kprobe", "__filemap_remove_folio", NEED_SYMBOL, "kprobe",
			{ "drop_batch_kprobe", "delete_from_page_cache_batch", false },
			{ "drop_kprobe", "filemap_remove_folio", true }) } },
	{ "guarded drop", true, NULL, HOOK_GUARD, false, {
		VARIANT("guard", "mm_filemap_delete_from_page_cache", NEED_TRACEPOINT_BTF, "tp_btf"),
		VARIANT("guard_raw", "mm_filemap_delete_from_page_cache", NEED_TRACEPOINT, "raw_tp") } },
	{ "migration", true, NULL, HOOK_WATCH, true, {
		VARIANT("migrate", "folio_migrate_flags", NEED_FUNCTION_BTF, "fentry"),
		VARIANT("migrate_kprobe", "folio_migrate_flags", NEED_SYMBOL, "kprobe") } },
	/* It has more arguments than fentry can hand on. */
	{ "direct entry", true, NULL, HOOK_WATCH, false, {
		VARIANT("direct_entry", "__iomap_dio_rw", NEED_SYMBOL, "kprobe") } },
	{ "direct result", true, NULL, HOOK_WATCH, true, {
		VARIANT("direct_done", "iomap_dio_complete", NEED_FUNCTION_BTF, "fentry"),
		VARIANT("direct_done_kprobe", "iomap_dio_complete", NEED_SYMBOL, "kprobe") } },
	/* The results of what sleeps: by fexit, or they are not seen, and blind. */
	{ "encoded return", false, "what encoded writes wrote: they blind", HOOK_WATCH, false, {
		VARIANT("encoded_exit", "btrfs_do_encoded_write", NEED_MODULE_BTF, "fexit") } },
	{ "clone return", false, "what clones put over lost pages: they blind", HOOK_WATCH, false, {
		VARIANT("clone_exit", "vfs_clone_file_range", NEED_FUNCTION_BTF, "fexit") } },
	/* Newer kernels have it in the one above. */
	{ "inner clone return", false, "what clones of overlays put over lost pages: they blind", HOOK_WATCH, false, {
		VARIANT("inner_clone_exit", "do_clone_file_range", NEED_FUNCTION_BTF, "fexit") } },
	{ "copy return", false, "what copies put over lost pages: they blind", HOOK_WATCH, false, {
		VARIANT("copy_exit", "vfs_copy_file_range", NEED_FUNCTION_BTF, "fexit") } },
	/* The second sees no result: it blinds. */
	{ "dedupe", true, NULL, HOOK_WATCH, false, {
		VARIANT("dedupe_entry", "vfs_dedupe_file_range_one", NEED_FUNCTION_BTF, "fentry",
			{ "dedupe_exit", "vfs_dedupe_file_range_one", false }),
		VARIANT("dedupe_kprobe", "vfs_dedupe_file_range_one", NEED_SYMBOL, "kprobe") } },
	{ "second look", true, NULL, HOOK_WATCH, false, {
		VARIANT("sweep", "bpf_map_elem", NEED_MAP_ITER, "iterator"),
		VARIANT("sweep_run", "", NEED_NOTHING, "test-run") } },
	{ "eviction", true, NULL, HOOK_BOTH, true, {
		VARIANT("evict_entry", "truncate_inode_pages_final", NEED_FUNCTION_BTF, "fentry"),
		VARIANT("evict_kprobe", "truncate_inode_pages_final", NEED_SYMBOL, "kprobe") } },
	{ "stale read", false, "who reads lost pages back in", HOOK_FOLLOW, false, {
		VARIANT("add", "mm_filemap_add_to_page_cache", NEED_TRACEPOINT_BTF, "tp_btf"),
		VARIANT("add_raw", "mm_filemap_add_to_page_cache", NEED_TRACEPOINT, "raw_tp") } },
};
/* clang-format on */

const unsigned int hook_role_count = sizeof(hook_roles) / sizeof(hook_roles[0]);

int hook_kernel_read(struct hook_kernel *kernel, const struct ksyms *ksyms,
		     bool no_module_btf)
{
	kernel->ksyms = ksyms;
	kernel->btrfs = NULL;
	kernel->vmlinux = btf__load_vmlinux_btf();
	if (!kernel->vmlinux)
		return -errno;
	if (!no_module_btf)
		kernel->btrfs = btf__load_module_btf(MODULE, kernel->vmlinux);
	return 0;
}

void hook_kernel_free(struct hook_kernel *kernel)
{
	btf__free(kernel->btrfs);
	btf__free(kernel->vmlinux);
}

static bool has_type(const struct btf *btf, const char *prefix,
		     const char *name, __u32 kind)
{
	char full[128];

	if (!btf)
		return false;
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return btf__find_by_name_kind(btf, full, kind) > 0;
}

/* btrfs may be built in: then its functions are the kernel's own. */
static const struct ksym *btrfs_symbol(const struct ksyms *ksyms,
				       const char *name)
{
	const struct ksym *sym = ksyms_named(ksyms, name, MODULE);

	return sym ? sym : ksyms_named(ksyms, name, "");
}

static void add_point(struct hook_choice *c, const char *program, __u64 address)
{
	c->points[c->point_count++] = (struct hook_point){ program, address };
}

/* A probe at the first byte of each function. */
static bool has_addresses(const struct hook_variant *v,
			  const struct ksyms *ksyms, struct hook_choice *c)
{
	const struct ksym *sym = btrfs_symbol(ksyms, v->symbol);

	if (!sym)
		return false;
	add_point(c, v->program, sym->from);
	for (int i = 0; i < ALSO_MAX && v->also[i].program; i++) {
		sym = btrfs_symbol(ksyms, v->also[i].symbol);
		if (sym)
			add_point(c, v->also[i].program, sym->from);
		else if (!v->also[i].absent_ok)
			return false;
	}
	return true;
}

static bool has_call_sites(const struct hook_variant *v,
			   const struct ksyms *ksyms, struct hook_choice *c)
{
	const struct ksym *callee = btrfs_symbol(ksyms, v->symbol);

	c->site_count = callee ? callsites_of(ksyms, callee, c->sites) : 0;
	for (int i = 0; i < c->site_count; i++)
		add_point(c, v->program, c->sites[i]);
	return c->site_count > 0;
}

/* Each tracepoint has a function that calls its probes. */
static bool has_tracepoint(const struct ksyms *ksyms, const char *name)
{
	char full[128];

	snprintf(full, sizeof(full), "__traceiter_%s", name);
	return ksyms_named(ksyms, full, "");
}

static bool has_btf(const struct hook_variant *v, const struct hook_kernel *k,
		    const char *symbol)
{
	switch (v->need) {
	case NEED_FUNCTION_BTF:
		return has_type(k->vmlinux, "", symbol, BTF_KIND_FUNC);
	case NEED_MAP_ITER:
		return has_type(k->vmlinux, "bpf_iter_", symbol, BTF_KIND_FUNC);
	case NEED_MODULE_BTF:
		return has_type(k->btrfs, "", symbol, BTF_KIND_FUNC) ||
		       has_type(k->vmlinux, "", symbol, BTF_KIND_FUNC);
	case NEED_TRACEPOINT_BTF:
		return has_type(k->vmlinux, "btf_trace_", symbol,
				BTF_KIND_TYPEDEF);
	case NEED_TRACEPOINT:
		return has_tracepoint(k->ksyms, symbol);
	default:
		return true;
	}
}

static bool can_attach(const struct hook_variant *v,
		       const struct hook_kernel *k, struct hook_choice *c)
{
	c->site_count = c->point_count = 0;
	if (v->need == NEED_SYMBOL)
		return has_addresses(v, k->ksyms, c);
	if (v->need == NEED_CALL_SITES)
		return has_call_sites(v, k->ksyms, c);
	if (!has_btf(v, k, v->symbol))
		return false;
	add_point(c, v->program, 0);
	for (int i = 0; i < ALSO_MAX && v->also[i].program; i++) {
		if (!has_btf(v, k, v->also[i].symbol))
			return false;
		add_point(c, v->also[i].program, 0);
	}
	return true;
}

void hook_choose_among(const struct hook_role *role,
		       const struct hook_kernel *kernel, __u32 refused,
		       struct hook_choice *choice)
{
	for (int i = 0; i < VARIANTS_MAX && role->variants[i].program; i++) {
		choice->variant = &role->variants[i];
		if (!(refused & 1U << i) &&
		    can_attach(choice->variant, kernel, choice))
			return;
	}
	choice->variant = NULL;
	choice->site_count = choice->point_count = 0;
}

void hook_choose(const struct hook_role *role, const struct hook_kernel *kernel,
		 struct hook_choice *choice)
{
	hook_choose_among(role, kernel, 0, choice);
}

bool hook_exists(const struct hook_role *role, const struct hook_kernel *kernel)
{
	const struct hook_variant *v = &role->variants[0];

	return v->need == NEED_TRACEPOINT_BTF ||
	       btrfs_symbol(kernel->ksyms, v->symbol);
}
