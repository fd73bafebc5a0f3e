/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A source buffer of two user pages whose faults we answer ourselves. The
 * kernel faults the whole source in before it locks anything; when the second
 * page is asked for, the first is taken away again, so that the copy fails
 * under the page lock and the fault of its retry arrives inside the window.
 */
#ifndef PROVOKE_FAULT_H
#define PROVOKE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "provoke_plan.h"

struct provoke_fault {
	int uffd;
	unsigned char *area; /* the two pages; MAP_FAILED if not armed */
	unsigned char data[2 * PROVOKE_PAGE]; /* what they hold */
	bool registered;
	bool cued;     /* the second page was asked for */
	bool windowed; /* the fault inside the window has come */
};

enum provoke_event {
	PROVOKE_RESOLVED, /* a fault was answered; expect another event */
	PROVOKE_WINDOW,	  /* the window is open, and stays so until */
			  /* provoke_fault_resolve() or _refuse() */
};

/*
 * Get the userfaultfd. Returns 0 or a negative errno (EPERM: no permission,
 * ENOSYS: the kernel has none); close with provoke_fault_close() in both cases.
 */
int provoke_fault_open(struct provoke_fault *fault);
void provoke_fault_close(struct provoke_fault *fault);

/*
 * Lay out @len bytes at @bytes so that the second page begins @head bytes in,
 * and wait for faults on both pages if @trap. Returns 0 or a negative errno;
 * the source is provoke_fault_source(); end with provoke_fault_disarm().
 */
int provoke_fault_arm(struct provoke_fault *fault, const void *bytes,
		      uint32_t head, uint32_t len, bool trap);
const void *provoke_fault_source(const struct provoke_fault *fault,
				 uint32_t head);
void provoke_fault_disarm(struct provoke_fault *fault);

/* Take one fault. Returns an event or a negative errno. */
int provoke_fault_serve(struct provoke_fault *fault);

/* End the window: give the page. Returns 0 or a negative errno. */
int provoke_fault_resolve(struct provoke_fault *fault);

/* End the window: the write fails with EFAULT. Returns 0 or a negative errno.
 */
int provoke_fault_refuse(struct provoke_fault *fault);

#endif
