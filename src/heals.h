/* SPDX-License-Identifier: GPL-2.0 */
/* heals.h - what can become of the healing of a stranded page. */
#ifndef DIRTYWATCH_HEALS_H
#define DIRTYWATCH_HEALS_H

/* Its name, and what it means. */
#define HEALS(X)                                                               \
	X(not_asked, "nobody asked for it")                                    \
	X(healed, "healed")                                                    \
	X(not_rescued, "its content was not saved")                            \
	X(no_name, "no name leads to its file")                                \
	X(unsupported, "this machine has no store for it")                     \
	X(direct_io, "its file is open for direct I/O")                        \
	X(leased, "its file is leased")                                        \
	X(running, "its file runs as a program")                               \
	X(immutable, "its file is immutable, or can only be appended to")      \
	X(verity, "its file is sealed by fs-verity")                           \
	X(read_only, "its subvolume or its mount is read-only")                \
	X(swapfile, "its file is a swapfile")                                  \
	X(unsure, "it cannot be told who uses its file")                       \
	X(eof, "its file now ends before it")                                  \
	X(dropped, "it was dropped before")                                    \
	X(changed, "its bytes are not those that were saved")                  \
	X(no_space, "there was no space, or no quota, for it")                 \
	X(failed, "its file could not be opened, mapped or read")              \
	X(time_limit, "it took too long, as on a frozen filesystem")           \
	X(helper, "the process that heals ended, or could not be started")     \
	X(too_many, "too many were waiting, or hang")                          \
	X(settled, "it had ended otherwise before")                            \
	X(unconfirmed, "it was not seen to be dirty again")                    \
	X(ended, "the watch ended before")

enum heal {
#define X(name, text) HEAL_##name,
	HEALS(X)
#undef X
		HEAL_MAX,
};

#endif
