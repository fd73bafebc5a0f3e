// SPDX-License-Identifier: GPL-2.0
/* Rescue files read back; whether a block was written since; stores that give
 * way. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "intent.h"
#include "page_map.h"
#include "rescue_file.h"
#include "rescued.h"
#include "restore_page.h"

#define LINE                                                                   \
	"{\"type\":\"finding\",\"ts\":\"2026-11-28T00:00:01.500000000Z\","     \
	"\"class\":\"lost\",\"id\":\"1-2-3\",\"mono_ns\":5000,\"write\":"      \
	"{\"result\":66},\"fs_uuid\":\"u\",\"inode\":257,\"subvolume\":5,"     \
	"\"page\":3,\"bound\":[[12288,100],[12500,10]],\"end_ns\":4000,"       \
	"\"drop_ns\":3000,\"rescue\":{\"on_disk\":{\"transid\":7,"             \
	"\"generation\":6,\"address\":4096,\"sum\":\"0a\"}},\"path\":\"/f\"}"

/* A whole file of this line; `bytes` has room for all of it. */
static size_t make(const char *line, size_t pages, char *bytes)
{
	unsigned char content[2 * CONTENT_LEN];
	struct rescue_file file = { line, content, pages * CONTENT_LEN };
	char digest[RESCUE_DIGEST_LEN];
	int head;

	memset(content, 'a', CONTENT_LEN);
	memset(content + CONTENT_LEN, 'b', CONTENT_LEN);
	rescue_file_digest(&file, digest);
	head = sprintf(bytes, "%s\n%s\n", line, digest);
	memcpy(bytes + head, content, file.len);
	return (size_t)head + file.len;
}

static struct rescued r;
static char bytes[4 * CONTENT_LEN];

static void a_whole_file(void **state)
{
	const struct finding *f = &r.finding;
	size_t len = make(LINE, 2, bytes);

	(void)state;
	assert_int_equal(rescued_parse(bytes, len, &r), 0);
	assert_true(r.has_after && r.raced && r.ended);
	assert_int_equal(r.after[0], 'a');
	assert_int_equal(r.content[0], 'b');
	assert_int_equal(f->class, FINDING_LOST);
	assert_int_equal(f->ino, 257);
	assert_int_equal(f->bound[1].from, 12500);
	assert_int_equal(f->bound[1].to, 12510);
	assert_true(f->on_disk.known && !r.settled.known);
	assert_int_equal(f->on_disk.transid, 7);
	assert_string_equal(f->on_disk.sum, "0a");
	/* A microsecond before the finding. */
	assert_int_equal(r.ended_wall_ns, 1795824001499999000LL);
	len = make(LINE, 1, bytes);
	assert_int_equal(rescued_parse(bytes, len, &r), 0);
	assert_false(r.has_after);
	assert_int_equal(r.content[0], 'a');
}

static void any_other_byte_is_noticed(void **state)
{
	size_t len = make(LINE, 1, bytes);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 1;
		assert_int_equal(rescued_parse(bytes, len, &r), -EBADMSG);
		bytes[i] ^= 1;
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(rescued_parse(bytes, cut, &r), -EBADMSG);
	assert_int_equal(rescued_parse(bytes, len, &r), 0);
}

/* Whole, but not what anybody can have lost. */
static void what_cannot_be(void **state)
{
	static const char *const lines[] = {
		"",
		"[]",
		"{}",
		"{\"class\":\"lost\",\"page\":3}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[]}",
		"{\"class\":\"void\",\"page\":3,\"bound\":[[12288,1]]}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[[12287,1]]}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[[12288,4097]]}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[[16383,2]]}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[[12288,0]]}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[[12288,-1]]}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[[12290,9],[12288,1]]}",
		"{\"class\":\"lost\",\"page\":3,\"bound\":[[12288,1],[12290,1],[12292,1]]}",
		"{\"class\":\"lost\",\"page\":9223372036854775807,\"bound\":[[0,1]]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(
			rescued_parse(bytes, make(lines[i], 1, bytes), &r),
			-EBADMSG);
}

static void what_is_no_file(void **state)
{
	char dir[] = "/tmp/rescued-XXXXXX";
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	assert_int_equal(rescued_read(fd, "none", &r), -ENOENT);
	assert_int_equal(rescued_read(fd, ".", &r), -EBADMSG);
	assert_int_equal(symlinkat("/etc/passwd", fd, "link"), 0);
	assert_int_equal(rescued_read(fd, "link", &r), -ELOOP);
	assert_int_equal(mkfifoat(fd, "pipe", 0600), 0);
	assert_int_equal(rescued_read(fd, "pipe", &r), -EBADMSG);
	unlinkat(fd, "link", 0);
	unlinkat(fd, "pipe", 0);
	close(fd);
	rmdir(dir);
}

static void written_since(void **state)
{
	static const struct {
		struct on_disk then, now;
		bool same;
	} rows[] = {
		{ { true, 7, 6, 4096, "aa", false, false },
		  { true, 9, 6, 4096, "aa", false, false },
		  true },
		/* Moved by a balance. */
		{ { true, 7, 6, 4096, "aa", false, false },
		  { true, 9, 6, 8192, "aa", false, false },
		  true },
		/* Written later, or with other bytes. */
		{ { true, 7, 6, 4096, "aa", false, false },
		  { true, 9, 8, 4096, "aa", false, false },
		  false },
		{ { true, 7, 6, 4096, "aa", false, false },
		  { true, 9, 6, 4096, "ab", false, false },
		  false },
		{ { true, 7, 6, 4096, "aa", false, false },
		  { true, 9, 6, 4096, "", false, false },
		  false },
		/* Without sums: the place counts. */
		{ { true, 7, 6, 4096, "", false, false },
		  { true, 9, 6, 4096, "", false, false },
		  true },
		{ { true, 7, 6, 4096, "", false, false },
		  { true, 9, 6, 8192, "", false, false },
		  false },
		{ { true, 7, 6, 4096, "", false, false },
		  { true, 9, 5, 4096, "", false, false },
		  false },
		/* A hole, and one that was filled. */
		{ { true, 7, 0, 0, "", false, false },
		  { true, 9, 0, 0, "", false, false },
		  true },
		{ { true, 7, 0, 0, "", false, false },
		  { true, 9, 9, 4096, "aa", false, false },
		  false },
		/* Nobody knows. */
		{ { false, 0, 0, 0, "", false, false },
		  { true, 9, 0, 0, "", false, false },
		  false },
		{ { true, 7, 0, 0, "", false, false },
		  { false, 0, 0, 0, "", false, false },
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(on_disk_same(&rows[i].then, &rows[i].now),
				 rows[i].same);
}

static void stores_give_way(void **state)
{
	static unsigned char was[PAGE_MAP_LEN], want[PAGE_MAP_LEN],
		now[PAGE_MAP_LEN];
	int fd = memfd_create("page", 0);
	struct page_map map;
	bool cold;

	(void)state;
	assert_int_equal(ftruncate(fd, 2 * PAGE_MAP_LEN), 0);
	assert_int_equal(page_map_open(&map, fd, 1, true, &cold), 0);
	memset(want, 0xff, sizeof(want));
	/* Within words, and over several. */
	assert_int_equal(page_map_swap(&map, was, want, 3, 5), 0);
	assert_int_equal(page_map_swap(&map, was, want, 13, 30), 0);
	assert_int_equal(page_map_read(&map, now), 0);
	for (unsigned int i = 0; i < PAGE_MAP_LEN; i++)
		assert_int_equal(now[i],
				 (i >= 3 && i < 5) || (i >= 13 && i < 30) ? 0xff
									  : 0);
	/* Somebody stored at 101: what is asked for of that word stays. */
	assert_int_equal(pwrite(fd, "x", 1, PAGE_MAP_LEN + 101), 1);
	assert_int_equal(page_map_swap(&map, was, want, 98, 112), 6);
	assert_int_equal(page_map_read(&map, now), 0);
	assert_int_equal(now[98], 0);
	assert_int_equal(now[101], 'x');
	assert_int_equal(now[104], 0xff);
	/* Beside what is asked for, it stays, and disturbs nobody. */
	assert_int_equal(pwrite(fd, "y", 1, PAGE_MAP_LEN + 201), 1);
	assert_int_equal(page_map_swap(&map, was, want, 202, 208), 0);
	assert_int_equal(page_map_read(&map, now), 0);
	assert_int_equal(now[201], 'y');
	assert_int_equal(now[202], 0xff);
	/* The file gets shorter: no crash. */
	assert_int_equal(ftruncate(fd, PAGE_MAP_LEN), 0);
	assert_int_equal(page_map_read(&map, now), -EFAULT);
	assert_int_equal(page_map_swap(&map, was, want, 0, 8), -EFAULT);
	page_map_close(&map);
	close(fd);
}

/* Cut short, or of another page: none. */
static void a_note_is_whole_or_none(void **state)
{
	static unsigned char seen[PAGE_MAP_LEN], back[PAGE_MAP_LEN];
	char dir[] = "/tmp/intent-XXXXXX";
	int fd, note;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_false(intent_read(fd, "a.rescue", back));
	memset(seen, 's', sizeof(seen));
	assert_int_equal(intent_write(fd, "a.rescue", seen), 0);
	assert_true(intent_read(fd, "a.rescue", back));
	assert_memory_equal(seen, back, sizeof(seen));
	assert_false(intent_read(fd, "b.rescue", back));
	note = openat(fd, "a.restoring", O_WRONLY);
	assert_int_equal(pwrite(note, "x", 1, 100), 1);
	assert_false(intent_read(fd, "a.rescue", back));
	assert_int_equal(intent_write(fd, "a.rescue", seen), 0);
	assert_int_equal(ftruncate(note, RESCUE_DIGEST_LEN + 10), 0);
	assert_false(intent_read(fd, "a.rescue", back));
	close(note);
	intent_remove(fd, "a.rescue");
	intent_remove(fd, "a.rescue");
	assert_int_equal(unlinkat(fd, "a.restoring", 0), -1);
	close(fd);
	assert_int_equal(intent_write(fd, "a.rescue", seen), -EBADF);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_file),
		cmocka_unit_test(any_other_byte_is_noticed),
		cmocka_unit_test(what_cannot_be),
		cmocka_unit_test(what_is_no_file),
		cmocka_unit_test(written_since),
		cmocka_unit_test(stores_give_way),
		cmocka_unit_test(a_note_is_whole_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
