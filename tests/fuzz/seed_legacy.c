// SPDX-License-Identifier: GPL-2.0
/* seed_legacy.c FILE - samples of a page that is dropped and lost, and a name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "legacy/sighting.h"

static void put(FILE *f, const void *sample, __u16 size)
{
	fwrite(&size, sizeof(size), 1, f);
	fwrite(sample, size, 1, f);
}

static struct sighting sighted(enum sighting_kind kind, __u64 ns)
{
	return (struct sighting){
		.head = { .kind = kind, .pid = 7, .ns = ns, .chain = 9 },
		.file = { .mapping = 5, .ino = 300, .dev = 28, .nlink = 1 },
		.stack = 6,
		.clean_stack = 6,
		.names = 1,
		.window = { .page = 1,
			    .index = 2,
			    .call = 3,
			    .clean_ns = 100000000000,
			    .i_size = 1 << 20,
			    .left = 100 },
	};
}

int main(int argc, char **argv)
{
	struct sighting drop = sighted(SIGHTING_DROP, 100000000002);
	struct sighting stop = sighted(SIGHTING_END, 100000000003);
	struct sighting odd = sighted(SIGHTING_UNEXPLAINED, 100000000004);
	struct sighting_name name = { .head = stop.head,
				      .len = 4,
				      .name = "file" };
	FILE *f = argc == 2 ? fopen(argv[1], "we") : NULL;

	if (!f)
		return EXIT_FAILURE;
	drop.window.drop.ns = 100000000002;
	drop.window.drop.i_size = 1 << 20;
	drop.window.bits = WINDOW_DROPPED;
	stop.window.end.ns = 100000000003;
	stop.window.end.left = 100;
	stop.window.bits = WINDOW_DROPPED | WINDOW_ENDED;
	name.head.kind = SIGHTING_NAME;
	put(f, &drop, sizeof(drop));
	put(f, &stop, sizeof(stop));
	put(f, &name, sizeof(name));
	put(f, &odd, sizeof(odd));
	return fclose(f) ? EXIT_FAILURE : EXIT_SUCCESS;
}
