// SPDX-License-Identifier: GPL-2.0
/* report_bug.c - one finding, as a mail to those who can mend the kernel. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "paragraph.h"
#include "report_list.h"

#define NS_PER_S 1000000000.0

static const struct {
	const char *subject;
	const char *seen;
	const char *outcome; /* of `provoke`, to see the same */
} words[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = { "page dropped while its write call was running",
			      "A buffered write cleaned a dirty page without writing it back. The page was then dropped from the page cache while the write call was still running, and the recording does not hold the end of that call. Data may be lost.",
			      "lost" },
	[FINDING_STRANDED] = { "write call left a page clean that was never written back",
			       "A buffered write cleaned a dirty page without writing it back, and returned without dirtying it again. The data of the page is in memory only and will be lost when the page is dropped.",
			       "stranded" },
	[FINDING_NEAR_MISS] = { "page clean and unlocked for a while, never written back",
				"A buffered write cleaned a dirty page without writing it back and unlocked it. The page was dirty again before anybody dropped it: nothing was lost this time.",
				"near-miss" },
	[FINDING_LOST] = { "buffered write lost before it reached the disk",
			   "A buffered write cleaned a dirty page without writing it back. The page was then dropped from the page cache. The bytes below were never submitted for writeback and are missing on the disk, without any error.",
			   "lost" },
	[FINDING_SUPERSEDED] = { "dirty page dropped without writeback, then rewritten",
				 "A buffered write cleaned a dirty page without writing it back. The page was dropped from the page cache, and then the same write call rewrote all of it: nothing is missing this time.",
				 "superseded" },
	[FINDING_VOID] = { "clean page thrown away on purpose, never written back",
			   "A buffered write cleaned a dirty page without writing it back. The page was then thrown away on purpose (truncated, punched, unlinked): nothing is missing.",
			   NULL },
	[FINDING_UNEXPLAINED] = { "dirty page cleaned by an unknown caller",
				  "A dirty page of a btrfs file was cleaned, and no function on the kernel stack is one that is known to do so. This is no proof of a loss.",
				  NULL },
	[FINDING_EVICTED] = { "inode evicted with dirty pages",
			      "An inode that has a name left memory while pages of it were dirty, on a filesystem that had not stopped on an error. What those pages held was never submitted for writeback and is missing on the disk.",
			      NULL },
	[FINDING_STALE_READ] = { "lost page read back in from the disk",
				 "A page whose data had been lost before it reached the disk was read back in: its reader got the old bytes, with valid checksums.",
				 "lost" },
};

static void heading(FILE *out, const char *text)
{
	fprintf(out, "\n%s\n", text);
	for (size_t i = strlen(text); i; i--)
		putc('-', out);
	putc('\n', out);
}

static const char *known(const char *text)
{
	return text && *text ? text : "unknown";
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

static void print_where(FILE *out, const struct finding *f)
{
	heading(out, "Where");
	paragraph(out, 12, "filesystem: %s, device %u:%u", known(f->uuid),
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
	if (f->link_count > 1)
		paragraph(out, 12, "links:      %u names in all",
			  f->link_count);
	paragraph(out, 12, "page:       %" PRIu64 " (bytes %" PRIu64 " and up)",
		  f->page, f->page << WINDOW_PAGE_SHIFT);
	print_bytes(out, f);
}

/* What the task of a finding did, if it did not write. */
static const char *const deeds[FINDING_CLASS_MAX] = {
	[FINDING_UNEXPLAINED] = "cleaned by:",
	[FINDING_EVICTED] = "evicted by:",
	[FINDING_STALE_READ] = "read by:   ",
};

static void print_cgroup(FILE *out, const struct finding_task *task)
{
	if (task->cgroup_path[0])
		paragraph(out, 12, "            in cgroup %s",
			  task->cgroup_path);
}

static void print_who(FILE *out, const struct finding *f)
{
	heading(out, "Who");
	if (f->task_known)
		paragraph(out, 12, "%s %s, thread %u of process %u",
			  deeds[f->class] ? deeds[f->class] : "writer:    ",
			  f->task.comm, f->task.pid, f->task.tgid);
	if (f->task_known)
		print_cgroup(out, &f->task);
	else
		paragraph(out, 12, "writer:     unknown");
	if (f->write_known)
		paragraph(out, 12,
			  "write call: at byte %" PRIu64 ", returned %" PRId64,
			  f->pos, f->result);
	if (f->dropped)
		paragraph(
			out, 12,
			"dropper:    %s, thread %u of process %u, by way of %s",
			f->dropper.comm, f->dropper.pid, f->dropper.tgid,
			finding_way_word(f->way));
	if (f->dropped)
		print_cgroup(out, &f->dropper);
}

/* When things happened to the page; `at` is a member of struct finding. */
static const struct {
	size_t at;
	const char *text;
	const char *unseen;
} moments[] = {
	{ offsetof(struct finding, clean_ns),
	  "the page was cleaned without being written back", "clean" },
	{ offsetof(struct finding, retry_ns),
	  "the write call locked the page again and found it clean", "retry" },
	{ offsetof(struct finding, drop_ns),
	  "the page was dropped from the page cache", "drop" },
	{ offsetof(struct finding, end_ns), "the write call returned",
	  "return of the write call" },
};

#define MOMENTS (sizeof(moments) / sizeof(moments[0]))

static uint64_t moment(const struct finding *f, size_t i)
{
	uint64_t ns;

	memcpy(&ns, (const char *)f + moments[i].at, sizeof(ns));
	return ns;
}

struct entry {
	uint64_t ns;
	const char *before;
	const char *text;
};

static int by_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

static void print_entry(FILE *out, const struct entry *e, uint64_t from)
{
	double seconds = e->ns >= from ? (double)(e->ns - from) / NS_PER_S
				       : -((double)(from - e->ns) / NS_PER_S);

	paragraph(out, 16, "%+14.6f s %s%s", seconds, e->before, e->text);
}

/* Sorts what happened, and when the tool said what. Returns how many. */
static size_t collect(const struct bug *bug,
		      struct entry entries[MOMENTS + BUG_STAGES])
{
	size_t count = 0;

	for (size_t i = 0; i < MOMENTS; i++)
		if (moment(&bug->finding, i))
			entries[count++] =
				(struct entry){ moment(&bug->finding, i), "",
						moments[i].text };
	for (unsigned int i = 0; i < bug->stage_count; i++)
		entries[count++] = (struct entry){
			bug->stages[i].ns,
			"reported: ", finding_class_word(bug->stages[i].class)
		};
	qsort(entries, count, sizeof(entries[0]), by_time);
	return count;
}

static void print_timeline(FILE *out, const struct bug *bug)
{
	const struct finding *f = &bug->finding;
	uint64_t from = f->clean_ns ? f->clean_ns : f->ns;
	struct entry entries[MOMENTS + BUG_STAGES];
	size_t count = collect(bug, entries);

	heading(out, "Timeline of the page, from the clean on");
	for (size_t i = 0; i < count; i++)
		print_entry(out, &entries[i], from);
	for (size_t i = 0; i < MOMENTS; i++)
		if (!moment(f, i))
			fprintf(out, "  not observed: %s\n", moments[i].unseen);
	if (f->window_max_ns)
		paragraph(out, 2,
			  "The page was clean and unlocked for at most %.6f s.",
			  (double)f->window_max_ns / NS_PER_S);
}

/* Addresses without a symbol stay out: they tell where the kernel lies. */
static void print_frame(FILE *out, const struct recording *rec,
			uint64_t address)
{
	const char *module = NULL;
	uint64_t offset = 0;
	const char *name =
		symbols_find(rec->symbols, address, &offset, &module);

	if (!name)
		fputs("  [no symbol]\n", out);
	else
		fprintf(out, "  %s+0x%" PRIx64 "%s%s%s\n", name, offset,
			*module ? " [" : "", module, *module ? "]" : "");
}

static void print_stacks(FILE *out, const struct finding *f,
			 const struct recording *rec)
{
	const struct recording_stack *stack;

	for (stack = recording_stacks; stack->title; stack++) {
		const char *base = (const char *)f;
		uint64_t address;
		char text[80];
		uint32_t len;

		snprintf(text, sizeof(text), "Kernel stack of the %s",
			 stack->title);
		heading(out, text);
		memcpy(&len, base + stack->length, sizeof(len));
		if (!len)
			fputs("not recorded\n", out);
		for (uint32_t i = 0; i < len; i++) {
			memcpy(&address,
			       base + stack->addresses + i * sizeof(address),
			       sizeof(address));
			print_frame(out, rec, address);
		}
	}
}

/* A mount, or what a filesystem says of itself: only the finding's own. */
static bool is_of(const struct recording_fact *fact, const struct finding *f)
{
	char dev[32];

	snprintf(dev, sizeof(dev), " %u:%u ", f->dev >> 20, f->dev & 0xfffff);
	if (!strcmp(fact->key, "mount"))
		return strstr(fact->value, dev);
	return strncmp(fact->key, "fs.", 3) != 0 ||
	       (f->uuid[0] && strstr(fact->key, f->uuid));
}

static void print_system(FILE *out, const struct finding *f,
			 const struct recording *rec)
{
	heading(out, "System");
	for (const struct recording_fact *fact = rec->facts; fact;
	     fact = fact->next)
		if (is_of(fact, f))
			paragraph(out, 4, "%s: %s", fact->key, fact->value);
	if (!rec->facts)
		fputs("not recorded\n", out);
}

static void print_counters(FILE *out, const struct recording *rec)
{
	const struct summary *s = &rec->summary;
	int kinds = 0;

	heading(out, "The whole watch");
	paragraph(out, 4, "%.1f seconds watched, verdict: %s", s->seconds,
		  summary_verdict(s));
	for (int i = 0; i < COUNT_MAX; i++)
		if (s->counters[i])
			paragraph(out, 4, "%12" PRIu64 " %s", s->counters[i],
				  report_counters[i].text);
	paragraph(out, 4, "%12" PRIu64 " pages stranded in the end",
		  s->open_stranded);
	for (int i = 0; i < BLIND_MAX; i++) {
		if (!s->blind[i].count)
			continue;
		kinds++;
		paragraph(out, 4, "blind: %" PRIu64 " %s (%s)",
			  (uint64_t)s->blind[i].count, report_blinds[i].text,
			  report_blinds[i].name);
	}
	if (!kinds)
		fputs("blindness: none, no evidence was missed\n", out);
}

static void print_reproduction(FILE *out, const struct finding *f)
{
	const char *outcome = words[f->class].outcome;

	heading(out, "How to reproduce");
	if (!outcome) {
		fputs("Not known.\n", out);
		return;
	}
	paragraph(
		out, 0,
		"On a test machine with the same kernel, on a scratch directory on btrfs, as root:");
	fprintf(out,
		"\n    btrfs-dirtywatch provoke --outcome %s --count 20 DIR\n\n",
		outcome);
	paragraph(
		out, 0,
		"It makes the copy of a write fault (by userfaultfd), so that the window opens every time, and compares with the disk afterwards. Its last line says whether this kernel keeps such pages dirty. It loses data of its own files only. With --export-c in place of DIR it prints the same as a C program that needs nothing else.");
}

static void unknown(FILE *out, bool is_so, const char *text)
{
	if (is_so)
		paragraph(out, 2, "- %s", text);
}

static void print_unknown(FILE *out, const struct bug *bug,
			  const struct recording *rec)
{
	const struct finding *f = &bug->finding;

	heading(out, "What is not known");
	unknown(out, f->class == FINDING_LOST && !f->followed,
		"Whether anybody read the old bytes back in: not observed.");
	unknown(out, f->class == FINDING_LOST && f->followed,
		"Who read the old bytes after the first reader of the page, or by direct reads: not observed.");
	unknown(out, true,
		"Which of the bytes at stake differ from those on the disk: they are an upper bound.");
	unknown(out, f->class != FINDING_UNEXPLAINED,
		"When exactly the page was unlocked: not observed.");
	unknown(out, !f->complete,
		"Whether the verdict holds: some of what it rests on is missing.");
	unknown(out, !f->write_known && f->class != FINDING_UNEXPLAINED,
		"Where the write call began and what it returned.");
	unknown(out, f->path_known && f->path_truncated,
		"The head of the path.");
	unknown(out, !f->path_known, "The name of the file.");
	unknown(out, rec->partial,
		"How the watch went on: the recording has no end, and the counters count only what is in it.");
	unknown(out, rec->summary.exit_code == 5,
		"What else happened: evidence is missing, see above.");
}

void report_bug(FILE *out, const struct bug *bug, const struct recording *rec)
{
	const struct finding *f = &bug->finding;
	const struct report_start_info *start = &rec->start.info;

	paragraph(out, 4, "Subject: btrfs: %s (%s)", words[f->class].subject,
		  known(start->kernel));
	putc('\n', out);
	paragraph(out, 0, "%s", words[f->class].seen);
	putc('\n', out);
	paragraph(
		out, 0,
		"Seen by btrfs-dirtywatch %s (finding %s), which hooks the kernel by eBPF. This text was made from a recording; times are relative, kernel addresses are left out.",
		known(start->version), f->id);
	print_where(out, f);
	print_who(out, f);
	print_timeline(out, bug);
	print_stacks(out, f, rec);
	print_system(out, f, rec);
	print_counters(out, rec);
	print_reproduction(out, f);
	print_unknown(out, bug, rec);
}
