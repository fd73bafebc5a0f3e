// SPDX-License-Identifier: GPL-2.0
/* report_bug.c - one finding, as a mail to those who can mend the kernel. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "paragraph.h"
#include "report_bug.h"

#define NS_PER_S 1000000000.0

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

static const char *moment_text(const struct finding *f, size_t i)
{
	return f->class == FINDING_EVICTED ? "the inode left memory"
					   : moments[i].text;
}

struct entry {
	uint64_t ns;
	const char *text;	       /* NULL: a stage */
	const struct bug_stage *stage; /* when the tool said what */
};

static int by_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

static void print_stage(FILE *out, double seconds,
			const struct bug_stage *stage)
{
	const struct finding_task *reader = &stage->reader;

	if (stage->class != FINDING_STALE_READ)
		paragraph(out, 16, "%+14.6f s reported: %s", seconds,
			  finding_class_word(stage->class));
	else
		paragraph(
			out, 16,
			"%+14.6f s the page was read back in from the disk%s by %s, thread %u of process %u",
			seconds, bug_read_word(stage->read), reader->comm,
			reader->pid, reader->tgid);
}

static void print_entry(FILE *out, const struct entry *e, uint64_t from)
{
	double seconds = e->ns >= from ? (double)(e->ns - from) / NS_PER_S
				       : -((double)(from - e->ns) / NS_PER_S);

	if (e->stage)
		print_stage(out, seconds, e->stage);
	else
		paragraph(out, 16, "%+14.6f s %s", seconds, e->text);
}

/* Sorts what happened, and when the tool said what. Returns how many. */
static size_t collect(const struct bug *bug,
		      struct entry entries[MOMENTS + BUG_STAGES])
{
	size_t count = 0;

	for (size_t i = 0; i < MOMENTS; i++)
		if (moment(&bug->finding, i))
			entries[count++] =
				(struct entry){ moment(&bug->finding, i),
						moment_text(&bug->finding, i),
						NULL };
	for (unsigned int i = 0; i < bug->stage_count; i++)
		entries[count++] = (struct entry){ bug->stages[i].ns, NULL,
						   &bug->stages[i] };
	qsort(entries, count, sizeof(entries[0]), by_time);
	return count;
}

static void print_unseen(FILE *out, const struct finding *f)
{
	for (size_t i = 0; i < MOMENTS; i++)
		if (!moment(f, i))
			fprintf(out, "  not observed: %s\n", moments[i].unseen);
	if (f->window_max_ns)
		paragraph(out, 2,
			  "The page was clean and unlocked for at most %.6f s.",
			  (double)f->window_max_ns / NS_PER_S);
}

/* An evicted inode has no page whose window could have been seen. */
static void print_timeline(FILE *out, const struct bug *bug)
{
	const struct finding *f = &bug->finding;
	bool evicted = f->class == FINDING_EVICTED;
	uint64_t from = f->clean_ns ? f->clean_ns : f->ns;
	struct entry entries[MOMENTS + BUG_STAGES];
	size_t count = collect(bug, entries);

	bug_heading(out, evicted ? "Timeline, from the eviction on"
				 : "Timeline of the page, from the clean on");
	for (size_t i = 0; i < count; i++)
		print_entry(out, &entries[i], from);
	if (!evicted)
		print_unseen(out, f);
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

static uint32_t stack_length(const struct finding *f,
			     const struct recording_stack *stack)
{
	uint32_t len;

	memcpy(&len, (const char *)f + stack->length, sizeof(len));
	return len;
}

static uint64_t stack_address(const struct finding *f,
			      const struct recording_stack *stack, uint32_t i)
{
	uint64_t address;

	memcpy(&address,
	       (const char *)f + stack->addresses + i * sizeof(address),
	       sizeof(address));
	return address;
}

/* Has the same stack been printed under an earlier title? */
static bool is_repeated(const struct finding *f,
			const struct recording_stack *stack)
{
	uint32_t len = stack_length(f, stack);

	for (const struct recording_stack *s = recording_stacks; s < stack; s++)
		if (len && stack_length(f, s) == len &&
		    !memcmp((const char *)f + s->addresses,
			    (const char *)f + stack->addresses,
			    len * sizeof(uint64_t)))
			return true;
	return false;
}

/* Nothing was cleaned when an inode was evicted with dirty pages. */
static bool has_stack(const struct finding *f,
		      const struct recording_stack *stack)
{
	return !is_repeated(f, stack) &&
	       (f->class != FINDING_EVICTED || stack_length(f, stack));
}

static void print_stack(FILE *out, const struct finding *f,
			const struct recording *rec,
			const struct recording_stack *stack)
{
	uint32_t len = stack_length(f, stack);
	char text[80];

	snprintf(text, sizeof(text), "Kernel stack of the %s",
		 f->class == FINDING_EVICTED ? "eviction" : stack->title);
	bug_heading(out, text);
	if (!len)
		fputs("not recorded\n", out);
	for (uint32_t i = 0; i < len; i++)
		print_frame(out, rec, stack_address(f, stack, i));
}

static void print_stacks(FILE *out, const struct finding *f,
			 const struct recording *rec)
{
	const struct recording_stack *stack;

	for (stack = recording_stacks; stack->title; stack++)
		if (has_stack(f, stack))
			print_stack(out, f, rec, stack);
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
	bug_heading(out, "System");
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

	bug_heading(out, "The whole watch");
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
	const char *outcome = bug_words(f)->outcome;

	bug_heading(out, "How to reproduce");
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
	bool evicted = f->class == FINDING_EVICTED;

	bug_heading(out, "What is not known");
	unknown(out, f->class == FINDING_LOST && !f->followed,
		"Whether anybody read the old bytes back in: not observed.");
	unknown(out, f->class == FINDING_LOST && f->followed,
		"Who read the old bytes after the first reader of the page, or by direct reads: not observed.");
	unknown(out, true,
		"Which of the bytes at stake differ from those on the disk: they are an upper bound.");
	unknown(out, evicted,
		"Who wrote to these pages, when, and which bytes of them.");
	unknown(out, f->class != FINDING_UNEXPLAINED && !evicted,
		"When exactly the page was unlocked: not observed.");
	unknown(out, !f->complete,
		"Whether the verdict holds: some of what it rests on is missing.");
	unknown(out,
		!f->write_known && !evicted && f->class != FINDING_UNEXPLAINED,
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
	const struct bug_words *words = bug_words(f);

	paragraph(out, 4, "Subject: btrfs: %s (%s)", words->subject,
		  bug_known(start->kernel));
	putc('\n', out);
	paragraph(out, 0, "%s", words->seen);
	putc('\n', out);
	paragraph(
		out, 0,
		"Seen by btrfs-dirtywatch %s (finding %s), which hooks the kernel by eBPF. This text was made from a recording; times are relative, kernel addresses are left out.",
		bug_known(start->version), f->id);
	bug_where(out, f);
	bug_who(out, f);
	print_timeline(out, bug);
	print_stacks(out, f, rec);
	print_system(out, f, rec);
	print_counters(out, rec);
	print_reproduction(out, f);
	print_unknown(out, bug, rec);
}
