// SPDX-License-Identifier: GPL-2.0
/* tree_floor.c - see tree_floor.h. */
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tree_floor.h"

/* Room for any one item, and for many small ones. */
#define SEARCH_LEN 65536

union search {
	struct btrfs_ioctl_search_args_v2 args;
	unsigned char
		bytes[sizeof(struct btrfs_ioctl_search_args_v2) + SEARCH_LEN];
};

/* Items from `from` on, as many as fit. Returns how many, or -errno. */
static int search(int fd, union search *s, const struct tree_place *p,
		  uint64_t from, uint64_t to)
{
	s->args.key = (struct btrfs_ioctl_search_key){
		.tree_id = p->tree,
		.min_objectid = p->objectid,
		.max_objectid = p->objectid,
		.min_offset = from,
		.max_offset = to,
		.max_transid = UINT64_MAX,
		.min_type = p->type,
		.max_type = p->type,
		.nr_items = UINT32_MAX,
	};
	s->args.buf_size = SEARCH_LEN;
	if (ioctl(fd, BTRFS_IOC_TREE_SEARCH_V2, s))
		return -errno;
	return (int)s->args.key.nr_items;
}

/* The last of `n` items. Returns 0, or -EBADMSG if they are not all there. */
static int last_item(const union search *s, int n,
		     struct btrfs_ioctl_search_header *head,
		     const unsigned char **bytes)
{
	const unsigned char *at = s->args.buf;
	size_t left = SEARCH_LEN;

	while (n--) {
		if (left < sizeof(*head))
			return -EBADMSG;
		memcpy(head, at, sizeof(*head));
		left -= sizeof(*head);
		if (left < head->len)
			return -EBADMSG;
		*bytes = at + sizeof(*head);
		at = *bytes + head->len;
		left -= head->len;
	}
	return 0;
}

/* The offset of the last item of an interval. */
static int last_offset(int fd, union search *s, const struct tree_place *p,
		       uint64_t from, uint64_t *offset)
{
	struct btrfs_ioctl_search_header head;
	const unsigned char *bytes;
	int err = -ENOENT, n;

	while ((n = search(fd, s, p, from, p->at)) > 0) {
		err = last_item(s, n, &head, &bytes);
		if (err)
			return err;
		*offset = head.offset;
		if (head.offset >= p->at)
			break;
		from = head.offset + 1;
	}
	return n < 0 ? n : err;
}

static int copy_item(int fd, union search *s, const struct tree_place *p,
		     uint64_t offset, struct tree_item **item)
{
	struct btrfs_ioctl_search_header head = { 0 };
	const unsigned char *bytes = NULL;
	int n = search(fd, s, p, offset, offset);
	int err = n < 0 ? n : -ENOENT; /* it may be gone by now */

	if (n > 0)
		err = last_item(s, n, &head, &bytes);
	if (err)
		return err;
	*item = malloc(sizeof(**item) + head.len);
	if (!*item)
		return -ENOMEM;
	(*item)->offset = offset;
	(*item)->len = head.len;
	memcpy((*item)->bytes, bytes, head.len);
	return 0;
}

/* Near by first: there may be very many items in all of the interval. */
int tree_floor(int fd, const struct tree_place *p, struct tree_item **item)
{
	union search *s = malloc(sizeof(*s));
	uint64_t offset = 0, back = 0;
	int err = -ENOMEM;

	for (*item = NULL; s; back = back ? 16 * back : 4096) {
		if (back > p->back)
			back = p->back;
		err = last_offset(fd, s, p, p->at > back ? p->at - back : 0,
				  &offset);
		if (err != -ENOENT || back >= p->back || back >= p->at)
			break;
	}
	if (!err)
		err = copy_item(fd, s, p, offset, item);
	free(s);
	return err;
}
