// SPDX-License-Identifier: GPL-2.0
/* fuzz_replay_line.c - one line of a recording. */
#include <errno.h>

#include "fuzz.h"
#include "replay_line.h"

static void check_path(const char *path)
{
	size_t len;

	for (; *path; path += len) {
		CHECK(*path++ == '/');
		len = strcspn(path, "/");
		CHECK(len > 0 && len < RECORD_NAME_MAX);
		CHECK(strncmp(path, ".", len) != 0);
		CHECK(strncmp(path, "..", len) != 0);
	}
}

static void check_values(const struct replay_line *l)
{
	CHECK(l->word < REPLAY_WORDS);
	CHECK(l->way < WAY_MAX && l->kind < BLIND_MAX);
	CHECK(l->dirty <= 1 && l->locked <= 1);
	CHECK(l->dev <= UINT32_MAX && l->pid <= UINT32_MAX);
	CHECK(l->index <= (uint64_t)INT64_MAX >> WINDOW_PAGE_SHIFT);
	CHECK(l->result >= -4095);
	CHECK(l->since <= l->t || l->word != REPLAY_BLIND);
	CHECK(memchr(l->comm, '\0', sizeof(l->comm)));
	CHECK(memchr(l->path, '\0', sizeof(l->path)));
	check_path(l->path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct replay_line line;
	int err = replay_parse(text, &line);

	if (err) {
		CHECK(err == -EBADMSG && *line.why);
		CHECK(memchr(line.why, '\0', sizeof(line.why)));
		fuzz_check_plain(line.why, strlen(line.why));
	} else {
		check_values(&line);
	}
	free(text);
	return 0;
}
