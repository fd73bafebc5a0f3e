// SPDX-License-Identifier: GPL-2.0
/* facts.c - see facts.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "facts.h"
#include "finding.h"
#include "mounts.h"

#define BTRFS_FILESYSTEMS "/sys/fs/btrfs"
#define NOTE_BUILD_ID 3

struct collector {
	fact_fn fn;
	void *arg;
	char uuid[FINDING_UUID_LEN]; /* the only filesystem; empty: all */
	unsigned int dev;
};

static const struct {
	const char *key;
	const char *path;
} texts[] = {
	{ "taint", "/proc/sys/kernel/tainted" },
	{ "btrfs.srcversion", "/sys/module/btrfs/srcversion" },
	{ "btrfs.taint", "/sys/module/btrfs/taint" },
};

static const struct {
	const char *key;
	const char *path;
} notes[] = {
	{ "kernel.build-id", "/sys/kernel/notes" },
	{ "btrfs.build-id", "/sys/module/btrfs/notes/.note.gnu.build-id" },
};

/* What one filesystem says of itself. */
static const char *const sizes[] = { "sectorsize", "nodesize", "checksum" };

/* At most `room` bytes. Returns how many, or -errno. */
static ssize_t read_file(const char *path, void *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, to, room);
	n = n < 0 ? -errno : n;
	close(fd);
	return n;
}

/* The first line; NULL: there is none. */
static const char *read_line(const char *path, char *text, size_t room)
{
	ssize_t n = read_file(path, text, room - 1);

	if (n <= 0)
		return NULL;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return *text ? text : NULL;
}

const char *facts_srcversion(char *text, size_t room)
{
	return read_line("/sys/module/btrfs/srcversion", text, room);
}

static int text_fact(const struct collector *c, const char *key,
		     const char *path)
{
	char text[256];

	if (!read_line(path, text, sizeof(text)))
		return 0;
	return c->fn(c->arg, key, text);
}

static size_t padded(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

static void put_hex(const unsigned char *bytes, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
}

int facts_build_id(const unsigned char *at, size_t size, char *text,
		   size_t room)
{
	uint32_t head[3]; /* length of the name, of the note, its kind */

	while (size >= sizeof(head)) {
		size_t name, whole;

		memcpy(head, at, sizeof(head));
		name = padded(head[0]);
		whole = sizeof(head) + name + padded(head[1]);
		if (whole > size)
			return -ENOENT;
		at += sizeof(head);
		if (head[2] == NOTE_BUILD_ID && head[0] == 4 &&
		    !memcmp(at, "GNU", 4) && 2 * (size_t)head[1] < room) {
			put_hex(at + name, head[1], text);
			return 0;
		}
		at += whole - sizeof(head);
		size -= whole;
	}
	return -ENOENT;
}

static int note_fact(const struct collector *c, const char *key,
		     const char *path)
{
	unsigned char bytes[4096] = { 0 };
	ssize_t n = read_file(path, bytes, sizeof(bytes));
	char text[129];

	if (n <= 0 || facts_build_id(bytes, (size_t)n, text, sizeof(text)))
		return 0;
	return c->fn(c->arg, key, text);
}

static int kernel_facts(const struct collector *c)
{
	struct utsname name;
	int err = 0;

	if (!uname(&name)) {
		err = c->fn(c->arg, "kernel.release", name.release);
		if (!err)
			err = c->fn(c->arg, "kernel.version", name.version);
		if (!err)
			err = c->fn(c->arg, "kernel.machine", name.machine);
	}
	for (size_t i = 0; !err && i < sizeof(texts) / sizeof(*texts); i++)
		err = text_fact(c, texts[i].key, texts[i].path);
	for (size_t i = 0; !err && i < sizeof(notes) / sizeof(*notes); i++)
		err = note_fact(c, notes[i].key, notes[i].path);
	return err;
}

static int is_name(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* The features of a filesystem are the names of files. */
static int feature_fact(const struct collector *c, const char *uuid)
{
	char path[320], key[64], *text = NULL;
	struct dirent **names;
	size_t len = 0;
	FILE *list;
	int count, err = 0;

	snprintf(path, sizeof(path), BTRFS_FILESYSTEMS "/%s/features", uuid);
	snprintf(key, sizeof(key), "fs.%.36s.features", uuid);
	count = scandir(path, &names, is_name, alphasort);
	if (count < 0)
		return 0;
	list = open_memstream(&text, &len);
	for (int i = 0; list && i < count; i++)
		fprintf(list, "%s%s", i ? " " : "", names[i]->d_name);
	free_names(names, count);
	if (!list || fclose(list))
		err = -ENOMEM;
	else if (len)
		err = c->fn(c->arg, key, text);
	free(text);
	return err;
}

static int filesystem_facts(const struct collector *c, const char *uuid)
{
	char path[320], key[64];
	int err = feature_fact(c, uuid);

	for (size_t i = 0; !err && i < sizeof(sizes) / sizeof(*sizes); i++) {
		snprintf(path, sizeof(path), BTRFS_FILESYSTEMS "/%s/%s", uuid,
			 sizes[i]);
		snprintf(key, sizeof(key), "fs.%.36s.%s", uuid, sizes[i]);
		err = text_fact(c, key, path);
	}
	return err;
}

/* The directory has others too: `features` is what the module can do. */
static int all_filesystems(const struct collector *c)
{
	struct dirent **names;
	int count = scandir(BTRFS_FILESYSTEMS, &names, is_name, alphasort);
	int err = 0;

	if (count < 0)
		return 0;
	for (int i = 0; !err && i < count; i++) {
		const char *name = names[i]->d_name;

		if (strlen(name) == FINDING_UUID_LEN - 1 &&
		    (!c->uuid[0] || !strcmp(c->uuid, name)))
			err = filesystem_facts(c, name);
	}
	free_names(names, count);
	return err;
}

/* A line of the mount table, as it is. Blanks in names are escaped there. */
static int mount_fact(const struct collector *c, char *line)
{
	unsigned int major, minor;

	line[strcspn(line, "\n")] = '\0';
	if (!strstr(line, " - btrfs ") ||
	    sscanf(line, "%*u %*u %u:%u ", &major, &minor) != 2)
		return 0;
	if (c->dev && (major << 20 | minor) != c->dev)
		return 0;
	return c->fn(c->arg, "mount", line);
}

/* The device of the filesystem that holds `path`; 0: all are meant. */
static unsigned int device_of(FILE *table, const char *path)
{
	const struct mount *m;
	struct mounts *mounts;
	unsigned int dev;

	if (!path || mounts_read(table, &mounts))
		return 0;
	m = mounts_of_point(mounts, path);
	dev = m ? m->major << 20 | m->minor : 0;
	mounts_free(mounts);
	return dev;
}

static int mount_facts(struct collector *c, const char *path)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	if (!f)
		return 0;
	c->dev = device_of(f, path);
	rewind(f);
	while (!err && getline(&line, &room, f) > 0)
		err = mount_fact(c, line);
	free(line);
	fclose(f);
	return err;
}

static void find_uuid(struct collector *c, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct btrfs_ioctl_fs_info_args info = { 0 };

	if (fd < 0)
		return;
	if (!ioctl(fd, BTRFS_IOC_FS_INFO, &info))
		finding_uuid(info.fsid, c->uuid);
	close(fd);
}

int facts_of_system(const char *path, fact_fn fn, void *arg)
{
	struct collector c = { .fn = fn, .arg = arg };
	int err;

	if (path)
		find_uuid(&c, path);
	err = kernel_facts(&c);
	if (!err)
		err = mount_facts(&c, path);
	return err ? err : all_filesystems(&c);
}
