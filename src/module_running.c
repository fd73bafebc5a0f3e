// SPDX-License-Identifier: GPL-2.0
/* module_running.c - see module_running.h. */
#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "module_running.h"

#define LOADED_NOTE "/sys/module/btrfs/notes/.note.gnu.build-id"
#define NOTE_MAX 256

/* "PATH/btrfs.ko.xz: ..." - up to the colon, if that is the module. */
static bool is_btrfs(char *line)
{
	char *end = strchr(line, ':');
	const char *base;

	if (!end)
		return false;
	*end = '\0';
	base = strrchr(line, '/');
	base = base ? base + 1 : line;
	return !strncmp(base, "btrfs.ko", strlen("btrfs.ko"));
}

int module_running_path(char path[MODULE_RUNNING_PATH])
{
	struct utsname kernel;
	char *line = NULL;
	size_t room = 0;
	int err = -ENOENT;
	FILE *f;

	if (uname(&kernel))
		return -errno;
	snprintf(path, MODULE_RUNNING_PATH, "/lib/modules/%s/modules.dep",
		 kernel.release);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (err && getline(&line, &room, f) > 0) {
		int len;

		if (!is_btrfs(line))
			continue;
		len = *line == '/'
			      ? snprintf(path, MODULE_RUNNING_PATH, "%s", line)
			      : snprintf(path, MODULE_RUNNING_PATH,
					 "/lib/modules/%s/%s", kernel.release,
					 line);
		err = len < MODULE_RUNNING_PATH ? 0 : -ENAMETOOLONG;
	}
	free(line);
	fclose(f);
	return err;
}

/* The section of that name, or NULL. */
static Elf_Data *section_named(Elf *elf, const char *name)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *found =
			gelf_getshdr(scn, &header)
				? elf_strptr(elf, strings, header.sh_name)
				: NULL;

		if (found && !strcmp(found, name))
			return elf_rawdata(scn, NULL);
	}
	return NULL;
}

bool module_is_loaded_one(const struct module_image *image)
{
	Elf_Data *note = section_named(image->elf, ".note.gnu.build-id");
	unsigned char loaded[NOTE_MAX];
	FILE *f = fopen(LOADED_NOTE, "re");
	size_t size;

	if (!f)
		return errno == ENOENT;
	size = fread(loaded, 1, sizeof(loaded), f);
	fclose(f);
	return note && note->d_buf && note->d_size == size &&
	       !memcmp(note->d_buf, loaded, size);
}
