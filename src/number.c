// SPDX-License-Identifier: GPL-2.0
/* number.c - strict numbers: strtoul() alone takes "", "-1" and "12x". */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

#define TEN_YEARS 315360000.0

int number_parse(const char *text, unsigned long *out)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno)
		return -ERANGE;
	*out = n;
	return 0;
}

int seconds_parse(const char *text, double *out)
{
	char *end;
	double n;

	/* strtod() alone takes 0x10, 1e2 and inf. */
	if (!isdigit((unsigned char)*text) || text[strspn(text, "0123456789.")])
		return -EINVAL;
	n = strtod(text, &end);
	if (*end)
		return -EINVAL;
	if (!(n > 0 && n < TEN_YEARS))
		return -ERANGE;
	*out = n;
	return 0;
}
