// SPDX-License-Identifier: GPL-2.0
/* vmstat.c - see vmstat.h. */
#include <inttypes.h>
#include <stdio.h>

#include "vmstat.h"

uint64_t vmstat_written(void)
{
	FILE *f = fopen("/proc/vmstat", "re");
	uint64_t n = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "nr_written %" SCNu64, &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}
