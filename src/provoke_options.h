/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROVOKE_OPTIONS_H
#define PROVOKE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "provoke_page.h"
#include "provoke_plan.h"

struct provoke_options {
	const char *dir;   /* as given */
	const char *truth; /* NULL: write no ground truth */
	enum provoke_outcome want;
	enum provoke_way way;
	uint64_t count, seed;
	unsigned int tries; /* of one trial, at most */
	bool then_drop;	    /* drop a stranded page at once */
	bool test_machine, keep, verbose;
	bool export_c; /* print a program that does the same, do nothing */
};

/*
 * Fill @opt from the command line; without --seed the seed is random. Returns
 * 0 or a negative errno. A wrong command line ends the process with exit
 * code 2, and --help with 0, both after saying why.
 */
int provoke_options_parse(struct provoke_options *opt, int argc, char **argv);

#endif
