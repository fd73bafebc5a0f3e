// SPDX-License-Identifier: GPL-2.0
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int source_open(void)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		.features = UFFD_FEATURE_THREAD_ID,
	};
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		return -errno;
	return uffd;
}

static void *anonymous(size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int source_init(struct source *source)
{
	memset(source, 0, sizeof(*source));
	source->area = anonymous(AREA);
	source->data = anonymous(AREA);
	if (source->area == MAP_FAILED || source->data == MAP_FAILED)
		return -errno;
	return 0;
}

static int set_registered(struct source *source, int uffd)
{
	struct uffdio_register reg = {
		.range = { (uintptr_t)source->area, AREA },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (source->registered)
		return 0;
	if (mprotect(source->area, AREA, PROT_READ | PROT_WRITE) ||
	    ioctl(uffd, UFFDIO_REGISTER, &reg))
		return -errno;
	source->registered = true;
	return 0;
}

int source_arm(struct source *source, int uffd, const void *bytes, uint32_t len,
	       uint32_t head, uint32_t hole)
{
	uint32_t from = PAGE - head;

	if (from + len > AREA || (from + len - 1) / PAGE <= hole)
		return -EINVAL;
	memset(source->data, 0, AREA);
	memcpy(source->data + from, bytes, len);
	if (madvise(source->area, AREA, MADV_DONTNEED))
		return -errno;
	source->last = (from + len - 1) / PAGE;
	source->hole = hole;
	source->cued = false;
	source->windowed = false;
	return set_registered(source, uffd);
}

const unsigned char *source_bytes(const struct source *source, uint32_t head)
{
	return source->area + PAGE - head;
}

/* Give @page to whoever waits for it. */
static int give(const struct source *source, int uffd, uint32_t page)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)source->area + page * PAGE,
		.src = (uintptr_t)source->data + page * PAGE,
		.len = PAGE,
	};
	struct uffdio_range range = { copy.dst, PAGE };

	while (ioctl(uffd, UFFDIO_COPY, &copy)) {
		if (errno == EEXIST)
			return ioctl(uffd, UFFDIO_WAKE, &range) ? -errno : 0;
		if (errno != EAGAIN)
			return -errno;
	}
	return 0;
}

int source_fault(struct source *source, int uffd, uint32_t page)
{
	if (page == source->last && !source->cued) {
		source->cued = true;
		if (madvise(source->area + source->hole * PAGE, PAGE,
			    MADV_DONTNEED))
			return -errno;
	} else if (page == source->hole && source->cued && !source->windowed) {
		source->windowed = true;
		return 1;
	}
	return give(source, uffd, page);
}

int source_resolve(struct source *source, int uffd)
{
	return give(source, uffd, source->hole);
}

int source_refuse(struct source *source, int uffd)
{
	struct uffdio_range range = { (uintptr_t)source->area, AREA };

	/* In this order: unregistering wakes the writer, who then looks. */
	if (mprotect(source->area, AREA, PROT_NONE))
		return -errno;
	source->registered = false;
	return ioctl(uffd, UFFDIO_UNREGISTER, &range) ? -errno : 0;
}
