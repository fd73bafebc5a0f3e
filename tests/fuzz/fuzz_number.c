// SPDX-License-Identifier: GPL-2.0
/* fuzz_number.c - numbers as users type them. */
#include <errno.h>

#include "fuzz.h"
#include "number.h"

static void check_number(const char *text)
{
	unsigned long n = 0;
	char again[32];
	int err = number_parse(text, &n);

	CHECK(!err || err == -EINVAL || err == -ERANGE);
	/* Nothing but digits is a number, and only too large a one is refused.
	 */
	CHECK((err == -EINVAL) == (!*text || text[strspn(text, "0123456789")]));
	if (err)
		return;
	snprintf(again, sizeof(again), "%lu", n);
	text += strspn(text, "0");
	CHECK(!strcmp(n ? again : "", text));
}

static void check_seconds(const char *text)
{
	double n = 0;
	int err = seconds_parse(text, &n);

	CHECK(!err || err == -EINVAL || err == -ERANGE);
	if (err)
		return;
	CHECK(n > 0 && n < 315360000.0);
	CHECK(!text[strspn(text, "0123456789.")]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);

	check_number(text);
	check_seconds(text);
	free(text);
	return 0;
}
