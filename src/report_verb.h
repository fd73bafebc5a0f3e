/* SPDX-License-Identifier: GPL-2.0 */
/* report_verb.h - the verb `report`: the findings of a recording. */
#ifndef DIRTYWATCH_REPORT_VERB_H
#define DIRTYWATCH_REPORT_VERB_H

/* Run `report` with its own arguments. Returns the process's exit code. */
int report_main(int argc, char **argv);

#endif
