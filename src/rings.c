// SPDX-License-Identifier: GPL-2.0
/* rings.c - see rings.h. */
#include <bpf/libbpf.h>
#include <errno.h>

#include "rings.h"

/* A ring's callback; it gives the size as it came. */
static int on_record(void *arg, void *data, size_t size)
{
	struct rings *r = arg;

	r->any = true;
	return r->record(r->arg, data, size);
}

static int on_content(void *arg, void *data, size_t size)
{
	const struct rings *r = arg;

	return r->content(r->arg, data, size);
}

int rings_open(struct rings *r, int records, int contents)
{
	r->records = ring_buffer__new(records, on_record, r, NULL);
	if (!r->records)
		return -errno;
	if (contents < 0)
		return 0;
	r->contents = ring_buffer__new(contents, on_content, r, NULL);
	return r->contents ? 0 : -errno;
}

int rings_fd(const struct rings *r)
{
	return ring_buffer__epoll_fd(r->records);
}

int rings_contents(const struct rings *r)
{
	int n = r->contents ? ring_buffer__consume(r->contents) : 0;

	return n < 0 ? n : 0;
}

int rings_poll(struct rings *r)
{
	int err = rings_contents(r);

	if (!err)
		err = ring_buffer__consume(r->records);
	return err < 0 ? err : 0;
}

void rings_close(struct rings *r)
{
	ring_buffer__free(r->records);
	ring_buffer__free(r->contents);
}
