// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_rescued.c - rescue files as nobody writes them. What is taken for whole
 * must name bytes of one page, in order, that a file can have.
 */
#include "fuzz.h"
#include "rescue_file.h"
#include "rescued.h"

static void check_bound(const struct finding *f)
{
	uint64_t from = f->page << WINDOW_PAGE_SHIFT;

	for (int i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &f->bound[i];

		if (b->from >= b->to)
			continue;
		CHECK(b->from >= from && b->to <= from + CONTENT_LEN);
		CHECK(!i || f->bound[0].to <= b->from);
	}
	CHECK(f->bound[0].from < f->bound[0].to);
}

static void check_strings(const struct finding *f)
{
	CHECK(memchr(f->id, '\0', sizeof(f->id)));
	CHECK(memchr(f->uuid, '\0', sizeof(f->uuid)));
	CHECK(memchr(f->path, '\0', sizeof(f->path)));
	CHECK(memchr(f->on_disk.sum, '\0', sizeof(f->on_disk.sum)));
}

/* Each page where it belongs. */
static void check_pages(const struct rescued *r)
{
	CHECK(r->content[0] == 'p' && r->content[CONTENT_LEN - 1] == 'p');
	CHECK(!r->has_after ||
	      (r->after[0] == 'a' && r->after[CONTENT_LEN - 1] == 'a'));
	CHECK(memchr(r->settled.sum, '\0', sizeof(r->settled.sum)));
}

/* The fuzzer does not find a digest: a line gets the one that it needs. */
static size_t make_whole(const uint8_t *line, size_t len, bool after,
			 char *bytes)
{
	static unsigned char pages[2 * CONTENT_LEN];
	struct rescue_file file = {
		.about = bytes,
		.bytes = pages,
		.len = (after ? 2 : 1) * (size_t)CONTENT_LEN,
	};

	memset(pages, 'a', CONTENT_LEN);
	memset(pages + (after ? CONTENT_LEN : 0), 'p', CONTENT_LEN);
	memcpy(bytes, line, len);
	bytes[len] = '\0';
	len = strlen(bytes);
	rescue_file_digest(&file, bytes + len + 1);
	bytes[len] = '\n';
	bytes[len + RESCUE_DIGEST_LEN] = '\n';
	len += 1 + RESCUE_DIGEST_LEN;
	memcpy(bytes + len, pages, file.len);
	return len + file.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rescued r;
	char *bytes = malloc(size + 1 + RESCUE_DIGEST_LEN + 2 * CONTENT_LEN);
	size_t len;

	CHECK(bytes);
	if (!rescued_parse(data, size, &r))
		check_bound(&r.finding);
	if (size) {
		len = make_whole(data + 1, size - 1, data[0] & 1, bytes);
		if (!rescued_parse(bytes, len, &r)) {
			check_bound(&r.finding);
			check_strings(&r.finding);
			check_pages(&r);
		}
	}
	free(bytes);
	return 0;
}
