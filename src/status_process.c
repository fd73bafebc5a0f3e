// SPDX-License-Identifier: GPL-2.0
/* status_process.c - is a process that wrote a file still the same one? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon_state.h"

/* Behind the name, which may hold anything, it is the 20th number. */
uint64_t status_process_start(int pid)
{
	char path[64], line[1024] = "";
	const char *at;
	uint64_t start = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	at = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	for (int i = 0; at && i < 20; i++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at && sscanf(at, "%" SCNu64, &start) == 1 ? start : 0;
}
