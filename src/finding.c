// SPDX-License-Identifier: GPL-2.0
/* finding.c - see finding.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "finding.h"

static const char *const class_words[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = "pending",
	[FINDING_STRANDED] = "stranded",
	[FINDING_NEAR_MISS] = "near-miss",
	[FINDING_LOST] = "lost",
	[FINDING_SUPERSEDED] = "superseded",
	[FINDING_VOID] = "void",
	[FINDING_UNEXPLAINED] = "unexplained",
	[FINDING_EVICTED] = "evicted-dirty",
	[FINDING_STALE_READ] = "stale-read",
};

static const char *const way_words[WAY_MAX] = {
	[WAY_UNKNOWN] = "unknown",
	[WAY_KSWAPD] = "kswapd",
	[WAY_DIRECT] = "direct",
	[WAY_MEMCG] = "memcg",
	[WAY_DROP_CACHES] = "drop_caches",
	[WAY_FADVISE] = "fadvise",
	[WAY_MADVISE] = "madvise",
	[WAY_INVALIDATE] = "invalidate",
	[WAY_INODE_LRU] = "inode-lru",
	[WAY_EVICT] = "evict",
	[WAY_HWPOISON] = "hwpoison",
	[WAY_DIRECT_IO] = "direct-io",
	[WAY_ENCODED] = "encoded-write",
	[WAY_TRUNCATE] = "truncate",
	[WAY_PUNCH] = "punch",
	[WAY_REMAP] = "remap",
	[WAY_ABORT] = "abort",
};

static const enum finding_class kinds[RECORD_KIND_MAX] = {
	[RECORD_UNEXPLAINED] = FINDING_UNEXPLAINED,
	[RECORD_EVICTED] = FINDING_EVICTED,
	[RECORD_STALE] = FINDING_STALE_READ,
};

static const enum finding_class classes[VERDICT_MAX] = {
	[VERDICT_PENDING] = FINDING_PENDING,
	[VERDICT_STRANDED] = FINDING_STRANDED,
	[VERDICT_NEAR_MISS] = FINDING_NEAR_MISS,
	[VERDICT_LOST] = FINDING_LOST,
	[VERDICT_SUPERSEDED] = FINDING_SUPERSEDED,
	[VERDICT_VOID] = FINDING_VOID,
};

const char *finding_class_word(enum finding_class class)
{
	return class < FINDING_CLASS_MAX ? class_words[class] : "unknown";
}

const char *finding_way_word(enum way way)
{
	return way < WAY_MAX ? way_words[way] : way_words[WAY_UNKNOWN];
}

uint64_t finding_bytes(const struct finding *f)
{
	uint64_t sum = 0;

	for (int i = 0; i < WINDOW_RANGES; i++)
		if (f->bound[i].from < f->bound[i].to)
			sum += f->bound[i].to - f->bound[i].from;
	return sum;
}

void finding_uuid(const uint8_t uuid[16], char text[FINDING_UUID_LEN])
{
	static const uint8_t none[16];
	char *to = text;
	int i;

	*to = '\0';
	if (!memcmp(uuid, none, sizeof(none)))
		return;
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		to += sprintf(to, "%02x", uuid[i]);
	}
}

static void set_task(struct finding_task *task, uint32_t pid, uint32_t tgid,
		     uint64_t cgroup, const char comm[WINDOW_COMM_LEN])
{
	task->cgroup = cgroup;
	task->pid = pid;
	task->tgid = tgid;
	memcpy(task->comm, comm, WINDOW_COMM_LEN);
	task->comm[WINDOW_COMM_LEN - 1] = '\0';
}

/*
 * A record may be written while the other party settles the same window: of a
 * verdict that was spoken without it, its part is not looked at.
 */
static void set_write(const struct record *r, struct finding *f)
{
	const struct window_writer *writer = &r->window.writer;
	const struct window_end *end = &r->window.end;

	if (r->kind != RECORD_FINDING) {
		if (r->kind == RECORD_EVICTED)
			return;
		set_task(&f->task, r->pid, r->tgid, r->cgroup, r->comm);
		f->task_known = true;
		return;
	}
	set_task(&f->task, writer->pid, writer->tgid, r->trail.writer_cgroup,
		 writer->comm);
	f->task_known = writer->pid != 0;
	if (f->class == FINDING_PENDING || !(r->window.bits & WINDOW_ENDED))
		return;
	f->write_known = true;
	f->end_ns = end->ns;
	f->pos = end->pos;
	f->result = end->result;
}

static void set_drop(const struct record *r, struct finding *f)
{
	const struct window_drop *drop = &r->window.drop;

	if (r->kind != RECORD_FINDING || f->class == FINDING_STRANDED ||
	    f->class == FINDING_NEAR_MISS || !(r->window.bits & WINDOW_DROPPED))
		return;
	set_task(&f->dropper, drop->pid, drop->tgid, r->trail.dropper_cgroup,
		 drop->comm);
	f->drop_stack = r->trail.drop;
	f->dropped = true;
	f->drop_ns = drop->ns;
	f->way = drop->way;
	f->unlinked |= drop->unlinked != 0;
}

/* An inode and all that it had left memory at once: who did it dropped it. */
static void set_evicted(const struct record *r, struct finding *f)
{
	const struct evicted *e = &r->evicted;
	uint64_t to = (e->last + 1) << WINDOW_PAGE_SHIFT;

	if (r->kind != RECORD_EVICTED)
		return;
	set_task(&f->dropper, r->pid, r->tgid, r->cgroup, r->comm);
	f->dropped = true;
	f->drop_ns = r->ns;
	f->way = r->way;
	f->drop_stack.len = r->stack_len;
	memcpy(f->drop_stack.ip, r->stack, sizeof(r->stack));
	f->page = e->first;
	f->i_size = e->i_size;
	f->dirty_pages = e->pages;
	f->more_pages = r->flags & RECORD_MORE_PAGES;
	f->bound[0].from = e->first << WINDOW_PAGE_SHIFT;
	f->bound[0].to = to < e->i_size ? to : e->i_size;
}

/*
 * How long a near miss was open at most. The call that came back for its page
 * closed the window then; one that left the page clean closed it never, and
 * the page was only seen to be dirty again by this observation.
 */
static uint64_t longest_open(const struct record *r, enum finding_class class)
{
	const struct window *w = &r->window;
	bool left_clean =
		w->bits & WINDOW_ENDED && !w->end.locked && !w->end.dirty;
	uint64_t until = r->ns;

	if (class != FINDING_NEAR_MISS)
		return 0;
	if (w->bits & WINDOW_RETRIED && !left_clean)
		until = w->retry_ns;
	return until > w->clean_ns ? until - w->clean_ns : 0;
}

/*
 * The components come from the file up, a path reads from the root down. None
 * at all is the root directory, which has no pages that a call could write: a
 * name cut off from the tree (opened by handle, as by an NFS server).
 */
static void set_path(const struct record *r, struct finding *f)
{
	size_t at = r->path_len;
	char *to = f->path;

	f->path_in_fs = true;
	if (r->flags & RECORD_NO_DENTRY || !at)
		return;
	f->path_known = true;
	f->path_truncated = r->flags & RECORD_PATH_TRUNCATED;
	while (at) {
		size_t end = at - 1;

		for (at = end; at && r->path[at - 1];)
			at--;
		*to++ = '/';
		memcpy(to, r->path + at, end - at);
		to += end - at;
	}
	*to = '\0';
	if (f->path_truncated)
		memmove(f->path, f->path + 1, (size_t)(to - f->path));
}

/*
 * A drop in a way that is not known may have been on purpose; who still runs
 * may yet rewrite the page. A clone that failed does not say how much it had
 * replaced by then.
 */
static bool is_complete(const struct record *r, const struct finding *f)
{
	const struct window_over *over = &r->window.over;

	if (f->class == FINDING_EVICTED)
		return !f->more_pages;
	if (f->class == FINDING_PENDING || f->class == FINDING_UNEXPLAINED ||
	    f->unsent)
		return false;
	if (f->class == FINDING_LOST && f->way == WAY_REMAP)
		return over->from < over->to;
	return !f->dropped || f->way != WAY_UNKNOWN;
}

/* Is there, or was there, a content to be saved? */
static bool in_danger(enum finding_class class)
{
	return class == FINDING_PENDING || class == FINDING_STRANDED ||
	       class == FINDING_LOST;
}

void finding_from_record(const struct record *r, struct finding *f)
{
	const struct window *w = &r->window;

	memset(f, 0, sizeof(*f));
	f->class = r->kind == RECORD_FINDING ? classes[r->verdict]
					     : kinds[r->kind];
	f->ns = r->ns;
	f->clean_ns = w->clean_ns;
	f->retry_ns = w->bits & WINDOW_RETRIED ? w->retry_ns : 0;
	f->window_max_ns = longest_open(r, f->class);
	f->ino = r->ino;
	f->page = w->index;
	f->dev = r->dev;
	f->subvol = r->root;
	f->subvol_known = r->flags & RECORD_HAS_ROOT;
	f->was_stranded = r->flags & RECORD_WAS_STRANDED;
	f->unsent = r->flags & RECORD_UNSENT;
	f->unlinked = r->nlink == 0;
	f->link_count = r->nlink;
	f->clean_stack = r->trail.clean;
	f->followed = r->trail.followed;
	f->rescue = in_danger(f->class) ? w->rescue : RESCUE_not_asked;
	f->read = r->read;
	memcpy(f->bound, r->bound, sizeof(f->bound));
	f->stack_len = r->stack_len;
	memcpy(f->stack, r->stack, r->stack_len * sizeof(f->stack[0]));
	finding_uuid(r->uuid, f->uuid);
	set_write(r, f);
	set_drop(r, f);
	set_evicted(r, f);
	snprintf(f->id, sizeof(f->id), "%" PRIx64 "-%" PRIx64 "-%" PRIx64,
		 f->clean_ns ? f->clean_ns : f->ns, f->ino, f->page);
	set_path(r, f);
	f->complete = is_complete(r, f);
}
