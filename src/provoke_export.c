// SPDX-License-Identifier: GPL-2.0
/*
 * provoke_export.c - reproducer/lost-write.c, whose text is part of this
 * program, with its table of trials replaced by the ones that were asked for.
 */
#include "provoke_export.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

__asm__(".pushsection .rodata\n"
	"reproducer_text:\n"
	".incbin \"src/reproducer/lost-write.c\"\n"
	".byte 0\n"
	".popsection\n");
extern const char reproducer_text[];

#define TABLE_BEGIN "/*TRIALS:"
#define TABLE_END "/*END OF TRIALS*/\n"

static const char *const outcomes[] = {
	[PROVOKE_NONE] = "NONE",
	[PROVOKE_NEAR_MISS] = "NEAR_MISS",
	[PROVOKE_STRANDED] = "STRANDED",
	[PROVOKE_LOST] = "LOST",
	[PROVOKE_SUPERSEDED] = "SUPERSEDED",
};

static void put_table(FILE *out, const struct provoke_options *opt)
{
	fprintf(out,
		"/* btrfs-dirtywatch %s provoke --outcome %s --count %" PRIu64
		" --seed %" PRIu64 " */\n"
		"#define OUTCOME %s\n"
		"static const struct trial trials[] = {\n",
		VERSION, provoke_outcome_name(opt->want), opt->count, opt->seed,
		outcomes[opt->want]);
	for (uint64_t trial = 1; trial <= opt->count; trial++) {
		struct provoke_plan p;

		provoke_plan_make(&p, opt->seed, trial, 1, opt->want);
		fprintf(out,
			"\t{ %" PRIu64 ", %" PRIu64 ", %u, %u, %u, %u },\n",
			p.size, p.page, p.valid, p.off, p.len, p.head);
	}
	fputs("};\n", out);
}

int provoke_export(FILE *out, const struct provoke_options *opt)
{
	const char *begin = strstr(reproducer_text, TABLE_BEGIN);
	const char *end = begin ? strstr(begin, TABLE_END) : NULL;

	if (!end)
		return -EINVAL;
	fwrite(reproducer_text, 1, (size_t)(begin - reproducer_text), out);
	put_table(out, opt);
	fputs(end + strlen(TABLE_END), out);
	errno = 0;
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
