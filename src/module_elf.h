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
	const char *name; /* MODULE_UNNAMED for code that no symbol is of */
	uint32_t section;
	uint64_t from; /* address: in its section, or in the linked kernel */
	uint64_t size;
	const unsigned char *code;
	bool local; /* no other source file knows its name */
	/* For who walks the calls. */
	bool seen, doubtful, indirect;
	const struct module_function *by; /* from where it was reached */
	uint64_t at;			  /* and the call's place there */
};

#define MODULE_UNNAMED "(no symbol)"

/* An object of data: a variable, a table of functions. */
struct module_object {
	uint32_t section;
	uint64_t from, size;
};

/* The bytes at `at` in `section` refer to something. */
struct module_reference {
	uint32_t section;
	uint64_t at;
	const char *name;    /* NULL: a place in this file */
	uint32_t to_section; /* that place */
	uint64_t to;
	bool called; /* by a direct call or jump, as module_calls_each() says */
};

struct module_image {
	struct module_function *functions; /* by section, then address */
	size_t function_count;
	struct module_object *objects; /* as they come */
	size_t object_count;
	struct module_reference *references; /* by section, then place */
	size_t reference_count;
	void *elf;
	bool linked; /* a vmlinux: no references, code has its targets */
};

/*
 * Read `size` bytes. Returns 0, -EBADMSG if they are no well-formed ELF file,
 * -ENOTSUP if they are one but not of x86-64 code, -ENOEXEC if it holds the
 * debugging information alone, -ENODATA if it has no symbols of functions
 * (stripped), -E2BIG if it has too many, -ENOMEM; end with module_image_free()
 * in all cases. `data` must stay.
 */
int module_image_read(unsigned char *data, size_t size,
		      struct module_image *out);
void module_image_free(struct module_image *image);

#endif
