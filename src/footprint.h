/* SPDX-License-Identifier: GPL-2.0 */
/* footprint.h - the memory that this process takes, in the kernel and here. */
#ifndef DIRTYWATCH_FOOTPRINT_H
#define DIRTYWATCH_FOOTPRINT_H

#include <stdint.h>
#include <stdio.h>

/*
 * Bytes that a map or a program takes, by what /proc/PID/fdinfo tells of it.
 * Kernels before 6.4 say nothing of a ring buffer: its size is taken.
 */
uint64_t footprint_fdinfo(FILE *from);

/* Bytes that are resident, by /proc/PID/status; 0: it does not tell. */
uint64_t footprint_status(FILE *from);

/* All maps and programs that this process has open, with their code. */
uint64_t footprint_kernel(void);

/* What is resident of this process. Both: 0 if that is not known. */
uint64_t footprint_process(void);

#endif
