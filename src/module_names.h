/* SPDX-License-Identifier: GPL-2.0 */
/* module_names.h - what functions of btrfs and of the kernel are to us. */
#ifndef DIRTYWATCH_MODULE_NAMES_H
#define DIRTYWATCH_MODULE_NAMES_H

enum module_role {
	MODULE_PLAIN,	 /* none of the others */
	MODULE_CLEANER,	 /* takes a page's dirty bit away */
	MODULE_COPIER,	 /* copies the user's data into a page */
	MODULE_APART,	 /* cleans pages that are not the write's */
	MODULE_DOUBTFUL, /* below it, whose page is cleaned is not known */
};

/* By its name, whatever compilers appended to it. */
enum module_role module_role_of(const char *function);

/* The names that btrfs's buffered write has or had; NULL after the last. */
extern const char *const module_writes[];

/* What calls it, for where it has none of its own; NULL after the last. */
extern const char *const module_write_callers[];

#endif
