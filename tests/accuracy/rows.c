// SPDX-License-Identifier: GPL-2.0
/*
 * The table: each way, shape and place with several others, not all with all.
 * A row says what to do and which outcome to repeat for; what came about is
 * told by what was seen.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "accuracy.h"

#define LOST(n) .count = (n), .want = CLASS_LOST
#define NEAR(n) .count = (n), .want = CLASS_NEAR_MISS
#define SUPERSEDED(n) .count = (n), .want = CLASS_SUPERSEDED
#define VOID(n) .count = (n), .want = CLASS_VOID
#define LEFT(n) .count = (n), .want = CLASS_STRANDED, .ending = END_REFUSE
#define FAILS(n, how) .count = (n), .want = CLASS_STRANDED, .ending = (how)
#define NOTHING(n) .count = (n), .want = CLASS_NONE
#define BY(way) .way_name = (way)
#define THEN(way) .way_name = (way), .moment = AFTER, .ending = END_REFUSE
#define WAITS(way) .way_name = (way), .moment = ACROSS, .ending = END_REFUSE
#define ONCE(way) .way_name = (way), .moment = TOGETHER, .ending = END_REFUSE
#define CLOSED(way) .way_name = (way), .moment = BATCH, .ending = END_REFUSE
#define SHAPE(shape) .shape_name = (shape)
#define AT(place) .place_name = (place)

struct row rows[] = {
	/* Ways, in the window. */
	{ "fadvise", LOST(60), BY("fadvise") },
	{ "drop_caches 1", LOST(30), BY("drop_caches 1") },
	{ "drop_caches 3", LOST(20), BY("drop_caches 3") },
	{ "memory.reclaim", LOST(20), BY("memory.reclaim"), .alone = true },
	{ "memory limit", LOST(20), BY("memory limit"), .alone = true },
	{ "kswapd", LOST(32), BY("pressure"), .crowd = 32 },
	{ "direct reclaim", LOST(32), BY("hard pressure"), .crowd = 32 },
	{ "pageout", LOST(20), BY("pageout") },
	{ "soft offline", LOST(4), BY("soft offline") },
	{ "hard offline", LOST(4), BY("hard offline") },
	{ "migrate, then fadvise", LOST(20), BY("migrate, fadvise") },
	{ "migrate", NEAR(10), BY("migrate") },
	{ "no drop", NEAR(40) },
	{ "direct write in the window",
	  .why = "it waits for the inode lock, which the write call holds: see those "
		 "that wait, and those of stranded pages" },

	/* Stranded, and then. */
	{ "stranded", LEFT(30) },
	{ "stranded, fadvise", LOST(30), THEN("fadvise") },
	{ "stranded, drop_caches 1", LOST(20), THEN("drop_caches 1") },
	{ "stranded, drop_caches 3", LOST(20), THEN("drop_caches 3") },
	{ "stranded, memory.reclaim", LOST(10), THEN("memory.reclaim"),
	  .alone = true },
	{ "stranded, memory limit", LOST(10), THEN("memory limit"),
	  .alone = true },
	{ "stranded, kswapd", LOST(32), ONCE("pressure") },
	{ "stranded, direct reclaim", LOST(32), ONCE("hard pressure") },
	{ "stranded, pageout", LOST(10), THEN("pageout") },
	{ "stranded, migrate, fadvise", LOST(10), THEN("migrate, fadvise") },
	{ "stranded, migrate", LEFT(10), .way_name = "migrate",
	  .moment = AFTER },
	{ "stranded, soft offline", LOST(4), THEN("soft offline") },
	{ "stranded, hard offline", LOST(4), THEN("hard offline") },
	{ "stranded, umount", LOST(30), CLOSED("umount") },
	{ "stranded, remount", LEFT(20), .way_name = "remount",
	  .moment = BATCH },
	{ "stranded, drop_caches 2", LEFT(10), .way_name = "drop_caches 2",
	  .moment = BATCH },
	{ "stranded, inode eviction by drop_caches 2",
	  .why = "since 5.15 an inode with pages is not on the list of those that "
		 "can be shrunk: the row above shows that the pages stay" },
	{ "stranded, rename, fadvise", LOST(10), THEN("rename, fadvise") },
	{ "stranded, snapshot, fadvise", LOST(6), THEN("snapshot, fadvise"),
	  AT("nested subvolume") },
	{ "stranded, fsync, fadvise", LOST(10), THEN("fsync, fadvise") },
	{ "stranded, unlinked open, fadvise", LOST(10),
	  THEN("unlink open, fadvise") },
	{ "stranded, written again", NEAR(20), THEN("rewrite") },
	{ "stranded, stored to", NEAR(20), THEN("store") },
	{ "stranded, direct read", LEFT(10), .way_name = "direct read",
	  .moment = AFTER },

	/* On purpose. */
	{ "stranded, truncate", VOID(16), THEN("truncate") },
	{ "stranded, truncate into", LEFT(16), .way_name = "truncate into",
	  .moment = AFTER },
	{ "stranded, punch", VOID(16), THEN("punch") },
	{ "stranded, punch into", NEAR(16), THEN("punch into") },
	{ "stranded, zero-range", VOID(16), THEN("zero-range") },
	{ "stranded, clone over", VOID(16), THEN("clone over") },
	{ "stranded, unlink", VOID(16), THEN("unlink") },
	{ "truncate waits", VOID(10), WAITS("truncate") },
	{ "punch waits", VOID(10), WAITS("punch") },
	{ "zero-range waits", VOID(10), WAITS("zero-range") },
	{ "clone waits", VOID(10), WAITS("clone over") },
	{ "unlink waits", VOID(10), WAITS("unlink") },
	{ "truncate waits, no drop", NEAR(10), .way_name = "truncate",
	  .moment = ACROSS },
	{ "stranded, direct write", SUPERSEDED(16), THEN("direct write") },
	{ "direct write waits", SUPERSEDED(10), WAITS("direct write") },
	{ "stranded, failing direct write", LOST(10),
	  THEN("failing direct write") },
	{ "stranded, dedupe, fadvise", SUPERSEDED(10),
	  THEN("dedupe, fadvise") },

	/* Shapes. */
	{ "head", LOST(30), BY("fadvise"), SHAPE("head") },
	{ "tail", LOST(30), BY("fadvise"), SHAPE("tail") },
	{ "middle", LOST(30), BY("fadvise"), SHAPE("middle") },
	{ "both ends", LOST(40), BY("fadvise"), SHAPE("both") },
	{ "both ends, drop_caches", LOST(16), BY("drop_caches 1"),
	  SHAPE("both") },
	{ "both ends, stranded", LEFT(16), SHAPE("both") },
	{ "interior", SUPERSEDED(40), BY("fadvise"), SHAPE("interior") },
	{ "interior, drop_caches", SUPERSEDED(16), BY("drop_caches 1"),
	  SHAPE("interior") },
	{ "interior, no drop", NEAR(10), SHAPE("interior") },
	{ "interior, stranded", LOST(16), THEN("fadvise"), SHAPE("interior") },
	{ "whole page", SUPERSEDED(30), BY("fadvise"), SHAPE("whole") },
	{ "whole page, stranded", LOST(16), THEN("drop_caches 1"),
	  SHAPE("whole") },
	{ "partly dirty", LOST(40), BY("fadvise"), SHAPE("partly") },
	{ "partly dirty, stranded", LOST(20), THEN("fadvise"),
	  SHAPE("partly") },
	{ "partly dirty by mmap", LOST(20), BY("fadvise"), SHAPE("partly"),
	  .by_mmap = true },
	{ "short copy", LOST(80), BY("fadvise"), SHAPE("short") },
	{ "short copy, drop_caches", LOST(24), BY("drop_caches 1"),
	  SHAPE("short") },
	{ "short copy, no drop", NEAR(16), SHAPE("short") },
	{ "short copy, stranded", LOST(40), THEN("fadvise"), SHAPE("short") },
	{ "short copy, writev", LOST(24), BY("fadvise"), SHAPE("short"),
	  .call = CALL_WRITEV },
	{ "some dirty", LOST(30), BY("fadvise"), SHAPE("mixed") },
	{ "some dirty, stranded", LOST(20), THEN("fadvise"), SHAPE("mixed") },
	{ "end of file", LOST(30), BY("fadvise"), SHAPE("last") },
	{ "end of file, stranded", LOST(16), THEN("fadvise"), SHAPE("last") },
	{ "append", LOST(30), BY("fadvise"), SHAPE("append"),
	  .call = CALL_APPEND },
	{ "append, stranded", LEFT(20), SHAPE("append"), .call = CALL_APPEND },
	{ "ENOSPC", FAILS(4, END_ENOSPC), AT("loop"), .alone = true },
	{ "EDQUOT", FAILS(6, END_EDQUOT), AT("quota"), .alone = true },
	{ "killed", FAILS(20, END_KILL) },
	{ "killed, fadvise", LOST(20), .way_name = "fadvise", .moment = AFTER,
	  .ending = END_KILL },

	/* Write calls. */
	{ "writev", LOST(30), BY("fadvise"), .call = CALL_WRITEV },
	{ "writev, both ends", LOST(16), BY("fadvise"), SHAPE("both"),
	  .call = CALL_WRITEV },
	{ "writev, stranded", LEFT(10), .call = CALL_WRITEV },
	{ "io_uring", LOST(30), BY("fadvise"), .call = CALL_URING },
	{ "io_uring, stranded", LEFT(10), .call = CALL_URING },
	{ "dirtied by mmap", LOST(30), BY("fadvise"), .by_mmap = true },
	{ "dirtied by mmap, stranded", LEFT(10), .by_mmap = true },
	{ "sendfile", NOTHING(16), .call = CALL_SENDFILE },
	{ "splice", NOTHING(16), .call = CALL_SPLICE },
	{ "loop device on the file", NOTHING(8), .call = CALL_LOOP,
	  .alone = true },

	/* Places. */
	{ "nodatacow", LOST(30), BY("fadvise"), AT("nodatacow") },
	{ "nodatacow, stranded", LOST(16), THEN("drop_caches 1"),
	  AT("nodatacow") },
	{ "compress=zstd", LOST(30), BY("fadvise"), AT("compress=zstd") },
	{ "compress=zstd, interior", LOST(16), BY("fadvise"), SHAPE("interior"),
	  AT("compress=zstd") },
	{ "compress=zstd, stranded", LOST(16), THEN("drop_caches 1"),
	  AT("compress=zstd") },
	{ "nested subvolume", LOST(30), BY("fadvise"), AT("nested subvolume") },
	{ "nested subvolume, stranded", LOST(16), THEN("drop_caches 1"),
	  AT("nested subvolume") },
	{ "snapshot source", LOST(30), BY("fadvise"), AT("snapshot source") },
	{ "snapshot source, stranded", LOST(16), THEN("drop_caches 1"),
	  AT("snapshot source") },
	{ "bind mount", LOST(30), BY("fadvise"), AT("bind mount") },
	{ "bind mount, stranded", LOST(16), THEN("fadvise"), AT("bind mount") },
	{ "mount namespace", LOST(16), BY("fadvise"), .call = CALL_NAMESPACE },
	{ "mount namespace, stranded", LOST(10), THEN("fadvise"),
	  .call = CALL_NAMESPACE },
	{ "hard links", LOST(30), BY("fadvise"), AT("hard links") },
	{ "hard links, stranded", LOST(16), THEN("drop_caches 1"),
	  AT("hard links") },
	{ "unlinked, open", LOST(30), BY("fadvise"), AT("unlinked, open") },
	{ "unlinked, open, stranded", LOST(16), THEN("fadvise"),
	  AT("unlinked, open") },
	{ "hostile names", LOST(40), BY("fadvise"), AT("hostile names") },
	{ "hostile names, stranded", LOST(24), THEN("drop_caches 1"),
	  AT("hostile names") },
	{ "inline extents", LOST(30), BY("fadvise"), SHAPE("inline") },
	{ "inline extents, stranded", LOST(16), THEN("fadvise"),
	  SHAPE("inline") },
	{ "on a loop device", LOST(30), BY("fadvise"), AT("loop") },
	{ "on a loop device, stranded", LOST(16), THEN("drop_caches 1"),
	  AT("loop") },
	{ "64 files, 8 writers each", LOST(512), BY("fadvise"), .crowd = 512,
	  .share = 8 },
	{ 0 },
};

/* The tables begin their entries with the name. */
#define FIND(table, wanted)                                                    \
	({                                                                     \
		__typeof__(&(table)[0]) found = (table);                       \
		while (found->name && strcmp(found->name, (wanted)) != 0)      \
			found++;                                               \
		if (!found->name) {                                            \
			whine(-ENOENT, "no table has '%s'", (wanted));         \
			return -ENOENT;                                        \
		}                                                              \
		found;                                                         \
	})

int rows_find(void)
{
	for (struct row *row = rows; row->name; row++) {
		row->shape = FIND(shapes, row->shape_name ?: "any");
		row->place = FIND(places, row->place_name ?: "default");
		if (row->way_name)
			row->way = FIND(ways, row->way_name);
	}
	return 0;
}
