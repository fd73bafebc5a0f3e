/* SPDX-License-Identifier: GPL-2.0 */
/* check_print.h - the rows of `check` as text, JSON or a plugin's line. */
#ifndef DIRTYWATCH_CHECK_PRINT_H
#define DIRTYWATCH_CHECK_PRINT_H

#include "check_rows.h"
#include "check_system.h"

/* Returns the exit code that goes with this form. */
int check_print(enum check_form form, const struct check_rows *rows,
		const struct check_verdict *verdict);

#endif
