// SPDX-License-Identifier: GPL-2.0
/* footprint.c - see footprint.h. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "footprint.h"

#define LINE_LEN 256

/* The number behind `key` at the beginning of the line. */
static bool takes(const char *line, const char *key, uint64_t *number)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) != 0)
		return false;
	*number = strtoull(line + len, NULL, 10);
	return true;
}

uint64_t footprint_fdinfo(FILE *from)
{
	uint64_t bytes = 0, entries = 0, type = 0;
	char line[LINE_LEN];

	while (fgets(line, sizeof(line), from))
		if (!takes(line, "memlock:", &bytes) &&
		    !takes(line, "max_entries:", &entries))
			takes(line, "map_type:", &type);
	return !bytes && type == BPF_MAP_TYPE_RINGBUF ? entries : bytes;
}

uint64_t footprint_status(FILE *from)
{
	char line[LINE_LEN];
	uint64_t kib = 0;

	while (fgets(line, sizeof(line), from))
		if (takes(line, "VmRSS:", &kib))
			break;
	return kib * 1024;
}

static uint64_t read_by(uint64_t (*fn)(FILE *), const char *path)
{
	FILE *f = fopen(path, "re");
	uint64_t bytes = f ? fn(f) : 0;

	if (f)
		fclose(f);
	return bytes;
}

/* fdinfo has the program, but not what it was compiled to. */
static uint64_t code_of(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0
						       : info.jited_prog_len;
}

static uint64_t descriptor_bytes(const char *number)
{
	char path[64], target[64];
	bool program;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%.16s", number);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return 0;
	target[len] = '\0';
	program = !strcmp(target, "anon_inode:bpf-prog");
	if (!program && strcmp(target, "anon_inode:bpf-map") != 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%.16s", number);
	return read_by(footprint_fdinfo, path) +
	       (program ? code_of(atoi(number)) : 0);
}

uint64_t footprint_kernel(void)
{
	DIR *all = opendir("/proc/self/fd");
	const struct dirent *one;
	uint64_t bytes = 0;

	while (all && (one = readdir(all)))
		bytes += descriptor_bytes(one->d_name);
	if (all)
		closedir(all);
	return bytes;
}

uint64_t footprint_process(void)
{
	return read_by(footprint_status, "/proc/self/status");
}
