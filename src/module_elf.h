/* SPDX-License-Identifier: GPL-2.0 */
/*
 * module_elf.h - the functions of an x86-64 ELF file, and what the places in
 * them refer to: a module (relocatable) or a vmlinux (linked).
 */
#ifndef DIRTYWATCH_MODULE_ELF_H
#define DIRTYWATCH_MODULE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODULE_FUNCTIONS_MAX 1000000

/* Names and bytes are the file's own: they live as long as it does. */
struct module_function {
	const char *name;
	uint32_t section;
	uint64_t from; /* address: in its section, or in the linked kernel */
	uint64_t size;
	const unsigned char *code;
	bool seen;			  /* for who walks the calls */
	const struct module_function *by; /* from where it was reached */
	uint64_t at;			  /* and the call's place there */
};

/* The four bytes at `at` in `section` refer to something. */
struct module_reference {
	uint32_t section;
	uint64_t at;
	const char *name;    /* NULL: a place in this file */
	uint32_t to_section; /* that place */
	uint64_t to;
};

struct module_image {
	struct module_function *functions; /* by section, then address */
	size_t function_count;
	struct module_reference *references; /* by section, then place */
	size_t reference_count;
	void *elf;
	bool linked; /* a vmlinux: no references, code has its targets */
};

/*
 * Read `size` bytes. Returns 0, -EBADMSG if they are no well-formed ELF file,
 * -ENOTSUP if they are one but not of x86-64 code, -ENODATA if it has no
 * symbols of functions (stripped), -E2BIG if it has too many, -ENOMEM; end with
 * module_image_free() in all cases. `data` must stay.
 */
int module_image_read(unsigned char *data, size_t size,
		      struct module_image *out);
void module_image_free(struct module_image *image);

/*
 * The function whose name is `name`, or begins so and goes on as compilers do
 * (.isra.0, .constprop.0, .part.0, .cold are not the function); NULL: none.
 */
struct module_function *module_function_named(const struct module_image *image,
					      const char *name);

/* Is `function` called `name`, up to what compilers append? */
bool module_function_is(const char *function, const char *name);

/* The function that holds the address, or NULL. */
struct module_function *module_function_at(const struct module_image *image,
					   uint32_t section, uint64_t address);

/* What the four bytes at `at` refer to, or NULL. */
const struct module_reference *module_reference_at(
	const struct module_image *image, uint32_t section, uint64_t at);

#endif
