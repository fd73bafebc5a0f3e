// SPDX-License-Identifier: GPL-2.0
/* seed_recording.c FILE - a recording with a chunk of every kind. */
#include "../unit/recording_fixture.h"

int main(int argc, char **argv)
{
	struct recording_writer *w;
	struct report *report = report_none_new();
	int err;

	if (argc != 2 || !report || recording_create(argv[1], true, &w))
		return EXIT_FAILURE;
	err = made_recording(w, report);
	recording_writer_free(w);
	report_free(report);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
