// SPDX-License-Identifier: GPL-2.0
/* module_calls.c - see module_calls.h. capstone knows where instructions end.
 */
#include <capstone/capstone.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module_calls.h"
#include "module_linked.h"
#include "module_lookup.h"

#define REL32_LEN 4

unsigned int module_call_distance(const cs_insn *insn)
{
	const uint8_t *last = insn->bytes + insn->size;

	if (insn->size >= 1 + REL32_LEN &&
	    (last[-REL32_LEN - 1] == 0xe8 || last[-REL32_LEN - 1] == 0xe9) &&
	    (insn->id == X86_INS_CALL || insn->id == X86_INS_JMP))
		return REL32_LEN;
	if (insn->size >= 2 + REL32_LEN && last[-REL32_LEN - 2] == 0x0f &&
	    last[-REL32_LEN - 1] >> 4 == 8)
		return REL32_LEN;
	if (insn->size == 2 && (last[-2] == 0xeb || last[-2] >> 4 == 7))
		return 1;
	return 0;
}

/* Where it leads by the code itself. */
static uint64_t target_of(const cs_insn *insn, unsigned int len)
{
	const uint8_t *at = insn->bytes + insn->size - len;
	int32_t rel;

	if (len == 1)
		return insn->address + insn->size + (uint64_t)(int8_t)*at;
	memcpy(&rel, at, sizeof(rel));
	return insn->address + insn->size + (uint64_t)(int64_t)rel;
}

/* An indirect call, or one of what the kernel has instead of it. */
static bool is_indirect(const cs_insn *insn, const struct module_call *call)
{
	static const char thunk[] = "__x86_indirect_";

	if (call->name)
		return !strncmp(call->name, thunk, sizeof(thunk) - 1);
	if (call->to)
		return !strncmp(call->to->name, thunk, sizeof(thunk) - 1);
	return (insn->id == X86_INS_CALL || insn->id == X86_INS_JMP) &&
	       !module_call_distance(insn);
}

/* Fills `call`. Returns whether it leads out of the function. */
static bool leads_out(const struct module_image *image,
		      const struct module_function *f, const cs_insn *insn,
		      struct module_call *call)
{
	unsigned int len = module_call_distance(insn);
	struct module_reference *ref;
	uint32_t section = f->section;
	uint64_t to;

	*call = (struct module_call){ .offset = insn->address - f->from };
	if (!len)
		return false;
	ref = module_reference_at(image, section,
				  insn->address + insn->size - len);
	if (ref) {
		ref->called = true;
		call->name = ref->name;
	}
	if (call->name)
		return true;
	to = ref ? ref->to : target_of(insn, len);
	section = ref ? ref->to_section : section;
	if (section == f->section && to > f->from && to - f->from < f->size)
		return false;
	call->to = module_function_at(image, section, to);
	return call->to != NULL;
}

int module_calls_each(const struct module_image *image,
		      struct module_function *function, module_call_fn *fn,
		      void *arg)
{
	const uint8_t *code = function->code;
	size_t left = function->size;
	uint64_t address = function->from;
	struct module_call call;
	cs_insn *insn;
	csh handle;
	int err = 0;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
		return -ENOMEM;
	insn = cs_malloc(handle);
	while (insn && !err && left) {
		if (!cs_disasm_iter(handle, &code, &left, &address, insn))
			err = -EBADMSG;
		else if (leads_out(image, function, insn, &call))
			err = fn(&call, arg);
		if (!err && is_indirect(insn, &call))
			function->indirect = true;
	}
	if (!insn)
		err = -ENOMEM;
	else
		cs_free(insn, 1);
	cs_close(&handle);
	return err;
}

/* Is `ref` of the bytes from `from` up to `to` of `section`? */
static bool is_within(const struct module_image *image,
		      const struct module_reference *ref, uint32_t section,
		      uint64_t to)
{
	return ref && ref < image->references + image->reference_count &&
	       ref->section == section && ref->at < to;
}

/* A pointer to a function is one to its first instruction. */
static int report_pointer(const struct module_image *image,
			  const struct module_reference *ref, uint64_t offset,
			  module_call_fn *fn, void *arg)
{
	struct module_call call = { .offset = offset,
				    .name = ref->name,
				    .pointer = true };

	if (!ref->name)
		call.to = module_function_at(image, ref->to_section, ref->to);
	if (call.to && call.to->from != ref->to)
		return 0;
	return call.name || call.to ? fn(&call, arg) : 0;
}

/* The pointers in the object that `ref` means, or in what lies there alone. */
static int report_object(const struct module_image *image,
			 const struct module_reference *ref, uint64_t offset,
			 size_t *budget, module_call_fn *fn, void *arg)
{
	const struct module_object *object =
		module_object_at(image, ref->to_section, ref->to);
	uint64_t from = object ? object->from : ref->to;
	uint64_t to = from + (object ? object->size : 1);
	const struct module_reference *in =
		module_reference_from(image, ref->to_section, from);
	int err = 0;

	for (; !err && is_within(image, in, ref->to_section, to); in++)
		err = *budget && --*budget
			      ? report_pointer(image, in, offset, fn, arg)
			      : -EBADMSG;
	return err;
}

int module_pointers_each(const struct module_image *image,
			 const struct module_function *function, size_t *budget,
			 module_call_fn *fn, void *arg)
{
	const struct module_reference *ref =
		module_reference_from(image, function->section, function->from);
	uint64_t end = function->from + function->size;
	int err = 0;

	if (image->linked)
		return module_linked_pointers(image, function, budget, fn, arg);
	for (; !err && is_within(image, ref, function->section, end); ref++) {
		uint64_t offset = ref->at - function->from;

		if (ref->called)
			continue;
		err = report_pointer(image, ref, offset, fn, arg);
		if (!err && !ref->name)
			err = report_object(image, ref, offset, budget, fn,
					    arg);
	}
	return err;
}
