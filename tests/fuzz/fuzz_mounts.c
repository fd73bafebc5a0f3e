// SPDX-License-Identifier: GPL-2.0
/* fuzz_mounts.c - a mount table. */
#include "fuzz.h"
#include "mounts.h"

#define DEVICES 64 /* of the fuzzer's tables, small numbers are the likely */

static void check_mount(const struct mount *m)
{
	CHECK(m->major < 1U << 12 && m->minor < 1U << 20);
	CHECK(m->root[0] == '/' && m->point[0] == '/' && m->fstype[0]);
	CHECK(!*mounts_below(m->root, m->root));
}

static void look_up(struct mounts *t, unsigned int dev)
{
	const struct mount *any = mounts_find(t, dev, NULL);
	const struct mount *same;

	if (!any)
		return;
	check_mount(any);
	CHECK((any->major << 20 | any->minor) == dev);
	same = mounts_find(t, dev, any->root);
	CHECK(same && mounts_below(same->root, any->root));
	mounts_prefer(t, any->point);
	CHECK(mounts_find(t, dev, any->root) == any);
	mounts_prefer(t, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fuzz_file(data, size);
	struct mounts *t = NULL;
	const struct mount *m;

	if (!in)
		return 0;
	CHECK(!mounts_read(in, &t) && t);
	for (unsigned int dev = 0; dev < DEVICES; dev++)
		look_up(t, dev);
	m = mounts_of_point(t, "/");
	if (m)
		check_mount(m);
	mounts_free(t);
	fclose(in);
	return 0;
}
