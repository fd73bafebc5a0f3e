// SPDX-License-Identifier: GPL-2.0
/* report_bug_where.c - which file, bytes and tasks, for a mail about one. */
#include <inttypes.h>
#include <string.h>

#include "paragraph.h"
#include "report_bug.h"

const char *bug_known(const char *text)
{
	return text && *text ? text : "unknown";
}

void bug_heading(FILE *out, const char *text)
{
	fprintf(out, "\n%s\n", text);
	for (size_t i = strlen(text); i; i--)
		putc('-', out);
	putc('\n', out);
}

/* An upper bound of the bytes: some of the pages in between may be clean. */
static void print_evicted(FILE *out, const struct finding *f)
{
	const struct window_range *b = &f->bound[0];

	paragraph(out, 12,
		  "pages:      %" PRIu64 " dirty%s, the first is page %" PRIu64,
		  f->dirty_pages, f->more_pages ? ", maybe more" : "", f->page);
	paragraph(out, 12, "size:       %" PRIu64 " bytes", f->i_size);
	if (b->from >= b->to)
		paragraph(
			out, 12,
			"bytes:      none at stake below the size of the file");
	else
		paragraph(out, 12,
			  "bytes:      %" PRIu64 " to %" PRIu64
			  " (all dirty pages %s are in it)",
			  (uint64_t)b->from, (uint64_t)b->to - 1,
			  f->more_pages ? "that were counted" : "of the file");
}

static void print_bytes(FILE *out, const struct finding *f)
{
	int ranges = 0;

	for (int i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &f->bound[i];

		if (b->from >= b->to)
			continue;
		ranges++;
		paragraph(out, 12,
			  "bytes:      %" PRIu64 " to %" PRIu64 " (%" PRIu64
			  " bytes at stake; no others)",
			  (uint64_t)b->from, (uint64_t)b->to - 1,
			  (uint64_t)(b->to - b->from));
	}
	if (!ranges)
		paragraph(out, 12, "bytes:      none at stake");
}

static void print_page(FILE *out, const struct finding *f)
{
	paragraph(out, 12, "page:       %" PRIu64 " (bytes %" PRIu64 " and up)",
		  f->page, f->page << WINDOW_PAGE_SHIFT);
	print_bytes(out, f);
}

/* A name goes through paragraph() alone: nothing in it begins a line. */
static void print_links(FILE *out, const struct finding *f)
{
	if (f->link_count > 1)
		paragraph(out, 12, "links:      %u names in all%s",
			  f->link_count, f->links_len ? ", known are" : "");
	for (uint32_t at = 0; f->link_count > 1 && at < f->links_len;
	     at += (uint32_t)strlen(f->links + at) + 1)
		paragraph(out, 12, "            %s", f->links + at);
}

void bug_where(FILE *out, const struct finding *f)
{
	bug_heading(out, "Where");
	paragraph(out, 12, "filesystem: %s, device %u:%u", bug_known(f->uuid),
		  f->dev >> 20, f->dev & 0xfffff);
	if (f->subvol_known)
		paragraph(out, 12,
			  "file:       inode %" PRIu64 ", subvolume %" PRIu64
			  "%s",
			  f->ino, f->subvol, f->unlinked ? ", unlinked" : "");
	else
		paragraph(out, 12,
			  "file:       inode %" PRIu64 ", subvolume unknown%s",
			  f->ino, f->unlinked ? ", unlinked" : "");
	paragraph(out, 12, "path:       %s%s%s",
		  f->path_known && f->path_in_fs ? "[inside the filesystem] "
						 : "",
		  f->path_known && f->path_truncated ? ".../" : "",
		  f->path_known ? f->path : "unknown");
	print_links(out, f);
	if (f->class == FINDING_EVICTED)
		print_evicted(out, f);
	else
		print_page(out, f);
}

static void print_task(FILE *out, const char *did,
		       const struct finding_task *task, const char *how,
		       const char *way)
{
	paragraph(out, 12, "%-11s %s, thread %u of process %u%s%s", did,
		  task->comm, task->pid, task->tgid, how, way);
	if (task->cgroup_path[0])
		paragraph(out, 12, "            in cgroup %s",
			  task->cgroup_path);
}

/* What the task of a finding did, if it did not write. */
static const char *const deeds[FINDING_CLASS_MAX] = {
	[FINDING_UNEXPLAINED] = "cleaned by:",
	[FINDING_STALE_READ] = "read by:",
};

/* Nobody knows who wrote what an evicted inode held. */
void bug_who(FILE *out, const struct finding *f)
{
	bool evicted = f->class == FINDING_EVICTED;

	bug_heading(out, "Who");
	if (f->task_known)
		print_task(out, deeds[f->class] ? deeds[f->class] : "writer:",
			   &f->task, "", "");
	else
		paragraph(out, 12, "writer:     %s",
			  evicted ? "not observed" : "unknown");
	if (f->write_known)
		paragraph(out, 12,
			  "write call: at byte %" PRIu64 ", returned %" PRId64,
			  f->pos, f->result);
	if (f->dropped)
		print_task(out,
			   evicted ? "evicted by:" : "dropper:", &f->dropper,
			   ", by way of ", finding_way_word(f->way));
}
