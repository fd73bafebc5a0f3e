// SPDX-License-Identifier: GPL-2.0
/*
 * storm.c - the storm of tests/unit/storm.h as observations for `replay`, on
 * standard output, and what must be counted of it in the file COUNTERS, as a
 * JSON object.
 *
 *   storm OBSERVATIONS SEED COUNTERS
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "finding.h"
#include "storm.h"

static uint64_t said;

static void print_call(const struct storm_event *e)
{
	printf("end t=%llu call=%llu pos=%llu stop=%llu left=%llu result=%lld\n",
	       e->ns, e->call, e->pos, e->stop, e->left, e->result);
}

/* What follows the words that all observations of a page begin with. */
static void print_rest(const struct storm_event *e)
{
	switch (e->kind) {
	case STORM_CLEAN:
		printf(" page=%llu call=%llu isize=%llu left=%llu pid=%llu",
		       4 + e->index, e->call, e->i_size, e->left,
		       1 + e->call % 1000);
		break;
	case STORM_RETRY:
		printf(" call=%llu", e->call);
		break;
	case STORM_DROP:
		printf(" way=%s pid=2 isize=%llu dirty=%d nlink=%d",
		       finding_way_word(e->way), e->i_size, e->dirty,
		       !e->unlinked);
		break;
	case STORM_FOUND:
		printf(" dirty=%d locked=%d", e->dirty, e->locked);
		break;
	case STORM_OVER:
		printf(" pos=%llu stop=%llu", e->pos, e->stop);
		break;
	default:
		break;
	}
	putchar('\n');
}

static void take(void *arg, const struct storm_event *e)
{
	static const char *const words[] = {
		[STORM_CLEAN] = "clean",     [STORM_RETRY] = "retry",
		[STORM_WRITTEN] = "written", [STORM_DIRTY] = "dirty",
		[STORM_DROP] = "drop",	     [STORM_FOUND] = "found",
		[STORM_SETTLED] = "settled", [STORM_OVER] = "overwritten",
	};

	(void)arg;
	said++;
	if (e->kind == STORM_END) {
		print_call(e);
		return;
	}
	printf("%s t=%llu map=%llu index=%llu", words[e->kind], e->ns,
	       1 + e->file, e->index);
	print_rest(e);
}

static void print_counters(FILE *out, const struct storm_sum *sum)
{
	static const char *const names[COUNT_MAX] = {
#define X(name, text) [COUNT_##name] = #name,
		COUNTERS(X)
#undef X
	};

	fputs("{\"counters\":{", out);
	for (enum verdict v = VERDICT_OPEN; v < VERDICT_MAX; v++)
		if (verdict_counter(v) >= 0)
			fprintf(out, "\"%s\":%llu,", names[verdict_counter(v)],
				sum->counters[verdict_counter(v)]);
	fprintf(out,
		"\"suspects\":%llu},\"open_stranded\":%llu,"
		"\"crowded\":%llu,\"undecided\":%llu}\n",
		sum->counters[COUNT_suspects], sum->open_stranded, sum->crowded,
		sum->undecided);
}

int main(int argc, char **argv)
{
	static struct storm storm = { .take = take };
	FILE *out = argc == 4 ? fopen(argv[3], "w") : NULL;

	if (!out) {
		fputs("usage: storm OBSERVATIONS SEED COUNTERS\n", stderr);
		return 2;
	}
	puts("btrfs-dirtywatch-observations 1\nbegin t=0");
	for (int i = 0; i < STORM_FILES; i++)
		printf("file map=%d ino=%d dev=0:1 path=/storm/%d\n", 1 + i,
		       257 + i, i);
	storm_begin(&storm, strtoull(argv[2], NULL, 10));
	while (said < strtoull(argv[1], NULL, 10))
		storm_step(&storm);
	printf("over t=%llu\n", storm.ns + 1);
	storm_finish(&storm);
	print_counters(out, &storm.sum);
	return fclose(out) || fflush(stdout) || ferror(stdout) ? 3 : 0;
}
