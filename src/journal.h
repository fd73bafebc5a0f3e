/* SPDX-License-Identifier: GPL-2.0 */
/*
 * journal.h - what a service says: entries of the journal with fields, or
 * lines on stderr where there is no journal.
 *
 * The contents of pages are never in it. Names are: a field has the raw bytes,
 * the message has them escaped.
 */
#ifndef DIRTYWATCH_JOURNAL_H
#define DIRTYWATCH_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"
#include "ratelimit.h"
#include "report.h"

/*
 * What can be said: its name, MESSAGE_ID, PRIORITY as in syslog(3), and what it
 * is about. The ids are for good; packaging/btrfs-dirtywatch.catalog explains
 * each.
 */
#define JOURNAL_KINDS(X)                                                       \
	X(lost, "a560231141b043118574f88184ed5b17", 2, "A write was lost")     \
	X(evicted_dirty, "8cc6924d29874a8588d76034cfbe6bae", 2,                \
	  "A file left memory with data that is on no disk")                   \
	X(stranded, "ecce1c1d83504dda96963f810082c6aa", 3,                     \
	  "Data is in memory only, and will not be written")                   \
	X(stale_read, "410f71044e8440649cea71bdc5745068", 3,                   \
	  "A lost page was read: old data is in use")                          \
	X(unexplained, "e5e96dece4ff49de8acc48404b75ca5c", 4,                  \
	  "A page was cleaned, and it is not known why")                       \
	X(near_miss, "29bed67ee9634ab18b88b68d45dade38", 6,                    \
	  "A write was nearly lost")                                           \
	X(not_healed, "a432ec6c82b94599b49e39bfc0b1a647", 4,                   \
	  "A stranded page could not be healed")                               \
	X(healed, "b6c1cfe3b6d248b4bf580c66ab54d2fb", 5,                       \
	  "A stranded page was healed")                                        \
	X(blind, "d0276d704f434cddbb0cbe8a42a1a8b7", 4,                        \
	  "Something could not be seen")                                       \
	X(blind_over, "30f89db20f704073adc52280c3a1aacd", 5,                   \
	  "All can be seen again")                                             \
	X(left_out, "2bd1c258a31744eaadda0f3b8d6e3257", 4,                     \
	  "Messages were left out")                                            \
	X(armed, "0426341f34be4945afa31d8e7064161a", 6, "The watch has begun") \
	X(stopped, "a7aefa6d254542eca38b57991f1b9df7", 6,                      \
	  "The watch has ended")                                               \
	X(reloaded, "fd4f0d8711c641cb8529f8ffead1819e", 6,                     \
	  "The configuration was read again")                                  \
	X(degraded, "50efeb1bff194adeb22e9474c6911c05", 3,                     \
	  "Findings cannot be stored")                                         \
	X(recovered, "f2d799d16f7c412e8d0b4ceda134ea9e", 5,                    \
	  "Findings can be stored again")                                      \
	X(backed_off, "3a15d9c4a9604e06be18922250911dd1", 4,                   \
	  "It cost too much: the watch pauses")                                \
	X(detached, "edf3b2cb8ef0466eb647f344a1a81db2", 3,                     \
	  "It cost too much: nothing is watched any more")                     \
	X(resumed, "7ca2a6cf762248938c49d9d5e1225cc9", 5,                      \
	  "The watch goes on after a pause")                                   \
	X(self_test_failed, "ba307eeb28b54f1da8ff392f4a33ccff", 3,             \
	  "The self-test failed")                                              \
	X(self_test_passed, "491a6d9e6f164601af2b034e7e273730", 5,             \
	  "The self-test passes again")                                        \
	X(problem, "6a98886c8b5846ce97eb95e529c51f87", 3,                      \
	  "Something did not work")

enum journal_kind {
#define X(name, id, priority, subject) JOURNAL_##name,
	JOURNAL_KINDS(X)
#undef X
		JOURNAL_MAX,
};

struct journal_word {
	const char *name;
	const char *id; /* 32 hexadecimal digits */
	int priority;
	const char *subject;
};

extern const struct journal_word journal_words[JOURNAL_MAX];

/*
 * Findings of a class in a second, see ratelimit.h: with all classes together
 * 275 entries, so that 31 such seconds stay below the 10000 in 30 seconds from
 * which on journald leaves out what it likes.
 */
#define JOURNAL_LIMIT 50

enum journal_way {
	JOURNAL_AUTO,	/* the journal if stderr leads there, as in a service */
	JOURNAL_SOCKET, /* the journal */
	JOURNAL_STDERR, /* lines with <PRIORITY> in front, see sd-daemon(3) */
};

struct journal {
	bool socket; /* entries with fields; else lines */
	int fd;	     /* of those lines */
	struct ratelimit limit;
	uint64_t left_out;	 /* messages, since it was opened */
	uint64_t blind;		 /* bits: kinds that were said to go on */
	uint64_t (*clock)(void); /* ns of CLOCK_MONOTONIC */
};

/*
 * Returns 0, or -ENOENT if there is no socket, or -ENOSYS if this program was
 * built without libsystemd: both of JOURNAL_SOCKET only, and then it writes
 * lines. Nothing is to be closed.
 */
int journal_open(struct journal *j, enum journal_way way);

/*
 * Says a finding, if it is of a class that people are told of. `r` has been
 * started: it knows the time and the symbols. Here and below: returns 0, also
 * if it was left out, or the negative errno: nobody was told.
 */
int journal_finding(struct journal *j, const struct finding *f,
		    const struct report *r);

int journal_blind(struct journal *j, const struct blind_info *info);

int journal_heal(struct journal *j, const struct heal_note *note);

/* One sentence, without an end of line; control characters are escaped. */
int journal_say(struct journal *j, enum journal_kind kind, const char *format,
		...) __attribute__((format(printf, 3, 4)));

/* To be called about once a second: says what was left out. */
int journal_tick(struct journal *j);

/* Says it at once, at the end. */
int journal_flush(struct journal *j);

#endif
