/* SPDX-License-Identifier: GPL-2.0 */
/* evidence.c - see evidence.h. */
#include <string.h>
#include <sys/stat.h>

#include "evidence.h"
#include "log.h"
#include "now.h"

#define NOTE_NS 1000000000ULL

/* The directory is made anew when the module is loaded again. */
static ino_t module_identity(void)
{
	struct stat st;

	return stat("/sys/module/btrfs", &st) ? 0 : st.st_ino;
}

void evidence_init(struct evidence *e)
{
	memset(e, 0, sizeof(*e));
	e->module = module_identity();
	hook_switch_open(&e->hook_switch, HOOK_SWITCH);
	hook_switch_open(&e->probe_switch, PROBE_SWITCH);
	e->start_ns = now_ns();
	blindness_init(&e->blindness, e->start_ns);
}

static struct blind_info info_of(enum blind kind,
				 const struct blind_span *interval)
{
	return (struct blind_info){
		.kind = report_blinds[kind].name,
		.text = report_blinds[kind].text,
		.count = interval->count,
		.first_ns = interval->first_ns,
		.last_ns = interval->last_ns,
	};
}

static int say(void *arg, enum blind kind, const struct blind_span *interval,
	       bool open)
{
	const struct evidence *e = arg;
	struct blind_info info = info_of(kind, interval);

	info.open = open;
	return report_blind(e->report, &info);
}

static int say_gap(struct evidence *e, const struct coverage_gap *gap)
{
	const struct blind_span span = { 1, gap->from_ns, gap->to_ns };
	struct blind_info info = info_of(BLIND_gap, &span);

	info.pid = gap->pid;
	blindness_add(&e->blindness, BLIND_gap, &span);
	return report_blind(e->report, &info);
}

static void say_unnoted(struct evidence *e, const char *dir, int err)
{
	e->unnoted = true;
	complain(
		"cannot keep a note of this watch in %s: %s; if it is killed, the next one will not know of the gap",
		dir, strerror(-err));
}

void evidence_note(struct evidence *e, const struct options *options)
{
	struct coverage_scope scope;
	int err;

	e->dir = options->run_dir;
	if (!*e->dir)
		return;
	err = coverage_scope(options->mount, options->pid, &scope);
	if (!err)
		err = coverage_open(e->dir, &scope, now_ns(), &e->coverage);
	if (err)
		say_unnoted(e, e->dir, err);
}

static unsigned int gaps_of(const struct evidence *e,
			    const struct coverage_gap **gaps)
{
	return e->coverage ? coverage_gaps(e->coverage, gaps) : 0;
}

int evidence_begin(struct evidence *e)
{
	const struct coverage_gap *gaps;
	unsigned int count = gaps_of(e, &gaps);
	int err = 0;

	e->begun = true;
	for (unsigned int i = 0; i < count && !err; i++)
		err = say_gap(e, &gaps[i]);
	return err;
}

void evidence_told(struct evidence *e, uint64_t ns)
{
	int err;

	if (!e->coverage || ns < e->noted_ns + NOTE_NS)
		return;
	e->noted_ns = ns;
	err = coverage_beat(e->coverage, ns);
	if (err && !e->unnoted)
		say_unnoted(e, e->dir, err);
}

void evidence_rested(struct evidence *e, uint64_t ns)
{
	blindness_rested(&e->blindness, ns);
}

void evidence_end(struct evidence *e, bool told)
{
	const struct coverage_gap *gaps;

	/* What it was to tell of others, somebody else must. */
	if (!e->begun && !gaps_of(e, &gaps))
		told = true;
	hook_switch_close(&e->hook_switch);
	hook_switch_close(&e->probe_switch);
	coverage_close(e->coverage, told);
}

/* What this side alone knows. */
static void add_own(struct evidence *e, struct blind_span *blind)
{
	ino_t module = module_identity();
	bool hooks, probes;

	/* fexit pins the module, a kprobe just dies with it. */
	if (module != e->module)
		e->reloads++;
	e->module = module;
	hooks = hook_switch_touched(&e->hook_switch);
	probes = hook_switch_touched(&e->probe_switch);
	e->off += hooks || probes;
	blind[BLIND_switched_off].count = e->off;
	blind[BLIND_reloaded].count = e->reloads;
	blind[BLIND_malformed].count += e->malformed;
}

int evidence_look(struct evidence *e, const struct tracer *tracer)
{
	struct blind_span blind[BLIND_MAX];
	uint64_t now = now_ns();
	int err = tracer_blind(tracer, blind);

	if (err)
		return err;
	add_own(e, blind);
	return blindness_look(&e->blindness, blind, now, say, e);
}

int evidence_finish(struct evidence *e, struct summary *s)
{
	struct blind_span *undecided = &s->blind[BLIND_undecided];
	uint64_t now = now_ns();
	int err;

	/* What is open in the end may have been so from the beginning. */
	undecided->first_ns = e->start_ns;
	undecided->last_ns = now;
	add_own(e, s->blind);
	err = blindness_finish(&e->blindness, s->blind, now, say, e);
	blindness_spans(&e->blindness, s->blind);
	s->intervals = e->blindness.kinds;
	return err;
}
