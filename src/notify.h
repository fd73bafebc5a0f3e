/* SPDX-License-Identifier: GPL-2.0 */
/* notify.h - what the manager of services is told; nothing without one. */
#ifndef DIRTYWATCH_NOTIFY_H
#define DIRTYWATCH_NOTIFY_H

#include <stdint.h>

/* Lines as in sd_notify(3): "READY=1", "STATUS=...". */
void notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* It wants to hear of us so often, in ns; 0: never. */
uint64_t notify_watchdog_ns(void);

#endif
