// SPDX-License-Identifier: GPL-2.0
/* kernel_version.c - see kernel_version.h. */
#include <elf.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "kernel_version.h"

#define NOTE_OWNER "Linux"
#define NOTE_VERSION 0

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* The version that the notes at `data` tell, or 0. */
static __u32 version_in_notes(const char *data, size_t size)
{
	Elf64_Nhdr note;
	__u32 version;

	while (size >= sizeof(note)) {
		size_t name, all;

		memcpy(&note, data, sizeof(note));
		name = sizeof(note) + padded(note.n_namesz);
		all = name + padded(note.n_descsz);
		if (all > size)
			return 0;
		if (note.n_type == NOTE_VERSION &&
		    note.n_namesz == sizeof(NOTE_OWNER) &&
		    note.n_descsz >= sizeof(version) &&
		    !memcmp(data + sizeof(note), NOTE_OWNER,
			    sizeof(NOTE_OWNER))) {
			memcpy(&version, data + name, sizeof(version));
			return version;
		}
		data += all;
		size -= all;
	}
	return 0;
}

__u32 kernel_version_in(const void *image, size_t size)
{
	const char *bytes = image;
	__u32 version = 0;
	Elf64_Ehdr head;
	Elf64_Phdr part;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, bytes, sizeof(head));
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
	    head.e_phentsize != sizeof(part) || head.e_phoff > size ||
	    head.e_phnum > (size - head.e_phoff) / sizeof(part))
		return 0;
	for (unsigned int i = 0; i < head.e_phnum && !version; i++) {
		memcpy(&part, bytes + head.e_phoff + i * sizeof(part),
		       sizeof(part));
		if (part.p_type == PT_NOTE && part.p_offset <= size &&
		    part.p_filesz <= size - part.p_offset)
			version = version_in_notes(bytes + part.p_offset,
						   part.p_filesz);
	}
	return version;
}

__u32 kernel_version(void)
{
	/* The kernel's own image, in whole pages; its notes are in the first.
	 */
	const void *image = (const void *)getauxval(AT_SYSINFO_EHDR);

	return image ? kernel_version_in(image, (size_t)getpagesize()) : 0;
}
