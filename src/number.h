/* SPDX-License-Identifier: GPL-2.0 */
/* number.h - numbers as users type them, checked to the last byte. */
#ifndef DIRTYWATCH_NUMBER_H
#define DIRTYWATCH_NUMBER_H

/* A decimal number and nothing else. Returns 0, -EINVAL or -ERANGE. */
int number_parse(const char *text, unsigned long *out);

/* Seconds above 0 and below ten years, with a fraction or none. As above. */
int seconds_parse(const char *text, double *out);

#endif
