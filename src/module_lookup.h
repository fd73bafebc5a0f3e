/* SPDX-License-Identifier: GPL-2.0 */
/* module_lookup.h - find functions and references of a module's image. */
#ifndef DIRTYWATCH_MODULE_LOOKUP_H
#define DIRTYWATCH_MODULE_LOOKUP_H

#include "module_elf.h"

/* Put what was read into the order that the others here rely on. */
void module_image_sort(struct module_image *image);

/*
 * Is `function` called `name`, up to what compilers append (.isra.0,
 * .constprop.0, .part.0)? What they put aside (.cold) is not the function.
 */
bool module_function_is(const char *function, const char *name);

/* Is `part` what the compiler put aside of `function`, by their names? */
bool module_function_is_cold_of(const char *part, const char *function);

/* The function that holds the address, or NULL. */
struct module_function *module_function_at(const struct module_image *image,
					   uint32_t section, uint64_t address);

/*
 * The first reference at or behind `at`, which may be of another section, or
 * NULL.
 */
struct module_reference *module_reference_from(const struct module_image *image,
					       uint32_t section, uint64_t at);

/* What the bytes at `at` refer to, or NULL. */
struct module_reference *module_reference_at(const struct module_image *image,
					     uint32_t section, uint64_t at);

/* The object that holds the place, or NULL. */
const struct module_object *module_object_at(const struct module_image *image,
					     uint32_t section, uint64_t at);

#endif
