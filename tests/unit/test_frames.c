/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "frames.h"
#include "ksyms_fixture.h"

static int fill(const char *text, struct frame frames[FRAMES_MAX])
{
	struct ksyms *k = made_ksyms(text);
	int count = frames_fill(k, frames);

	ksyms_free(k);
	return count;
}

static void test_known(void **state)
{
	struct frame f[FRAMES_MAX];

	(void)state;
	assert_int_equal(fill("5000 t btrfs_buffered_write\t[btrfs]\n"
			      "5800 t nobody_knows_me\t[btrfs]\n"
			      "1000 T do_writepages\n"
			      "1200 T kswapd\n"
			      "1300 T btrfs_invalidate_folio\n"
			      "1400 t evict.part.0\n"
			      "1500 t other\n",
			      f),
			 5);
	assert_int_equal(f[0].from, 0x1000);
	assert_int_equal(f[0].to, 0x1200);
	assert_int_equal(f[0].scope, SCOPE_WRITEBACK);
	assert_int_equal(f[0].way, WAY_UNKNOWN);
	assert_int_equal(f[1].scope, SCOPE_NONE);
	assert_int_equal(f[1].way, WAY_KSWAPD);
	assert_int_equal(f[2].scope, SCOPE_DISCARD);
	assert_int_equal(f[3].way, WAY_EVICT);
	assert_int_equal(f[3].to, 0x1500);
	assert_int_equal(f[4].from, 0x5000);
	assert_int_equal(f[4].to, 0x5800);
	assert_int_equal(f[4].scope, SCOPE_WRITE);
}

/* A part that the compiler moved away proves the same. */
static void test_parts(void **state)
{
	struct frame f[FRAMES_MAX];

	(void)state;
	assert_int_equal(fill("1000 t do_writepages\n"
			      "2000 t btrfs_buffered_write.isra.0\n"
			      "2100 t btrfs_buffered_write.isra.0.cold\n",
			      f),
			 3);
	assert_int_equal(f[1].scope, SCOPE_WRITE);
	assert_int_equal(f[2].scope, SCOPE_WRITE);
	assert_int_equal(f[2].from, 0x2100);
}

static void test_needed(void **state)
{
	struct frame f[FRAMES_MAX];

	(void)state;
	assert_int_equal(fill("1000 t other\n", f), -ENOENT);
	assert_int_equal(fill("1000 t do_writepages\n2000 t kswapd\n", f),
			 -ENOENT);
	assert_int_equal(fill("1000 t btrfs_buffered_write\n2000 t evict\n", f),
			 -ENOENT);
	assert_int_equal(
		fill("1000 t btrfs_buffered_write\n2000 t do_writepages\n", f),
		2);
}

/* `count` parts of one function, and the other that is needed. */
static int fill_parts(int count)
{
	struct frame f[FRAMES_MAX];
	char text[16384];
	size_t len = 0;

	for (int i = 1; i <= count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%x t btrfs_buffered_write.part.%d\n",
					16 * i, i);
	snprintf(text + len, sizeof(text) - len, "%x t do_writepages\n",
		 16 * (count + 1));
	return fill(text, f);
}

static void test_too_many(void **state)
{
	(void)state;
	assert_int_equal(fill_parts(FRAMES_MAX - 1), FRAMES_MAX);
	assert_int_equal(fill_parts(FRAMES_MAX), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
