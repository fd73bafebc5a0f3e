/* SPDX-License-Identifier: GPL-2.0 */
/* status_print.h - the daemon's status, for people. */
#ifndef DIRTYWATCH_STATUS_PRINT_H
#define DIRTYWATCH_STATUS_PRINT_H

#include <stdint.h>
#include <stdio.h>

struct json_object;

/* `now_ns`: CLOCK_REALTIME. What is not there is not printed. */
void status_print(FILE *out, struct json_object *status, uint64_t now_ns);

/* A member as a number or a text; 0 or NULL if it is not there, or is none. */
uint64_t status_number(struct json_object *o, const char *key);
const char *status_text(struct json_object *o, const char *key);
struct json_object *status_part(struct json_object *o, const char *key);

#endif
