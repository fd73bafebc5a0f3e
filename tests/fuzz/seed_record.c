// SPDX-License-Identifier: GPL-2.0
/* seed_record.c FOLDER - a record of every verdict, for fuzz_record to begin
 * with. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/record_fixture.h"

static int save(const char *folder, const char *name, const struct record *r)
{
	char path[4096];
	FILE *out;
	size_t written;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "we");
	if (!out)
		return -1;
	written = fwrite(r, sizeof(*r), 1, out);
	return fclose(out) || written != 1 ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct record r = made_record(VERDICT_NEAR_MISS);
	char name[16];

	if (argc != 2)
		return EXIT_FAILURE;
	r.kind = RECORD_UNEXPLAINED;
	memcpy(r.comm, "kworker", 8);
	r.stack_len = 2;
	r.stack[0] = 0xfffffffffffff013;
	if (save(argv[1], "unexplained", &r))
		return EXIT_FAILURE;
	r = made_evicted();
	if (save(argv[1], "evicted", &r))
		return EXIT_FAILURE;
	r = made_stale();
	if (save(argv[1], "stale", &r))
		return EXIT_FAILURE;
	for (int verdict = 0; verdict < VERDICT_MAX; verdict++) {
		r = made_record((enum verdict)verdict);
		snprintf(name, sizeof(name), "verdict%d", verdict);
		if (save(argv[1], name, &r))
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
