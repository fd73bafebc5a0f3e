/* SPDX-License-Identifier: GPL-2.0 */
/* fuzz_when.c - a time as somebody typed it: told apart, and in its range. */
#include "fuzz.h"
#include "when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int64_t now = INT64_C(1795900000) * WHEN_NS_PER_S + 5;
	char *text = fuzz_string(data, size);
	char exact[WHEN_LEN], length[WHEN_LEN];
	int64_t ns = -1;
	int64_t again = -1;

	if (!when_parse(text, now, &ns)) {
		CHECK(ns >= 0 && ns / WHEN_NS_PER_S < INT64_C(7258118400));
		when_rfc3339(ns, exact);
		CHECK(!when_parse(exact, now, &again) && again == ns);
		when_duration(ns, length);
		CHECK(*length);
	}
	free(text);
	return 0;
}
