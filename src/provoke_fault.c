// SPDX-License-Identifier: GPL-2.0
#include "provoke_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define AREA (2ul * PROVOKE_PAGE)

int provoke_fault_open(struct provoke_fault *fault)
{
	struct uffdio_api api = { .api = UFFD_API };

	memset(fault, 0, sizeof(*fault));
	fault->area = MAP_FAILED;
	/*
	 * UFFD_USER_MODE_ONLY would be granted to more people, but the faults
	 * that matter here come from the kernel's copy.
	 */
	fault->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (fault->uffd < 0 || ioctl(fault->uffd, UFFDIO_API, &api))
		return -errno;
	return 0;
}

void provoke_fault_close(struct provoke_fault *fault)
{
	/* This also wakes whoever waits for a fault: it gets a page of zeroes.
	 */
	if (fault->uffd >= 0)
		close(fault->uffd);
	fault->uffd = -1;
	fault->registered = false;
}

int provoke_fault_arm(struct provoke_fault *fault, const void *bytes,
		      uint32_t head, uint32_t len, bool trap)
{
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	fault->cued = false;
	fault->windowed = false;
	memset(fault->data, 0, sizeof(fault->data));
	memcpy(fault->data + PROVOKE_PAGE - head, bytes, len);
	fault->area = mmap(NULL, AREA, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fault->area == MAP_FAILED)
		return -errno;
	if (!trap) {
		memcpy(fault->area, fault->data, AREA);
		return 0;
	}
	reg.range.start = (uintptr_t)fault->area;
	reg.range.len = AREA;
	if (ioctl(fault->uffd, UFFDIO_REGISTER, &reg))
		return -errno;
	fault->registered = true;
	return 0;
}

const void *provoke_fault_source(const struct provoke_fault *fault,
				 uint32_t head)
{
	return fault->area + PROVOKE_PAGE - head;
}

static int unregister(struct provoke_fault *fault)
{
	struct uffdio_range range = {
		.start = (uintptr_t)fault->area,
		.len = AREA,
	};

	if (!fault->registered)
		return 0;
	fault->registered = false;
	return ioctl(fault->uffd, UFFDIO_UNREGISTER, &range) ? -errno : 0;
}

void provoke_fault_disarm(struct provoke_fault *fault)
{
	if (fault->area == MAP_FAILED)
		return;
	unregister(fault);
	munmap(fault->area, AREA);
	fault->area = MAP_FAILED;
}

/* Give the page at @offset of the area to whoever waits for it. */
static int give(struct provoke_fault *fault, uint32_t offset)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)fault->area + offset,
		.src = (uintptr_t)fault->data + offset,
		.len = PROVOKE_PAGE,
	};
	struct uffdio_range range = { .start = copy.dst, .len = copy.len };

	while (ioctl(fault->uffd, UFFDIO_COPY, &copy)) {
		if (errno == EEXIST)
			return ioctl(fault->uffd, UFFDIO_WAKE, &range) ? -errno
								       : 0;
		if (errno != EAGAIN)
			return -errno;
	}
	return 0;
}

int provoke_fault_serve(struct provoke_fault *fault)
{
	struct uffd_msg msg;
	ssize_t got = read(fault->uffd, &msg, sizeof(msg));
	int err;

	if (got < 0)
		return errno == EAGAIN ? PROVOKE_RESOLVED : -errno;
	if (got != sizeof(msg) || msg.event != UFFD_EVENT_PAGEFAULT)
		return -EBADMSG;
	if (msg.arg.pagefault.address >=
	    (uintptr_t)fault->area + PROVOKE_PAGE) {
		if (!fault->cued &&
		    madvise(fault->area, PROVOKE_PAGE, MADV_DONTNEED))
			return -errno;
		fault->cued = true;
		err = give(fault, PROVOKE_PAGE);
		return err ? err : PROVOKE_RESOLVED;
	}
	if (fault->cued && !fault->windowed) {
		fault->windowed = true;
		return PROVOKE_WINDOW;
	}
	err = give(fault, 0);
	return err ? err : PROVOKE_RESOLVED;
}

int provoke_fault_resolve(struct provoke_fault *fault)
{
	return give(fault, 0);
}

int provoke_fault_refuse(struct provoke_fault *fault)
{
	struct uffdio_range range = {
		.start = (uintptr_t)fault->area,
		.len = PROVOKE_PAGE,
	};
	int err;

	/* In this order: unregistering wakes the writer, who then looks. */
	if (mprotect(fault->area, PROVOKE_PAGE, PROT_NONE))
		return -errno;
	err = unregister(fault);
	if (err)
		return err;
	/* On kernels before 4.11 it does not. */
	return ioctl(fault->uffd, UFFDIO_WAKE, &range) ? -errno : 0;
}
