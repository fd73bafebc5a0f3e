// SPDX-License-Identifier: GPL-2.0
/* module_calls.c - see module_calls.h. capstone knows where instructions end.
 */
#include <capstone/capstone.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module_calls.h"

#define REL32_LEN 4

/*
 * How many bytes of distance end a direct call or jump; 0: it is none. A jump
 * to a neighbour may be a short one.
 */
static unsigned int distance_len(const cs_insn *insn)
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

/* Fills `call`. Returns whether it leads out of the function. */
static bool leads_out(const struct module_image *image,
		      const struct module_function *f, const cs_insn *insn,
		      struct module_call *call)
{
	unsigned int len = distance_len(insn);
	const struct module_reference *ref;
	uint32_t section = f->section;
	uint64_t to;

	if (!len)
		return false;
	ref = module_reference_at(image, section,
				  insn->address + insn->size - len);
	call->offset = insn->address - f->from;
	call->name = ref ? ref->name : NULL;
	call->to = NULL;
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
		      const struct module_function *function,
		      int (*fn)(const struct module_call *call, void *arg),
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
	}
	if (!insn)
		err = -ENOMEM;
	else
		cs_free(insn, 1);
	cs_close(&handle);
	return err;
}
