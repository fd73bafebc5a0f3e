// SPDX-License-Identifier: GPL-2.0
/* report_bug_words.c - what each class of finding is, for a mail about one. */
#include <stddef.h>

#include "report_bug.h"

static const struct bug_words words[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = { "page dropped while its write call was running",
			      "A buffered write cleaned a dirty page without writing it back. The page was then dropped from the page cache while the write call was still running, and the recording does not hold the end of that call. Data may be lost.",
			      "lost" },
	[FINDING_STRANDED] = { "write call left a page clean that was never written back",
			       "A buffered write cleaned a dirty page without writing it back, and returned without dirtying it again. The data of the page is in memory only and will be lost when the page is dropped.",
			       "stranded" },
	[FINDING_NEAR_MISS] = { "page clean and unlocked for a while, never written back",
				"A buffered write cleaned a dirty page without writing it back and unlocked it. The page was dirty again before anybody dropped it: nothing was lost this time.",
				"near-miss" },
	[FINDING_LOST] = { "buffered write lost before it reached the disk",
			   "A buffered write cleaned a dirty page without writing it back. The page was then dropped from the page cache. The bytes below were never submitted for writeback and are missing on the disk, without any error.",
			   "lost" },
	[FINDING_SUPERSEDED] = { "page cleaned without writeback, its data on the disk all the same",
				 "A buffered write cleaned a dirty page without writing it back. All that was in it was then written anew, by the same write call or by a direct or encoded write over it, or a dedupe found it on the disk: nothing is missing this time.",
				 "superseded" },
	[FINDING_VOID] = { "clean page thrown away on purpose, never written back",
			   "A buffered write cleaned a dirty page without writing it back. The page was then thrown away on purpose (truncated, punched, unlinked, replaced by a clone): nothing is missing.",
			   NULL },
	[FINDING_UNEXPLAINED] = { "dirty page cleaned by an unknown caller",
				  "A dirty page of a btrfs file was cleaned, and no function on the kernel stack is one that is known to do so. This is no proof of a loss.",
				  NULL },
	[FINDING_EVICTED] = { "inode evicted with dirty pages",
			      "An inode that has a name left memory while pages of it were dirty, on a filesystem that had not stopped on an error. What those pages held was never submitted for writeback and is missing on the disk.",
			      NULL },
};

/* A stale read, by what it was for. */
static const struct bug_words reads[READ_MAX] = {
	[READ_BY_READ] = { "lost page read back in from the disk",
			   "A page whose data had been lost before it reached the disk was read back in: its reader got the old bytes, with valid checksums.",
			   "lost" },
	[READ_BY_WRITE] = { "lost page read back in from the disk to be written",
			    "A page whose data had been lost before it reached the disk was read back in, because a write was about to change a part of it: the rest of the page has the old bytes again.",
			    "lost" },
	[READ_BY_RETRY] = { "lost page read back in by its own write call",
			    "A buffered write cleaned a dirty page without writing it back, and the page was dropped. The same write call then came back for the page and read it in from the disk, to go on writing there. This is a step of a loss, and no stale read of somebody else.",
			    "lost" },
};

const struct bug_words *bug_words(const struct finding *f)
{
	return f->class == FINDING_STALE_READ ? &reads[f->read]
					      : &words[f->class];
}

const char *bug_read_word(enum record_read read)
{
	static const char *const purposes[READ_MAX] = {
		[READ_BY_READ] = ", with old bytes,",
		[READ_BY_WRITE] = ", with old bytes, to be written",
		[READ_BY_RETRY] = " by the write call's own retry,",
	};

	return purposes[read];
}
