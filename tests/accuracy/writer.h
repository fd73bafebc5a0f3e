/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of write calls. */
#ifndef ACCURACY_WRITER_H
#define ACCURACY_WRITER_H

#include "accuracy.h"

/*
 * Make the write call of @trial from @source, in this thread (io_uring: in one
 * of the kernel's). Returns bytes or a negative errno.
 */
int64_t writer_call(struct trial *trial, const unsigned char *source);

/*
 * The same in a process of its own that shares our memory, so that it can be
 * killed alone; a byte is written to @done when it ends by itself. Returns its
 * process id or a negative errno.
 */
pid_t writer_spawn(struct trial *trial, const unsigned char *source, int done);

#endif
