// SPDX-License-Identifier: GPL-2.0
/* module_linked.c - see module_linked.h. */
#include <capstone/capstone.h>
#include <errno.h>
#include <gelf.h>
#include <string.h>

#include "module_linked.h"
#include "module_lookup.h"

/* Who reads which function, and who wants to hear of it. */
struct reader {
	const struct module_image *image;
	size_t *budget;
	uint64_t offset;
	module_call_fn *fn;
	void *arg;
};

/* A section that is in memory, and an address of it. */
struct spot {
	uint32_t section;
	uint64_t address;
	const unsigned char *data;
	uint64_t left; /* bytes from there to its end */
};

static bool find_spot(const struct module_image *image, uint64_t address,
		      struct spot *spot)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;

	while ((scn = elf_nextscn(image->elf, scn))) {
		Elf_Data *data;

		if (!gelf_getshdr(scn, &header) ||
		    !(header.sh_flags & SHF_ALLOC) ||
		    header.sh_type != SHT_PROGBITS ||
		    address < header.sh_addr ||
		    address - header.sh_addr >= header.sh_size)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || data->d_size != header.sh_size)
			return false;
		spot->section = (uint32_t)elf_ndxscn(scn);
		spot->address = address;
		spot->data = (const unsigned char *)data->d_buf + address -
			     header.sh_addr;
		spot->left = header.sh_size - (address - header.sh_addr);
		return true;
	}
	return false;
}

/* Returns -ENOENT if no function begins there. */
static int report_function(const struct reader *r, const struct spot *spot)
{
	struct module_call call = { .offset = r->offset, .pointer = true };

	call.to = module_function_at(r->image, spot->section, spot->address);
	if (!call.to || call.to->from != spot->address)
		return -ENOENT;
	return r->fn(&call, r->arg);
}

/* The words of the object that is there, or the one word. */
static int report_words(const struct reader *r, const struct spot *spot)
{
	const struct module_object *object =
		module_object_at(r->image, spot->section, spot->address);
	const unsigned char *at = spot->data;
	uint64_t left = sizeof(uint64_t), word;
	struct spot to;
	int err = 0;

	if (object) {
		at -= spot->address - object->from;
		left = object->size;
	}
	if (left > spot->left + (uint64_t)(spot->data - at))
		return 0;
	for (; !err && left >= sizeof(word); left -= sizeof(word)) {
		if (!*r->budget || !--*r->budget)
			return -EBADMSG;
		memcpy(&word, at, sizeof(word));
		at += sizeof(word);
		if (word && find_spot(r->image, word, &to))
			err = report_function(r, &to);
		if (err == -ENOENT)
			err = 0;
	}
	return err;
}

static int report_value(const struct reader *r, uint64_t value)
{
	struct spot spot;
	int err;

	if (!find_spot(r->image, value, &spot))
		return 0;
	err = report_function(r, &spot);
	return err == -ENOENT ? report_words(r, &spot) : err;
}

static int report_operands(const struct reader *r, const cs_insn *insn)
{
	const cs_x86 *x86 = &insn->detail->x86;
	int err = 0;

	for (uint8_t i = 0; i < x86->op_count && !err; i++) {
		const cs_x86_op *op = &x86->operands[i];

		if (op->type == X86_OP_IMM)
			err = report_value(r, (uint64_t)op->imm);
		else if (op->type == X86_OP_MEM && op->mem.base == X86_REG_RIP)
			err = report_value(r, insn->address + insn->size +
						      (uint64_t)op->mem.disp);
		else if (op->type == X86_OP_MEM)
			err = report_value(r, (uint64_t)op->mem.disp);
	}
	return err;
}

int module_linked_pointers(const struct module_image *image,
			   const struct module_function *function,
			   size_t *budget, module_call_fn *fn, void *arg)
{
	struct reader r = { image, budget, 0, fn, arg };
	const uint8_t *code = function->code;
	size_t left = function->size;
	uint64_t address = function->from;
	cs_insn *insn;
	csh handle;
	int err = 0;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
		return -ENOMEM;
	cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
	insn = cs_malloc(handle);
	while (insn && !err && left &&
	       cs_disasm_iter(handle, &code, &left, &address, insn)) {
		r.offset = insn->address - function->from;
		if (!module_call_distance(insn))
			err = report_operands(&r, insn);
	}
	if (!insn)
		err = -ENOMEM;
	else
		cs_free(insn, 1);
	cs_close(&handle);
	return err;
}
