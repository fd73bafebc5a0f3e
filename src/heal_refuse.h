/* SPDX-License-Identifier: GPL-2.0 */
/*
 * heal_refuse.h - whose files are not healed: those that somebody uses in a
 * way that a page dirtied by us, or only our opening the file, could disturb.
 * To be asked before the file is opened.
 */
#ifndef DIRTYWATCH_HEAL_REFUSE_H
#define DIRTYWATCH_HEAL_REFUSE_H

#include <stdio.h>
#include <sys/stat.h>

#include "heals.h"

/* A file, by the numbers that different places know it by. */
struct heal_file {
	unsigned int sb_dev; /* of its filesystem: major << 20 | minor */
	dev_t dev;	     /* st_dev: of its subvolume */
	ino_t ino;
};

/*
 * What stands against it: HEAL_immutable, HEAL_verity, HEAL_leased,
 * HEAL_swapfile, HEAL_direct_io, HEAL_unsure, or HEAL_healed: nothing. `seat`
 * is a descriptor of the file, by O_PATH, and `proc` one of /proc.
 */
enum heal heal_refuse(int proc, int seat, const struct heal_file *file);

/*
 * The parts of it. A table of /proc that could not be opened, NULL, tells
 * nothing: HEAL_unsure.
 */
enum heal heal_refuse_leased(FILE *locks, const struct heal_file *file);
enum heal heal_refuse_swapfile(FILE *swaps, const struct heal_file *file);

/*
 * Does any process hold a descriptor for direct I/O? It looks through all that
 * /proc has. A direct write does not wait for who dirties the page meanwhile:
 * what we dirty could go to the disk over what was written directly.
 */
enum heal heal_refuse_direct_io(int proc, const struct heal_file *file);

#endif
