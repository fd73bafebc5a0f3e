// SPDX-License-Identifier: GPL-2.0
/* A module's file: unpacked, read as ELF, and judged. */
#include "fuzz.h"
#include "module_file.h"
#include "module_verdict.h"

#define MAX (16UL << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct module_file file;
	struct module_image image = { 0 };
	struct module_verdict v;

	if (!module_file_unpack(data, size, MAX, &file) &&
	    !module_image_read(file.data, file.size, &image)) {
		module_judge(&image, &v);
		CHECK(v.why && (v.clean != NULL) == (v.depth > 0));
		CHECK(v.class != MODULE_FIXED || (v.copy && !v.clean));
		CHECK(v.class != MODULE_VULNERABLE || v.path[0]);
	}
	module_image_free(&image);
	module_file_free(&file);
	return 0;
}
