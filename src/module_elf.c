// SPDX-License-Identifier: GPL-2.0
/* module_elf.c - see module_elf.h. libelf checks the file's structure. */
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "module_elf.h"

/* A place that is referred to is that of the next instruction, 4 bytes on. */
#define REL32_LEN 4

struct reading {
	Elf *elf;
	struct module_image *image;
	size_t functions_room, references_room;
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

static bool executable(Elf_Scn *scn, GElf_Shdr *header)
{
	return scn && gelf_getshdr(scn, header) &&
	       header->sh_type == SHT_PROGBITS &&
	       header->sh_flags & SHF_EXECINSTR;
}

/* The code of a function that lies wholly in its section, or NULL. */
static const unsigned char *code_of(const struct reading *r,
				    const GElf_Sym *sym)
{
	Elf_Scn *scn = elf_getscn(r->elf, sym->st_shndx);
	Elf_Data *data;
	GElf_Shdr header;
	uint64_t base, offset;

	if (!executable(scn, &header))
		return NULL;
	data = elf_rawdata(scn, NULL);
	base = r->image->linked ? header.sh_addr : 0;
	offset = sym->st_value - base;
	if (!data || !data->d_buf || sym->st_value < base ||
	    offset > data->d_size || sym->st_size > data->d_size - offset)
		return NULL;
	return (const unsigned char *)data->d_buf + offset;
}

static int add_function(struct reading *r, const GElf_Sym *sym)
{
	struct module_image *image = r->image;
	const unsigned char *code;
	const char *name;
	int err;

	if (GELF_ST_TYPE(sym->st_info) != STT_FUNC || !sym->st_size ||
	    sym->st_shndx == SHN_UNDEF || sym->st_shndx >= SHN_LORESERVE)
		return 0;
	name = elf_strptr(r->elf, r->strings, sym->st_name);
	code = code_of(r, sym);
	if (!name || !code)
		return -EBADMSG;
	err = make_room((void **)&image->functions, &r->functions_room,
			image->function_count, sizeof(*image->functions));
	if (err)
		return err;
	image->functions[image->function_count++] = (struct module_function){
		.name = name,
		.section = sym->st_shndx,
		.from = sym->st_value,
		.size = sym->st_size,
		.code = code,
	};
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
			      ? add_function(r, &sym)
			      : -EBADMSG;
	return err ? err : r->image->function_count ? 0 : -ENODATA;
}

static int add_reference(struct reading *r, uint32_t section,
			 const GElf_Rela *rela)
{
	struct module_image *image = r->image;
	struct module_reference ref = { .section = section,
					.at = rela->r_offset };
	uint32_t type = GELF_R_TYPE(rela->r_info);
	GElf_Sym sym;
	int err;

	if (type != R_X86_64_PC32 && type != R_X86_64_PLT32)
		return 0;
	if (!gelf_getsym(r->symbols, (int)GELF_R_SYM(rela->r_info), &sym))
		return -EBADMSG;
	if (sym.st_shndx == SHN_UNDEF) {
		ref.name = elf_strptr(r->elf, r->strings, sym.st_name);
		if (!ref.name)
			return -EBADMSG;
	}
	ref.to_section = sym.st_shndx;
	ref.to = sym.st_value + (uint64_t)rela->r_addend + REL32_LEN;
	err = make_room((void **)&image->references, &r->references_room,
			image->reference_count, sizeof(*image->references));
	if (!err)
		image->references[image->reference_count++] = ref;
	return err;
}

static int read_relocations(struct reading *r, Elf_Scn *scn,
			    const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Rela rela;
	int err = 0;

	if (!data || !header->sh_entsize)
		return -EBADMSG;
	for (size_t i = 0; i < header->sh_size / header->sh_entsize && !err;
	     i++)
		err = gelf_getrela(data, (int)i, &rela)
			      ? add_reference(r, header->sh_info, &rela)
			      : -EBADMSG;
	return err;
}

static int read_references(struct reading *r)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header, of;
	int err = 0;

	while (!err && (scn = elf_nextscn(r->elf, scn))) {
		if (!gelf_getshdr(scn, &header))
			return -EBADMSG;
		if (header.sh_type == SHT_RELA &&
		    executable(elf_getscn(r->elf, header.sh_info), &of))
			err = read_relocations(r, scn, &header);
	}
	return err;
}

static int function_order(const void *a, const void *b)
{
	const struct module_function *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

static int reference_order(const void *a, const void *b)
{
	const struct module_reference *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
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
	qsort(out->functions, out->function_count, sizeof(*out->functions),
	      function_order);
	if (out->reference_count)
		qsort(out->references, out->reference_count,
		      sizeof(*out->references), reference_order);
	return 0;
}

void module_image_free(struct module_image *image)
{
	free(image->functions);
	free(image->references);
	elf_end(image->elf);
	*image = (struct module_image){ 0 };
}

bool module_function_is(const char *function, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(function, name, len) != 0)
		return false;
	return !function[len] ||
	       (function[len] == '.' && !strstr(function + len, ".cold"));
}

struct module_function *module_function_named(const struct module_image *image,
					      const char *name)
{
	for (size_t i = 0; i < image->function_count; i++)
		if (module_function_is(image->functions[i].name, name))
			return &image->functions[i];
	return NULL;
}

struct module_function *module_function_at(const struct module_image *image,
					   uint32_t section, uint64_t address)
{
	size_t low = 0, high = image->function_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct module_function *f = &image->functions[middle];

		if (f->section > section ||
		    (f->section == section && f->from > address))
			high = middle;
		else if (f->section < section || address - f->from >= f->size)
			low = middle + 1;
		else
			return f;
	}
	return NULL;
}

const struct module_reference *module_reference_at(
	const struct module_image *image, uint32_t section, uint64_t at)
{
	struct module_reference key = { .section = section, .at = at };

	if (!image->reference_count)
		return NULL;
	return bsearch(&key, image->references, image->reference_count,
		       sizeof(key), reference_order);
}
