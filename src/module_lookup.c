// SPDX-License-Identifier: GPL-2.0
/* module_lookup.c - see module_lookup.h. */
#include <stdlib.h>
#include <string.h>

#include "module_lookup.h"

static int place_order(uint32_t section, uint64_t at, uint32_t other_section,
		       uint64_t other)
{
	if (section != other_section)
		return section < other_section ? -1 : 1;
	return (at > other) - (at < other);
}

static int function_order(const void *a, const void *b)
{
	const struct module_function *x = a, *y = b;

	return place_order(x->section, x->from, y->section, y->from);
}

static int reference_order(const void *a, const void *b)
{
	const struct module_reference *x = a, *y = b;

	return place_order(x->section, x->at, y->section, y->at);
}

static int object_order(const void *a, const void *b)
{
	const struct module_object *x = a, *y = b;

	return place_order(x->section, x->from, y->section, y->from);
}

static void sort(void *array, size_t count, size_t each,
		 int (*order)(const void *a, const void *b))
{
	if (count)
		qsort(array, count, each, order);
}

void module_image_sort(struct module_image *image)
{
	sort(image->functions, image->function_count, sizeof(*image->functions),
	     function_order);
	sort(image->references, image->reference_count,
	     sizeof(*image->references), reference_order);
	sort(image->objects, image->object_count, sizeof(*image->objects),
	     object_order);
}

bool module_function_is(const char *function, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(function, name, len) != 0)
		return false;
	return !function[len] ||
	       (function[len] == '.' && !strstr(function + len, ".cold"));
}

bool module_function_is_cold_of(const char *part, const char *function)
{
	size_t len = strlen(function);

	return !strncmp(part, function, len) &&
	       !strncmp(part + len, ".cold", strlen(".cold"));
}

struct module_function *module_function_at(const struct module_image *image,
					   uint32_t section, uint64_t address)
{
	size_t low = 0, high = image->function_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct module_function *f = &image->functions[middle];

		if (place_order(f->section, f->from, section, address) > 0)
			high = middle;
		else if (f->section < section || address - f->from >= f->size)
			low = middle + 1;
		else
			return f;
	}
	return NULL;
}

struct module_reference *module_reference_from(const struct module_image *image,
					       uint32_t section, uint64_t at)
{
	size_t low = 0, high = image->reference_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct module_reference *r = &image->references[middle];

		if (place_order(r->section, r->at, section, at) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < image->reference_count ? &image->references[low] : NULL;
}

struct module_reference *module_reference_at(const struct module_image *image,
					     uint32_t section, uint64_t at)
{
	struct module_reference *r = module_reference_from(image, section, at);

	return r && r->section == section && r->at == at ? r : NULL;
}

const struct module_object *module_object_at(const struct module_image *image,
					     uint32_t section, uint64_t at)
{
	size_t low = 0, high = image->object_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct module_object *o = &image->objects[middle];

		if (place_order(o->section, o->from, section, at) > 0)
			high = middle;
		else if (o->section < section || at - o->from >= o->size)
			low = middle + 1;
		else
			return o;
	}
	return NULL;
}
