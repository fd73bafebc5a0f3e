/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replay_line.h - recorded observations: the format, and one line of it.
 *
 * Text, one observation a line: a word, then name=value fields, each after one
 * space, in any order. Empty lines and lines that begin with # say nothing.
 * The first line is `btrfs-dirtywatch-observations 1`, the next is a begin,
 * the last is an over: a recording without it was cut short. Each line ends
 * in a newline and has at most REPLAY_LINE_MAX bytes.
 *
 *   begin t                    the watch began
 *   file map ino dev [root uuid path nlink]
 *                              what is known of a file from here on; comes
 *                              before the first observation of its pages
 *   clean t map index page call isize left pid [tgid comm]
 *                              a write call, of that task, cleaned a page
 *   retry t map index call     the call locked the page again, still clean
 *   written t map index        writeback cleaned a page
 *   dirty t map index          the page was found dirty or under writeback
 *   move t map index page      the page was migrated to another struct page
 *   drop t map index way pid isize [tgid comm dirty nlink]
 *                              the page left the page cache
 *   found t map index [dirty locked]
 *                              so the end that follows finds the page; clean
 *                              and unlocked if there is no such line
 *   end t call pos stop left result
 *                              the write call returned
 *   settled t map index        locked at the end, now clean and unlocked
 *   overwritten t map index pos stop
 *                              the direct write or clone that dropped the page
 *                              is over, or a dedupe of the page in the cache
 *   unexplained t map pid [tgid comm]
 *                              a clean by no known function
 *   blind t kind count [since] evidence is missing
 *   over t                     the watch ended
 *
 * t and since are ns of CLOCK_MONOTONIC. map, page and call are identities:
 * numbers that are equal when the thing is the same. index counts pages of
 * 4096 bytes. isize is the file's size at that moment; left what the call had
 * yet to write; pos and stop the offsets where it began and behind the last
 * byte that it wrote or replaced (equal: none): all in bytes. result is bytes
 * or a negative errno. way and kind are words as the reports print them. nlink
 * is 1 if left out, dirty and locked (0 or 1) are 0, tgid is pid, since is t.
 * dev is MAJOR:MINOR. Numbers are decimal, or hexadecimal after 0x. In comm and
 * path, which is absolute in its filesystem, \xNN stands for a byte and must
 * for a space, a control character and a backslash.
 */
#ifndef DIRTYWATCH_REPLAY_LINE_H
#define DIRTYWATCH_REPLAY_LINE_H

#include <stdbool.h>

#include "record.h"

#define REPLAY_HEADER "btrfs-dirtywatch-observations 1"
#define REPLAY_LINE_MAX 8192

enum replay_word {
	REPLAY_NOTHING,
	REPLAY_BEGIN,
	REPLAY_FILE,
	REPLAY_CLEAN,
	REPLAY_RETRY,
	REPLAY_WRITTEN,
	REPLAY_DIRTY,
	REPLAY_MOVE,
	REPLAY_DROP,
	REPLAY_FOUND,
	REPLAY_END,
	REPLAY_SETTLED,
	REPLAY_OVERWRITTEN,
	REPLAY_UNEXPLAINED,
	REPLAY_BLIND,
	REPLAY_OVER,
	REPLAY_WORDS,
};

/* A line; fields that are left out have the values told above, or 0. */
struct replay_line {
	enum replay_word word;
	bool root_known;
	__u64 t, map, index, page, call;
	__u64 isize, left, pos, stop;
	__u64 ino, root, dev, nlink; /* dev: major << 20 | minor */
	__u64 pid, tgid, dirty, locked;
	__u64 count, since;
	__u64 way;  /* enum way */
	__u64 kind; /* enum blind */
	__s64 result;
	__u8 uuid[16];
	char comm[WINDOW_COMM_LEN];
	char path[RECORD_PATH_LEN]; /* empty: not known */
	char why[80];		    /* what is wrong with the line */
};

/*
 * Parses a line without its newline. Returns 0, or -EBADMSG and says in
 * out->why, in words of this program only, what is wrong.
 */
int replay_parse(const char *line, struct replay_line *out);

#endif
