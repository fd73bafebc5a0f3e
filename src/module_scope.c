// SPDX-License-Identifier: GPL-2.0
/* module_scope.c - see module_scope.h. */
#include <errno.h>
#include <string.h>

#include "module_lookup.h"
#include "module_names.h"
#include "module_scope.h"

/* So many functions in a row without btrfs's name are not btrfs's any more. */
#define STRANGERS_MAX 512

static bool is_cold(const struct module_function *f)
{
	return strstr(f->name, ".cold");
}

static bool has_its_name(const struct module_function *f)
{
	return !strncmp(f->name, "btrfs_", strlen("btrfs_")) ||
	       !strncmp(f->name, "__btrfs_", strlen("__btrfs_"));
}

/* The last function of btrfs's name from `at` on, upwards or downwards. */
static const struct module_function *last_of_its_name(
	const struct module_image *image, const struct module_function *at,
	int step)
{
	const struct module_function *last = at;
	const struct module_function *end =
		step > 0 ? image->functions + image->function_count - 1
			 : image->functions;

	for (const struct module_function *f = at; f != end;) {
		f += step;
		if (f->section != at->section ||
		    (f - last) * step > STRANGERS_MAX)
			break;
		if (has_its_name(f) && !is_cold(f))
			last = f;
	}
	return last;
}

int module_scope_find(const struct module_image *image,
		      const struct module_function *write,
		      struct module_scope *scope)
{
	const struct module_function *first, *last;

	*scope = (struct module_scope){ .all = !image->linked };
	if (scope->all)
		return 0;
	first = last_of_its_name(image, write, -1);
	last = last_of_its_name(image, write, 1);
	scope->section = write->section;
	scope->from = first->from;
	scope->to = last->from + last->size;
	for (const struct module_function *f = first; f <= last; f++) {
		enum module_role role = module_role_of(f->name);

		if (role == MODULE_CLEANER || role == MODULE_COPIER)
			return -ENOTSUP;
	}
	return 0;
}

/*
 * What is asked about is called by btrfs: if it is local, it is of the same
 * source file. Code that hardly ever runs is put elsewhere.
 */
bool module_scope_has(const struct module_scope *scope,
		      const struct module_function *f)
{
	return scope->all || f->local ||
	       (f->section == scope->section && f->from >= scope->from &&
		f->from < scope->to) ||
	       has_its_name(f) || is_cold(f);
}
