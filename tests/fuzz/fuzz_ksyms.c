// SPDX-License-Identifier: GPL-2.0
/* fuzz_ksyms.c - symbols in the format of /proc/kallsyms, and the frames. */
#include <errno.h>

#include "frames.h"
#include "fuzz.h"
#include "ksyms.h"

struct walk {
	const struct ksyms *ksyms;
	__u64 last;
	unsigned int count;
};

static void check_symbol(const struct ksym *sym, void *arg)
{
	struct walk *walk = arg;
	const struct ksym *named;

	CHECK(sym->from && sym->to > sym->from);
	CHECK(sym->from >= walk->last);
	CHECK(!strpbrk(sym->name, ". \n") && !strpbrk(sym->module, "]\n"));
	named = ksyms_named(walk->ksyms, sym->name, sym->module);
	CHECK(sym->part ||
	      (named && !named->part && !strcmp(named->name, sym->name)));
	named = ksyms_at(walk->ksyms, sym->from);
	CHECK(named && named->from == sym->from);
	walk->last = sym->from;
	walk->count++;
}

static void check_frames(const struct ksyms *ksyms)
{
	struct frame frames[FRAMES_MAX];
	int count = frames_fill(ksyms, frames);

	CHECK(count > 1 || count == -ENOENT || count == -E2BIG);
	for (int i = 0; i < count; i++) {
		CHECK(frames[i].to > frames[i].from);
		CHECK(!i || frames[i].from >= frames[i - 1].from);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = fuzz_file(data, size);
	struct ksyms *ksyms = NULL;
	struct walk walk = { 0 };
	int err;

	if (!in)
		return 0;
	err = ksyms_read(in, &ksyms);
	CHECK(!err || err == -EPERM || err == -EBADMSG);
	fclose(in);
	if (err)
		return 0;
	walk.ksyms = ksyms;
	ksyms_each(ksyms, check_symbol, &walk);
	CHECK(walk.count);
	check_frames(ksyms);
	ksyms_free(ksyms);
	return 0;
}
