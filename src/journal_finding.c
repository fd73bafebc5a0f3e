// SPDX-License-Identifier: GPL-2.0
/* journal_finding.c - what the journal says of a finding; see journal.h. */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "journal_entry.h"
#include "text.h"

/* ---- who is told of what ----------------------------------------------- */

/*
 * The kind of entry, and its sentence up to the file. What is thrown away on
 * purpose is nobody's loss, and what is pending gets its verdict soon.
 */
struct saying {
	enum journal_kind kind;
	bool bytes; /* how many they are stands in front */
	const char *text;
};

static const struct saying sayings[FINDING_CLASS_MAX] = {
	[FINDING_LOST] = { JOURNAL_lost, true,
			   "were lost before they reached the disk" },
	[FINDING_EVICTED] = { JOURNAL_evicted_dirty, true,
			      "left memory and are on no disk" },
	[FINDING_STRANDED] = { JOURNAL_stranded, true,
			       "are in memory only, and will not be written" },
	[FINDING_STALE_READ] = { JOURNAL_stale_read, false,
				 "old bytes were read in place of lost ones" },
	[FINDING_UNEXPLAINED] = { JOURNAL_unexplained, false,
				  "a dirty page was cleaned, no known function did it" },
	[FINDING_NEAR_MISS] = { JOURNAL_near_miss, true, "were nearly lost" },
	[FINDING_SUPERSEDED] = { JOURNAL_near_miss, true,
				 "were dropped, and written anew" },
};

static const struct saying healed = { JOURNAL_healed, true,
				      "were stranded, and are healed" };

/* NULL: nobody. */
static const struct saying *saying_of(const struct finding *f)
{
	const struct saying *s = &sayings[f->class];

	if (f->class == FINDING_STALE_READ && f->read == READ_BY_RETRY)
		return NULL;
	if (f->class == FINDING_NEAR_MISS && f->heal == HEAL_healed)
		return &healed;
	return s->text ? s : NULL;
}

/* ---- the message ------------------------------------------------------- */

/* The class's word for what its task did: it wrote, or... */
static const char *const deeds[FINDING_CLASS_MAX] = {
	[FINDING_STALE_READ] = "read",
	[FINDING_UNEXPLAINED] = "cleaned",
};

static void print_task(FILE *out, const char *deed, const char *way,
		       const struct finding_task *task)
{
	fprintf(out, ", %s by %s%s", deed, way ? way : "", way ? ":" : "");
	text_escape(out, task->comm, strlen(task->comm));
	fprintf(out, "[%" PRIu32 "]", task->pid);
}

static void print_file(FILE *out, const struct finding *f)
{
	fprintf(out, "inode %" PRIu64, f->ino);
	if (f->subvol_known)
		fprintf(out, " of subvolume %" PRIu64, f->subvol);
	if (f->unlinked)
		fputs(", unlinked", out);
	if (!f->path_known)
		return;
	fputs(f->path_truncated ? ", .../" : ", ", out);
	text_escape(out, f->path, strlen(f->path));
}

static void print_message(FILE *out, const struct finding *f,
			  const struct saying *s)
{
	const char *deed = deeds[f->class];

	if (s->bytes)
		fprintf(out, "up to %" PRIu64 " bytes ", finding_bytes(f));
	fprintf(out, "%s: ", s->text);
	print_file(out, f);
	if (f->task_known)
		print_task(out, deed ? deed : "written", NULL, &f->task);
	if (f->dropped)
		print_task(out, "dropped", finding_way_word(f->way),
			   &f->dropper);
	fprintf(out, "; finding %s", f->id);
}

/* ---- the fields -------------------------------------------------------- */

static void add_bound(struct journal_entry *e, const struct finding *f)
{
	for (int i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &f->bound[i];

		if (b->from >= b->to)
			continue;
		journal_entry_number(e, "OFFSET", b->from);
		journal_entry_number(e, "LENGTH", b->to - b->from);
		journal_entry_field(e, "BOUND");
		fprintf(e->out, "%" PRIu64 "+%" PRIu64, (uint64_t)b->from,
			(uint64_t)(b->to - b->from));
	}
}

static void add_identity(struct journal_entry *e, const struct finding *f,
			 const struct report *r)
{
	struct json_object *time = report_time(r, f->ns);

	journal_entry_string(e, "FINDING_ID", f->id);
	journal_entry_string(e, "FINDING_CLASS", finding_class_word(f->class));
	journal_entry_number(e, "FINDING_COMPLETE", f->complete);
	journal_entry_number(e, "FINDING_NS", f->ns);
	if (time)
		journal_entry_string(e, "FINDING_TIME",
				     json_object_get_string(time));
	json_object_put(time);
}

static void add_place(struct journal_entry *e, const struct finding *f)
{
	if (f->uuid[0])
		journal_entry_string(e, "BTRFS_FSID", f->uuid);
	journal_entry_field(e, "BTRFS_DEVICE");
	fprintf(e->out, "%" PRIu32 ":%" PRIu32, f->dev >> 20, f->dev & 0xfffff);
	if (f->subvol_known)
		journal_entry_number(e, "BTRFS_ROOT", f->subvol);
	journal_entry_number(e, "BTRFS_INO", f->ino);
	journal_entry_number(e, "PAGE_INDEX", f->page);
	add_bound(e, f);
}

/* The raw bytes: the journal keeps them as they are. */
static void add_file(struct journal_entry *e, const struct finding *f)
{
	journal_entry_number(e, "FILE_LINK_COUNT", f->link_count);
	if (f->unlinked)
		journal_entry_number(e, "FILE_UNLINKED", 1);
	if (!f->path_known)
		return;
	journal_entry_string(e, "FILE_PATH", f->path);
	if (f->path_truncated)
		journal_entry_number(e, "FILE_PATH_TRUNCATED", 1);
	if (f->path_in_fs)
		journal_entry_number(e, "FILE_PATH_IN_FS", 1);
}

/* The names of a task's fields, by what it did. */
struct task_fields {
	const char *pid, *tgid, *comm, *cgroup;
};

#define TASK_FIELDS(who)                                                       \
	{                                                                      \
		who "_PID", who "_TGID", who "_COMM", who "_CGROUP"            \
	}

static const struct task_fields writer = TASK_FIELDS("WRITER");
static const struct task_fields reader = TASK_FIELDS("READER");
static const struct task_fields cleaner = TASK_FIELDS("CLEANER");
static const struct task_fields dropper = TASK_FIELDS("DROPPER");

static void add_task(struct journal_entry *e, const struct task_fields *names,
		     const struct finding_task *task)
{
	journal_entry_number(e, names->pid, task->pid);
	journal_entry_number(e, names->tgid, task->tgid);
	journal_entry_string(e, names->comm, task->comm);
	if (task->cgroup_path[0])
		journal_entry_string(e, names->cgroup, task->cgroup_path);
}

static void add_tasks(struct journal_entry *e, const struct finding *f)
{
	static const struct task_fields *const by_class[FINDING_CLASS_MAX] = {
		[FINDING_STALE_READ] = &reader,
		[FINDING_UNEXPLAINED] = &cleaner,
	};
	const struct task_fields *names = by_class[f->class];

	if (f->task_known)
		add_task(e, names ? names : &writer, &f->task);
	if (f->write_known) {
		journal_entry_number(e, "WRITE_OFFSET", f->pos);
		journal_entry_field(e, "WRITE_RESULT");
		fprintf(e->out, "%" PRId64, f->result);
	}
	if (!f->dropped)
		return;
	add_task(e, &dropper, &f->dropper);
	journal_entry_string(e, "DROP_WAY", finding_way_word(f->way));
}

static void add_stack(struct journal_entry *e, const char *name,
		      const struct record_stack *stack, const struct report *r)
{
	char text[REPORT_SYMBOL_LEN];

	if (!stack->len)
		return;
	journal_entry_field(e, name);
	for (uint32_t i = report_stack_top(r, stack); i < stack->len; i++) {
		report_symbol(r, stack->ip[i], text);
		fprintf(e->out, "%s\n", text);
	}
}

static void add_help(struct journal_entry *e, const struct finding *f)
{
	if (f->rescue == RESCUE_saved)
		journal_entry_string(e, "RESCUE_FILE", f->rescue_file);
	else if (f->rescue != RESCUE_not_asked)
		journal_entry_string(e, "RESCUE_REASON",
				     report_rescues[f->rescue].name);
	if (f->heal != HEAL_not_asked)
		journal_entry_string(e, "HEAL_RESULT",
				     report_heals[f->heal].name);
}

/* A second that is over tells what it left out, before the next one begins. */
static int take(struct journal *j, unsigned int kind, bool *say)
{
	int err = journal_tick(j);

	*say = ratelimit_take_at(&j->limit, kind, j->clock());
	return err;
}

int journal_finding(struct journal *j, const struct finding *f,
		    const struct report *r)
{
	const struct saying *s = saying_of(f);
	struct journal_entry e;
	bool say;
	int err;

	if (!s)
		return 0;
	err = take(j, ratelimit_kind(f), &say);
	if (err || !say)
		return err;
	err = journal_entry_begin(&e);
	if (err)
		return err;
	print_message(e.out, f, s);
	add_identity(&e, f, r);
	add_place(&e, f);
	add_file(&e, f);
	add_tasks(&e, f);
	add_stack(&e, "CLEAN_STACK", &f->clean_stack, r);
	add_stack(&e, "DROP_STACK", &f->drop_stack, r);
	add_help(&e, f);
	return journal_entry_send(&e, j, s->kind);
}

int journal_heal(struct journal *j, const struct heal_note *note)
{
	struct journal_entry e;
	bool say;
	/* They come as stranded pages do, and may be as many. */
	int err = take(j, FINDING_STRANDED, &say);

	if (err || !say)
		return err;
	err = journal_entry_begin(&e);
	if (err)
		return err;
	fprintf(e.out, "not healed, %s: page %" PRIu64 " of inode %" PRIu64,
		report_heals[note->heal].text, note->page, note->ino);
	if (note->path[0]) {
		fputs(", ", e.out);
		text_escape(e.out, note->path, strlen(note->path));
	}
	fprintf(e.out, "; finding %s", note->id);
	journal_entry_string(&e, "FINDING_ID", note->id);
	journal_entry_number(&e, "FINDING_NS", note->ns);
	journal_entry_number(&e, "BTRFS_INO", note->ino);
	journal_entry_number(&e, "PAGE_INDEX", note->page);
	if (note->path[0])
		journal_entry_string(&e, "FILE_PATH", note->path);
	journal_entry_string(&e, "HEAL_RESULT", report_heals[note->heal].name);
	return journal_entry_send(&e, j, JOURNAL_not_healed);
}
