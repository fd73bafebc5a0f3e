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

/* clang-format off */
const struct hook_role hook_roles[] = {
	{ "write entry", true, NULL, false, {
		{ "write_entry", "btrfs_buffered_write", NEED_MODULE_BTF },
		{ "write_entry_kprobe", "btrfs_buffered_write", NEED_SYMBOL } } },
	{ "write return", true, NULL, false, {
		{ "write_exit", "btrfs_buffered_write", NEED_MODULE_BTF },
		{ "write_return_kprobe", "btrfs_buffered_write", NEED_CALL_SITES } } },
	{ "clean", true, NULL, false, {
		{ "clean_exit", "folio_clear_dirty_for_io", NEED_FUNCTION_BTF } } },
	/* Kernels whose folios are single pages have it, and never call it. */
	{ "block clean", true, NULL, false, {
		{ "block_entry", "btrfs_subpage_clear_and_test_dirty", NEED_MODULE_BTF },
		{ "block_entry_kprobe", "btrfs_subpage_clear_and_test_dirty", NEED_SYMBOL } } },
	{ "writeback entry", true, NULL, false, {
		{ "writeback_entry", "do_writepages", NEED_FUNCTION_BTF } } },
	{ "writeback return", true, NULL, false, {
		{ "writeback_exit", "do_writepages", NEED_FUNCTION_BTF } } },
	{ "drop", true, NULL, false, {
		{ "drop", "mm_filemap_delete_from_page_cache", NEED_TRACEPOINT_BTF } } },
	{ "migration", true, NULL, false, {
		{ "inner_migrate_exit", "__folio_migrate_mapping", NEED_FUNCTION_BTF },
		{ "migrate_exit", "folio_migrate_mapping", NEED_FUNCTION_BTF } } },
	{ "direct entry", true, NULL, false, {
		{ "direct_entry", "__iomap_dio_rw", NEED_SYMBOL } } },
	{ "direct result", true, NULL, false, {
		{ "direct_done", "iomap_dio_complete", NEED_FUNCTION_BTF } } },
	{ "encoded return", false, "what encoded writes wrote: they blind", false, {
		{ "encoded_exit", "btrfs_do_encoded_write", NEED_MODULE_BTF } } },
	{ "clone return", true, NULL, false, {
		{ "clone_exit", "vfs_clone_file_range", NEED_FUNCTION_BTF } } },
	/* Newer kernels have it in the one above. */
	{ "inner clone return", false, "nothing, if it is no function", false, {
		{ "inner_clone_exit", "do_clone_file_range", NEED_FUNCTION_BTF } } },
	{ "copy return", true, NULL, false, {
		{ "copy_exit", "vfs_copy_file_range", NEED_FUNCTION_BTF } } },
	{ "dedupe entry", true, NULL, false, {
		{ "dedupe_entry", "vfs_dedupe_file_range_one", NEED_FUNCTION_BTF } } },
	{ "dedupe return", true, NULL, false, {
		{ "dedupe_exit", "vfs_dedupe_file_range_one", NEED_FUNCTION_BTF } } },
	{ "second look", true, NULL, false, {
		{ "sweep", "bpf_map_elem", NEED_MAP_ITER } } },
	{ "eviction", true, NULL, false, {
		{ "evict_entry", "truncate_inode_pages_final", NEED_FUNCTION_BTF } } },
	{ "stale read", false, "who reads lost pages back in", true, {
		{ "add", "mm_filemap_add_to_page_cache", NEED_TRACEPOINT_BTF } } },
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

static bool has_call_sites(const struct hook_variant *v,
			   const struct ksyms *ksyms, struct hook_choice *c)
{
	const struct ksym *callee = btrfs_symbol(ksyms, v->symbol);

	c->site_count = callee ? callsites_of(ksyms, callee, c->sites) : 0;
	return c->site_count > 0;
}

static bool can_attach(const struct hook_variant *v,
		       const struct hook_kernel *k, struct hook_choice *c)
{
	switch (v->need) {
	case NEED_FUNCTION_BTF:
		return has_type(k->vmlinux, "", v->symbol, BTF_KIND_FUNC);
	case NEED_MAP_ITER:
		return has_type(k->vmlinux, "bpf_iter_", v->symbol,
				BTF_KIND_FUNC);
	case NEED_MODULE_BTF:
		return has_type(k->btrfs, "", v->symbol, BTF_KIND_FUNC) ||
		       has_type(k->vmlinux, "", v->symbol, BTF_KIND_FUNC);
	case NEED_TRACEPOINT_BTF:
		return has_type(k->vmlinux, "btf_trace_", v->symbol,
				BTF_KIND_TYPEDEF);
	case NEED_SYMBOL:
		return btrfs_symbol(k->ksyms, v->symbol);
	case NEED_CALL_SITES:
		return has_call_sites(v, k->ksyms, c);
	}
	return false;
}

void hook_choose(const struct hook_role *role, const struct hook_kernel *kernel,
		 struct hook_choice *choice)
{
	for (int i = 0; i < VARIANTS_MAX && role->variants[i].program; i++) {
		choice->variant = &role->variants[i];
		if (can_attach(choice->variant, kernel, choice))
			return;
	}
	choice->variant = NULL;
}
