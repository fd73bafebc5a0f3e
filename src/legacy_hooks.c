// SPDX-License-Identifier: GPL-2.0
/* legacy_hooks.c - see legacy_hooks.h: one table, symbols in order. */
#include <stddef.h>
#include <string.h>

#include "legacy_hooks.h"

/* clang-format off */
const struct legacy_role legacy_roles[] = {
	{ "write entry", "legacy_write_entry", NULL, false,
	  { "btrfs_buffered_write", "__btrfs_buffered_write" } },
	{ "write return", "legacy_write_return", NULL, true,
	  { "btrfs_buffered_write", "__btrfs_buffered_write" } },
	{ "clean", "legacy_clean", NULL, false,
	  { "folio_clear_dirty_for_io", "clear_page_dirty_for_io" } },
	{ "drop", "legacy_drop", NULL, false,
	  { "__delete_from_page_cache" } },
	{ "batch drop", "legacy_drop_batch", "nothing, if it is no function", false,
	  { "delete_from_page_cache_batch" } },
	{ "migration", "legacy_migration", "where suspect pages moved", false,
	  { "migrate_page_move_mapping", "folio_migrate_mapping" } },
	{ "dedupe", "legacy_dedupe", NULL, false,
	  { "vfs_dedupe_file_range_one", "btrfs_dedupe_file_range", "btrfs_extent_same" } },
	{ "second look", "legacy_look", NULL, false,
	  { "__x64_sys_getpgid", "sys_getpgid", "SyS_getpgid" } },
};
/* clang-format on */

const unsigned int legacy_role_count =
	sizeof(legacy_roles) / sizeof(legacy_roles[0]);

/* btrfs may be built in: then its functions are the kernel's own. */
static const struct ksym *find_symbol(const struct ksyms *ksyms,
				      const char *name)
{
	const struct ksym *sym = ksyms_named(ksyms, name, "btrfs");

	return sym ? sym : ksyms_named(ksyms, name, "");
}

static bool find_addresses(const struct legacy_role *role,
			   const struct ksyms *ksyms, const struct ksym *sym,
			   struct legacy_choice *choice)
{
	choice->count = 1;
	choice->at[0] = sym->from;
	if (role->sites)
		choice->count = callsites_of(ksyms, sym, choice->at);
	return choice->count > 0;
}

void legacy_choose(const struct legacy_role *role, const struct ksyms *ksyms,
		   struct legacy_choice *choice)
{
	memset(choice, 0, sizeof(*choice));
	for (int i = 0; i < LEGACY_SYMBOLS_MAX && role->symbols[i]; i++) {
		const struct ksym *sym = find_symbol(ksyms, role->symbols[i]);

		if (!sym || !find_addresses(role, ksyms, sym, choice))
			continue;
		choice->symbol = role->symbols[i];
		return;
	}
	choice->count = 0;
}
