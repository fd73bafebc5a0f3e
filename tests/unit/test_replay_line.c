/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of a recording: what they say, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "replay_line.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static struct replay_line parsed(const char *text)
{
	struct replay_line line;

	if (replay_parse(text, &line))
		fail_msg("'%s' refused: %s", text, line.why);
	return line;
}

static void every_field(void **state)
{
	struct replay_line l;

	(void)state;
	l = parsed("clean t=1 map=0xFf index=3 page=4 call=5 isize=6 left=7 "
		   "pid=8");
	assert_int_equal(l.word, REPLAY_CLEAN);
	assert_int_equal(l.t, 1);
	assert_int_equal(l.map, 255);
	assert_int_equal(l.index, 3);
	assert_int_equal(l.page, 4);
	assert_int_equal(l.call, 5);
	assert_int_equal(l.isize, 6);
	assert_int_equal(l.left, 7);
	assert_int_equal(l.pid, 8);
	l = parsed("drop pid=1 t=2 map=3 index=4 isize=5 way=inode-lru tgid=6 "
		   "dirty=1 nlink=0 comm=a\\x20\\x5cb");
	assert_int_equal(l.word, REPLAY_DROP);
	assert_int_equal(l.way, WAY_INODE_LRU);
	assert_int_equal(l.pid, 1);
	assert_int_equal(l.tgid, 6);
	assert_int_equal(l.dirty, 1);
	assert_int_equal(l.nlink, 0);
	assert_string_equal(l.comm, "a \\b");
	l = parsed("end t=1 call=2 pos=3 stop=4 left=5 result=-14");
	assert_int_equal(l.pos, 3);
	assert_int_equal(l.stop, 4);
	assert_int_equal(l.result, -14);
	l = parsed("found t=1 map=2 index=3 locked=1");
	assert_int_equal(l.locked, 1);
	assert_int_equal(l.dirty, 0);
	l = parsed("blind t=9 kind=map_full count=3 since=8");
	assert_int_equal(l.kind, BLIND_map_full);
	assert_int_equal(l.count, 3);
	assert_int_equal(l.since, 8);
}

static void fields_of_a_file(void **state)
{
	const struct replay_line l = parsed(
		"file map=1 ino=257 dev=8:17 root=5 nlink=2 path=/a/\\xff "
		"uuid=00010203-0405-0607-0809-0a0B0c0d0e0f");
	int i;

	(void)state;
	assert_int_equal(l.ino, 257);
	assert_int_equal(l.dev, 8 << 20 | 17);
	assert_int_equal(l.root, 5);
	assert_true(l.root_known);
	assert_int_equal(l.nlink, 2);
	assert_string_equal(l.path, "/a/\xff");
	for (i = 0; i < 16; i++)
		assert_int_equal(l.uuid[i], i);
}

static void what_is_left_out(void **state)
{
	struct replay_line l;

	(void)state;
	l = parsed("drop t=6 map=1 index=2 way=fadvise pid=8 isize=9000");
	assert_int_equal(l.nlink, 1);
	assert_int_equal(l.tgid, 8);
	assert_int_equal(l.dirty, 0);
	assert_string_equal(l.comm, "");
	l = parsed("file map=1 ino=2 dev=0:0");
	assert_false(l.root_known);
	assert_string_equal(l.path, "");
	assert_int_equal(parsed("blind t=9 kind=no_task count=1").since, 9);
	assert_int_equal(parsed("").word, REPLAY_NOTHING);
	assert_int_equal(parsed("# clean").word, REPLAY_NOTHING);
}

static void limits(void **state)
{
	(void)state;
	assert_int_equal(parsed("begin t=18446744073709551615").t, UINT64_MAX);
	assert_int_equal(parsed("begin t=0xffffffffffffffff").t, UINT64_MAX);
	assert_int_equal(parsed("dirty t=0 map=0 index=2251799813685247").index,
			 (1ULL << 51) - 1);
	assert_int_equal(
		parsed("end t=0 call=0 pos=0 stop=0 left=9223372036854775807 "
		       "result=-4095")
			.left,
		INT64_MAX);
	assert_int_equal(parsed("file map=1 ino=2 dev=4095:1048575").dev,
			 UINT32_MAX);
}

static const struct {
	const char *line;
	const char *why;
} bad[] = {
	{ "Clean", "it begins with an unknown word" },
	{ " begin t=1", "it begins with an unknown word" },
	{ "begin\tt=1", "it begins with an unknown word" },
	{ "begin", "there is no field t" },
	{ "begin t", "a field has no value" },
	{ "begin t=1 ", "a field has no value" },
	{ "begin  t=1", "a field has no value" },
	{ "begin t=1 u=1", "a field has an unknown name" },
	{ "begin t=1 =1", "a field has an unknown name" },
	{ "begin t=1 t=1", "there are two fields t" },
	{ "begin t=1 map=1", "this word has no field map" },
	{ "begin t=", "bad value of t" },
	{ "begin t=+1", "bad value of t" },
	{ "begin t=-1", "bad value of t" },
	{ "begin t=1a", "bad value of t" },
	{ "begin t=0x", "bad value of t" },
	{ "begin t=0xg", "bad value of t" },
	{ "begin t=0X1", "bad value of t" },
	{ "begin t=1.5", "bad value of t" },
	{ "begin t=18446744073709551616", "bad value of t" },
	{ "begin t=0x10000000000000000", "bad value of t" },
	{ "begin t=1\r", "bad value of t" },
	{ "dirty t=0 map=0 index=2251799813685248", "bad value of index" },
	{ "clean t=1 isize=1 isize=1", "there are two fields isize" },
	{ "clean t=5 map=1 index=2 page=3 call=4 isize=9 pid=1",
	  "there is no field left" },
	{ "drop t=6 map=1 index=2 way=fadvise isize=9",
	  "there is no field pid" },
	{ "drop way=FADVISE", "bad value of way" },
	{ "drop way=", "bad value of way" },
	{ "drop dirty=2", "bad value of dirty" },
	{ "drop pid=4294967296", "bad value of pid" },
	{ "drop isize=9223372036854775808", "bad value of isize" },
	{ "drop comm=0123456789abcdef", "bad value of comm" },
	{ "drop comm=\\x00", "bad value of comm" },
	{ "drop comm=\\x0", "bad value of comm" },
	{ "drop comm=\\n", "bad value of comm" },
	{ "drop comm=\\", "bad value of comm" },
	{ "drop comm=\033[1A", "bad value of comm" },
	{ "end result=-4096", "bad value of result" },
	{ "end result=--1", "bad value of result" },
	{ "end result=9223372036854775808", "bad value of result" },
	{ "file dev=1", "bad value of dev" },
	{ "file dev=1:", "bad value of dev" },
	{ "file dev=:1", "bad value of dev" },
	{ "file dev=4096:0", "bad value of dev" },
	{ "file dev=0:1048576", "bad value of dev" },
	{ "file dev=00000000000000001:1", "bad value of dev" },
	{ "file uuid=00010203-0405-0607-0809-0a0b0c0d0e0",
	  "bad value of uuid" },
	{ "file uuid=00010203-0405-0607-0809-0a0b0c0d0e0f0",
	  "bad value of uuid" },
	{ "file uuid=000102030405060708090a0b0c0d0e0f", "bad value of uuid" },
	{ "file path=", "bad value of path" },
	{ "file path=a", "bad value of path" },
	{ "file path=/", "bad value of path" },
	{ "file path=/a/", "bad value of path" },
	{ "file path=//a", "bad value of path" },
	{ "file path=/./a", "bad value of path" },
	{ "file path=/a/..", "bad value of path" },
	{ "blind t=1 kind=ring_full count=0", "bad value of count" },
	{ "blind t=1 kind=ring_full count=1 since=2", "bad value of since" },
	{ "blind t=1 kind=ring", "bad value of kind" },
};

static void malformed_lines(void **state)
{
	struct replay_line l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (replay_parse(bad[i].line, &l) != -EBADMSG)
			fail_msg("'%s' taken", bad[i].line);
		if (strcmp(l.why, bad[i].why) != 0)
			fail_msg("'%s': %s", bad[i].line, l.why);
	}
}

/* A line of `len` bytes: a file, and a path of names of `name` bytes. */
static char *long_path(size_t len, size_t name)
{
	static const char head[] = "file map=1 ino=1 dev=0:1 path=";
	char *line = malloc(len + 1);
	size_t i;

	assert_non_null(line);
	memset(line, 'a', len);
	line[len] = '\0';
	memcpy(line, head, sizeof(head) - 1);
	for (i = sizeof(head) - 1; i < len; i += name + 1)
		line[i] = '/';
	return line;
}

static void long_lines(void **state)
{
	static const struct {
		size_t len, name;
		int err;
	} lines[] = {
		{ 30 + 1023, 200, 0 },	   { 30 + 1024, 200, -EBADMSG },
		{ 30 + 256, 255, 0 },	   { 30 + 257, 256, -EBADMSG },
		{ 8192, 200, -EBADMSG },   { 8193, 200, -EBADMSG },
		{ 100000, 200, -EBADMSG },
	};
	struct replay_line l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		char *line = long_path(lines[i].len, lines[i].name);

		assert_int_equal(replay_parse(line, &l), lines[i].err);
		if (lines[i].len > REPLAY_LINE_MAX)
			assert_string_equal(l.why, "it is too long");
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field),
		cmocka_unit_test(fields_of_a_file),
		cmocka_unit_test(what_is_left_out),
		cmocka_unit_test(limits),
		cmocka_unit_test(malformed_lines),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
