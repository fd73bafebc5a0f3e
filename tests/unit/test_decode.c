/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "decode.h"
#include "record_fixture.h"

#define HEAD offsetof(struct record, path)

static int decode(const struct record *r)
{
	struct record out;

	return decode_record(r, sizeof(*r), &out);
}

static void test_whole(void **state)
{
	struct record r = made_record(VERDICT_LOST), out;

	(void)state;
	assert_int_equal(decode_record(&r, sizeof(r), &out), 0);
	assert_memory_equal(&r, &out, sizeof(r));
}

/* The heap ends where the bytes end, so that a sanitizer sees every overrun. */
static int decode_cut(const struct record *r, size_t size, struct record *out)
{
	char *bytes = malloc(size + 1);
	int err;

	assert_non_null(bytes);
	memcpy(bytes + 1, r, size);
	err = decode_record(bytes + 1, size, out);
	free(bytes);
	return err;
}

static void test_short(void **state)
{
	struct record r = made_record(VERDICT_LOST), out;
	size_t need = HEAD + r.path_len;
	size_t size;

	(void)state;
	for (size = 0; size < sizeof(r); size++)
		assert_int_equal(decode_cut(&r, size, &out),
				 size < need ? -EBADMSG : 0);
	memset(r.path + r.path_len, 'x', sizeof(r.path) - r.path_len);
	assert_int_equal(decode(&r), 0);
	assert_int_equal(decode_cut(&r, need + 9, &out), 0);
	assert_int_equal(out.path[r.path_len], 0);
	assert_int_equal(out.path[sizeof(out.path) - 1], 0);
}

static void test_version_and_kind(void **state)
{
	struct record r = made_record(VERDICT_LOST);

	(void)state;
	r.version = RECORD_VERSION + 1;
	assert_int_equal(decode(&r), -EBADMSG);
	r.version = RECORD_VERSION;
	r.evicted.pages = 1;
	for (r.kind = 0; r.kind < RECORD_KIND_MAX + 2U; r.kind++)
		assert_int_equal(decode(&r), r.kind && r.kind < RECORD_KIND_MAX
						     ? 0
						     : -EBADMSG);
}

static void test_verdicts(void **state)
{
	static const struct {
		enum verdict verdict;
		unsigned int needs;
	} sent[] = {
		{ VERDICT_PENDING, WINDOW_DROPPED },
		{ VERDICT_STRANDED, WINDOW_ENDED },
		{ VERDICT_NEAR_MISS, 0 },
		{ VERDICT_LOST, WINDOW_DROPPED | WINDOW_ENDED },
		{ VERDICT_SUPERSEDED, WINDOW_ENDED },
		{ VERDICT_VOID, WINDOW_DROPPED },
	};
	static const enum verdict never[] = { VERDICT_OPEN, VERDICT_REWRITTEN,
					      VERDICT_FORBIDDEN, VERDICT_MAX };
	struct record r = made_record(VERDICT_LOST);
	size_t i;
	unsigned int bits;

	(void)state;
	for (i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		r.verdict = sent[i].verdict;
		for (bits = 0; bits < 16; bits++) {
			r.window.bits = bits;
			assert_int_equal(decode(&r),
					 (bits & sent[i].needs) == sent[i].needs
						 ? 0
						 : -EBADMSG);
		}
	}
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		r.verdict = never[i];
		assert_int_equal(decode(&r), -EBADMSG);
	}
	r.verdict = UINT32_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
	r.kind = RECORD_UNEXPLAINED;
	assert_int_equal(decode(&r), 0);
}

static void test_way(void **state)
{
	struct record r = made_record(VERDICT_LOST);

	(void)state;
	r.window.drop.way = WAY_MAX - 1;
	assert_int_equal(decode(&r), 0);
	r.window.drop.way = WAY_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
	r = made_record(VERDICT_STRANDED);
	r.window.drop.way = WAY_MAX;
	assert_int_equal(decode(&r), 0);
}

/* More bytes than a record has do not make room for a longer path. */
static void test_huge(void **state)
{
	struct record r = made_record(VERDICT_LOST), out;
	size_t size = sizeof(r) + 4096;
	char *bytes = malloc(size);
	size_t i;

	(void)state;
	assert_non_null(bytes);
	for (i = 0; i < size; i++)
		bytes[i] = (i + size) % 2 ? '\0' : 'x';
	memcpy(bytes, &r, sizeof(r));
	assert_int_equal(decode_record(bytes, size, &out), 0);
	r.path_len = (__u32)(size - HEAD);
	memcpy(bytes, &r, HEAD);
	memcpy(bytes + HEAD, bytes + size - sizeof(r.path), sizeof(r.path));
	assert_int_equal(decode_record(bytes, size, &out), -EBADMSG);
	free(bytes);
}

static void test_lengths(void **state)
{
	struct record r = made_record(VERDICT_LOST);
	__u32 used = r.path_len;

	(void)state;
	r.stack_len = RECORD_STACK_DEPTH;
	assert_int_equal(decode(&r), 0);
	r.stack_len = RECORD_STACK_DEPTH + 1;
	assert_int_equal(decode(&r), -EBADMSG);
	r.stack_len = UINT32_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
	r.stack_len = 0;
	r.path_len = sizeof(r.path) + 1;
	assert_int_equal(decode(&r), -EBADMSG);
	r.path_len = UINT32_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
	r.path_len = used;
	while (r.path_len + 2 <= sizeof(r.path))
		made_name(&r, "x");
	assert_int_equal(decode(&r), 0);
}

static void test_names(void **state)
{
	static const struct {
		const char *bytes;
		__u32 len;
		int err;
	} cases[] = {
		{ "", 0, 0 },
		{ "a\0", 2, 0 },
		{ "a\0b\0", 4, 0 },
		{ "...\0..a\0", 8, 0 },
		{ "\x1b\n\xff\0", 4, 0 },
		{ "a", 1, -EBADMSG },
		{ "a\0b", 3, -EBADMSG },
		{ "\0", 1, -EBADMSG },
		{ "a\0\0", 3, -EBADMSG },
		{ "a/b\0", 4, -EBADMSG },
		{ "/\0", 2, -EBADMSG },
		{ ".\0", 2, -EBADMSG },
		{ "a\0..\0", 5, -EBADMSG },
	};
	struct record r = made_record(VERDICT_LOST);
	char name[RECORD_NAME_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(r.path, 0, sizeof(r.path));
		memcpy(r.path, cases[i].bytes, cases[i].len);
		r.path_len = cases[i].len;
		assert_int_equal(decode(&r), cases[i].err);
	}
	memset(name, 'n', sizeof(name));
	name[RECORD_NAME_MAX] = '\0';
	r.path_len = 0;
	made_name(&r, name + 1);
	assert_int_equal(decode(&r), 0);
	r.path_len = 0;
	made_name(&r, name);
	assert_int_equal(decode(&r), -EBADMSG);
}

static void test_bounds(void **state)
{
	static const struct {
		struct window_range bound[WINDOW_RANGES];
		int err;
	} cases[] = {
		{ { { 0, 0 }, { 0, 0 } }, 0 },
		{ { { 9, 9 }, { 7, 3 } }, 0 },
		{ { { MADE_FROM, MADE_FROM + 4096 } }, 0 },
		{ { { MADE_FROM, MADE_FROM + 1 },
		    { MADE_FROM + 4095, MADE_FROM + 4096 } },
		  0 },
		{ { { MADE_FROM - 1, MADE_FROM + 1 } }, -EBADMSG },
		{ { { MADE_FROM, MADE_FROM + 4097 } }, -EBADMSG },
		{ { { 0, UINT64_MAX } }, -EBADMSG },
		{ { { MADE_FROM + 8, MADE_FROM + 16 },
		    { MADE_FROM, MADE_FROM + 8 } },
		  -EBADMSG },
		{ { { MADE_FROM, MADE_FROM + 8 },
		    { MADE_FROM + 7, MADE_FROM + 9 } },
		  -EBADMSG },
	};
	struct record r = made_record(VERDICT_LOST);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(r.bound, cases[i].bound, sizeof(r.bound));
		assert_int_equal(decode(&r), cases[i].err);
	}
	memset(r.bound, 0, sizeof(r.bound));
	r.window.index = INT64_MAX >> 12;
	assert_int_equal(decode(&r), 0);
	r.window.index++;
	assert_int_equal(decode(&r), -EBADMSG);
	r.window.index = UINT64_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
}

static void test_stacks(void **state)
{
	struct record r = made_record(VERDICT_LOST);

	(void)state;
	r.trail.clean.len = RECORD_STACK_DEPTH;
	r.trail.drop.len = RECORD_STACK_DEPTH;
	assert_int_equal(decode(&r), 0);
	r.trail.clean.len++;
	assert_int_equal(decode(&r), -EBADMSG);
	r.trail.clean.len = 0;
	assert_int_equal(decode(&r), 0);
	r.trail.drop.len = UINT32_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
}

static void test_evicted(void **state)
{
	static const struct {
		__u64 i_size, first, last, pages;
		int err;
	} cases[] = {
		{ 81925, 3, 20, 18, 0 },
		{ 81925, 3, 20, 1, 0 },
		{ 0, 0, 0, 1, 0 },
		{ INT64_MAX, 0, INT64_MAX >> 12, 1, 0 },
		{ 81925, 3, 20, 19, -EBADMSG },
		{ 81925, 3, 20, 0, -EBADMSG },
		{ 81925, 3, 2, 1, -EBADMSG },
		{ 81925, 0, UINT64_MAX, 1, -EBADMSG },
		{ 81925, 0, (INT64_MAX >> 12) + 1, 1, -EBADMSG },
		{ (__u64)INT64_MAX + 1, 3, 20, 1, -EBADMSG },
	};
	struct record r = made_evicted();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r.evicted = (struct evicted){ cases[i].i_size, cases[i].first,
					      cases[i].last, cases[i].pages };
		assert_int_equal(decode(&r), cases[i].err);
	}
	r = made_evicted();
	r.way = WAY_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
}

static void test_stale(void **state)
{
	struct record r = made_stale();

	(void)state;
	for (r.read = 0; r.read < READ_MAX; r.read++)
		assert_int_equal(decode(&r), 0);
	assert_int_equal(decode(&r), -EBADMSG);
	r.read = UINT32_MAX;
	assert_int_equal(decode(&r), -EBADMSG);
}

static void test_comm_ends(void **state)
{
	struct record r = made_record(VERDICT_LOST), out;

	(void)state;
	memset(r.comm, 'c', sizeof(r.comm));
	memset(r.window.drop.comm, 'd', sizeof(r.window.drop.comm));
	memset(r.window.writer.comm, 'e', sizeof(r.window.writer.comm));
	assert_int_equal(decode_record(&r, sizeof(r), &out), 0);
	assert_string_equal(out.comm, "ccccccccccccccc");
	assert_string_equal(out.window.drop.comm, "ddddddddddddddd");
	assert_string_equal(out.window.writer.comm, "eeeeeeeeeeeeeee");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_version_and_kind),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_way),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_evicted),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_comm_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
