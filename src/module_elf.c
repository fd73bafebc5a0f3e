// SPDX-License-Identifier: GPL-2.0
/* module_elf.c - see module_elf.h. libelf checks the file's structure. */
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "module_elf.h"
#include "module_lookup.h"

/* A place that is referred to is that of the next instruction, 4 bytes on. */
#define REL32_LEN 4

struct reading {
	Elf *elf;
	struct module_image *image;
	size_t functions_room, references_room, objects_room;
	Elf_Data *symbols;
	size_t symbol_count;
	size_t strings; /* section index of the names */
};

static int make_room(void **array, size_t *room, size_t count, size_t each)
{
	size_t want = *room ? *room * 2 : 1024;
	void *more;

	if (count < *room)
		return 0;
	if (count >= MODULE_FUNCTIONS_MAX)
		return -E2BIG;
	more = realloc(*array, want * each);
	if (!more)
		return -ENOMEM;
	*array = more;
	*room = want;
	return 0;
}

static bool is_code(const GElf_Shdr *header)
{
	return header->sh_type == SHT_PROGBITS &&
	       header->sh_flags & SHF_EXECINSTR;
}

static int add_function(struct reading *r, const struct module_function *f)
{
	struct module_image *image = r->image;
	int err = make_room((void **)&image->functions, &r->functions_room,
			    image->function_count, sizeof(*f));

	if (!err)
		image->functions[image->function_count++] = *f;
	return err;
}

static int add_object(struct reading *r, const GElf_Sym *sym)
{
	struct module_image *image = r->image;
	struct module_object object = { .section = sym->st_shndx,
					.from = sym->st_value,
					.size = sym->st_size };
	int err = make_room((void **)&image->objects, &r->objects_room,
			    image->object_count, sizeof(object));

	if (!err)
		image->objects[image->object_count++] = object;
	return err;
}

/* The code of a function must lie wholly in its section. */
static int add_function_symbol(struct reading *r, const GElf_Sym *sym)
{
	Elf_Scn *scn = elf_getscn(r->elf, sym->st_shndx);
	struct module_function f = { .section = sym->st_shndx,
				     .from = sym->st_value,
				     .size = sym->st_size,
				     .local = GELF_ST_BIND(sym->st_info) ==
					      STB_LOCAL };
	Elf_Data *data;
	GElf_Shdr header;
	uint64_t offset;

	if (!scn || !gelf_getshdr(scn, &header))
		return -EBADMSG;
	if (header.sh_type == SHT_NOBITS)
		return -ENOEXEC;
	offset = f.from - (r->image->linked ? header.sh_addr : 0);
	f.name = elf_strptr(r->elf, r->strings, sym->st_name);
	data = elf_rawdata(scn, NULL);
	if (!f.name || !is_code(&header) || !data || !data->d_buf ||
	    offset > data->d_size || f.size > data->d_size - offset)
		return -EBADMSG;
	f.code = (const unsigned char *)data->d_buf + offset;
	return add_function(r, &f);
}

static int add_symbol(struct reading *r, const GElf_Sym *sym)
{
	if (!sym->st_size || sym->st_shndx == SHN_UNDEF ||
	    sym->st_shndx >= SHN_LORESERVE)
		return 0;
	if (GELF_ST_TYPE(sym->st_info) == STT_FUNC)
		return add_function_symbol(r, sym);
	if (GELF_ST_TYPE(sym->st_info) == STT_OBJECT)
		return add_object(r, sym);
	return 0;
}

static int read_symbols(struct reading *r)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header = { 0 };
	GElf_Sym sym;
	int err = 0;

	while ((scn = elf_nextscn(r->elf, scn)))
		if (gelf_getshdr(scn, &header) && header.sh_type == SHT_SYMTAB)
			break;
	if (!scn)
		return -ENODATA;
	r->symbols = elf_getdata(scn, NULL);
	r->strings = header.sh_link;
	if (!r->symbols || !header.sh_entsize)
		return -EBADMSG;
	r->symbol_count = header.sh_size / header.sh_entsize;
	for (size_t i = 0; i < r->symbol_count && !err; i++)
		err = gelf_getsym(r->symbols, (int)i, &sym)
			      ? add_symbol(r, &sym)
			      : -EBADMSG;
	return err ? err : r->image->function_count ? 0 : -ENODATA;
}

/* What is added to a symbol's value for the place that is meant; false: none.
 */
static bool place_of(const GElf_Rela *rela, bool code, uint64_t *added)
{
	*added = (uint64_t)rela->r_addend;
	switch (GELF_R_TYPE(rela->r_info)) {
	case R_X86_64_64:
		return true;
	case R_X86_64_32:
	case R_X86_64_32S:
		return code;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_GOTPCREL:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		*added += REL32_LEN;
		return code;
	default:
		return false;
	}
}

/* In data, only whole addresses are of interest: pointers to functions. */
static int add_reference(struct reading *r, uint32_t section, bool code,
			 const GElf_Rela *rela)
{
	struct module_image *image = r->image;
	struct module_reference ref = { .section = section,
					.at = rela->r_offset };
	uint64_t added;
	GElf_Sym sym;
	int err;

	if (!place_of(rela, code, &added))
		return 0;
	if (!gelf_getsym(r->symbols, (int)GELF_R_SYM(rela->r_info), &sym))
		return -EBADMSG;
	if (sym.st_shndx == SHN_UNDEF) {
		ref.name = elf_strptr(r->elf, r->strings, sym.st_name);
		if (!ref.name)
			return -EBADMSG;
	}
	ref.to_section = sym.st_shndx;
	ref.to = sym.st_value + added;
	err = make_room((void **)&image->references, &r->references_room,
			image->reference_count, sizeof(*image->references));
	if (!err)
		image->references[image->reference_count++] = ref;
	return err;
}

static int read_relocations(struct reading *r, Elf_Scn *scn,
			    const GElf_Shdr *header, bool code)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Rela rela;
	int err = 0;

	if (!data || !header->sh_entsize)
		return -EBADMSG;
	for (size_t i = 0; i < header->sh_size / header->sh_entsize && !err;
	     i++)
		err = gelf_getrela(data, (int)i, &rela)
			      ? add_reference(r, header->sh_info, code, &rela)
			      : -EBADMSG;
	return err;
}

static int read_references(struct reading *r)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header, of;
	int err = 0;

	while (!err && (scn = elf_nextscn(r->elf, scn))) {
		Elf_Scn *target;

		if (!gelf_getshdr(scn, &header))
			return -EBADMSG;
		if (header.sh_type != SHT_RELA)
			continue;
		target = elf_getscn(r->elf, header.sh_info);
		if (target && gelf_getshdr(target, &of) &&
		    of.sh_flags & SHF_ALLOC)
			err = read_relocations(r, scn, &header, is_code(&of));
	}
	return err;
}

/* Code of a section that lies from `from` to `to` and has no symbol. */
static int add_gap(struct reading *r, const struct module_function *section,
		   uint64_t from, uint64_t to)
{
	struct module_function f = *section;

	if (from >= to)
		return 0;
	f.from = from;
	f.size = to - from;
	f.code += from - section->from;
	return add_function(r, &f);
}

/* `first` on are the functions of the section, up to the next one's. */
static int add_gaps_of(struct reading *r, const struct module_function *section,
		       size_t first, size_t count)
{
	uint64_t at = section->from;
	int err = 0;

	for (size_t i = first; i < count && !err; i++) {
		const struct module_function *f = &r->image->functions[i];
		uint64_t from = f->from, end = f->from + f->size;

		if (f->section != section->section)
			break;
		err = add_gap(r, section, at, from);
		if (end > at)
			at = end;
	}
	return err ? err
		   : add_gap(r, section, at, section->from + section->size);
}

/*
 * What lies between the functions is padding, or code whose symbols are
 * stripped: that may be called like any other.
 */
static int add_gaps(struct reading *r)
{
	struct module_image *image = r->image;
	size_t count = image->function_count;
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	int err = 0;

	while (!err && (scn = elf_nextscn(r->elf, scn))) {
		struct module_function section = { .name = MODULE_UNNAMED };
		Elf_Data *data;
		size_t first = 0;

		if (!gelf_getshdr(scn, &header) || !is_code(&header))
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf)
			continue;
		section.section = (uint32_t)elf_ndxscn(scn);
		section.from = image->linked ? header.sh_addr : 0;
		section.size = data->d_size;
		section.code = data->d_buf;
		while (first < count &&
		       image->functions[first].section < section.section)
			first++;
		err = add_gaps_of(r, &section, first, count);
	}
	return err;
}

static int check_header(struct reading *r, size_t size)
{
	GElf_Ehdr header;

	if (!gelf_getehdr(r->elf, &header))
		return -EBADMSG;
	if (header.e_machine != EM_X86_64 ||
	    gelf_getclass(r->elf) != ELFCLASS64)
		return -ENOTSUP;
	if (header.e_type != ET_REL && header.e_type != ET_EXEC &&
	    header.e_type != ET_DYN)
		return -ENOTSUP;
	/* libelf passes over a table that lies behind the end. */
	if (header.e_shoff > size ||
	    (size_t)header.e_shnum * header.e_shentsize > size - header.e_shoff)
		return -EBADMSG;
	r->image->linked = header.e_type != ET_REL;
	return 0;
}

/* What lies behind the end of the file is not there to be judged. */
static int check_sections(struct reading *r, size_t size)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	size_t count, seen = 0;

	if (elf_getshdrnum(r->elf, &count))
		return -EBADMSG;
	while ((scn = elf_nextscn(r->elf, scn))) {
		if (!gelf_getshdr(scn, &header))
			return -EBADMSG;
		if (header.sh_type != SHT_NOBITS &&
		    (header.sh_offset > size ||
		     header.sh_size > size - header.sh_offset))
			return -EBADMSG;
		seen++;
	}
	return count && seen + 1 != count ? -EBADMSG : 0;
}

int module_image_read(unsigned char *data, size_t size,
		      struct module_image *out)
{
	struct reading r = { .image = out };
	int err;

	*out = (struct module_image){ 0 };
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOTSUP;
	out->elf = r.elf = elf_memory((char *)data, size);
	if (!r.elf || elf_kind(r.elf) != ELF_K_ELF)
		return -EBADMSG;
	err = check_header(&r, size);
	if (!err)
		err = check_sections(&r, size);
	if (!err)
		err = read_symbols(&r);
	if (!err && !out->linked)
		err = read_references(&r);
	if (err)
		return err;
	module_image_sort(out);
	err = add_gaps(&r);
	module_image_sort(out);
	return err;
}

void module_image_free(struct module_image *image)
{
	free(image->functions);
	free(image->references);
	free(image->objects);
	elf_end(image->elf);
	*image = (struct module_image){ 0 };
}
