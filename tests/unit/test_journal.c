/* SPDX-License-Identifier: GPL-2.0 */
/* What is sent to the journal, and what goes to stderr where there is none. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cmocka.h>

#include "journal_fixture.h"

/* ---- the entries ------------------------------------------------------- */

static void a_loss_has_its_fields(void **state)
{
	struct finding f = found(FINDING_LOST);
	char text[64];

	(void)state;
	memset(f.bound, 0, sizeof(f.bound));
	f.bound[0].from = 100;
	f.bound[0].to = 4096;
	f.bound[1].from = 8192;
	f.bound[1].to = 8193;
	f.rescue = RESCUE_saved;
	snprintf(f.rescue_file, sizeof(f.rescue_file), "boot-id.rescue");
	snprintf(f.task.cgroup_path, sizeof(f.task.cgroup_path), "/a.slice");
	say(&f);
	assert_int_equal(sent, 1);
	assert_value("MESSAGE_ID", journal_words[JOURNAL_lost].id);
	assert_value("PRIORITY", "2");
	assert_value("SYSLOG_IDENTIFIER", "btrfs-dirtywatch");
	assert_value("DIRTYWATCH_EVENT", "lost");
	assert_value("FINDING_ID", f.id);
	assert_value("FINDING_CLASS", "lost");
	assert_value("FINDING_COMPLETE", f.complete ? "1" : "0");
	assert_value("BTRFS_FSID", f.uuid);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)f.ino);
	assert_value("BTRFS_INO", text);
	assert_value("OFFSET", "100");
	assert_value("LENGTH", "3996");
	assert_value("BOUND", "100+3996");
	assert_value("FILE_PATH", f.path);
	assert_value("WRITER_COMM", f.task.comm);
	assert_value("WRITER_CGROUP", "/a.slice");
	assert_value("DROPPER_COMM", f.dropper.comm);
	assert_value("DROP_WAY", finding_way_word(f.way));
	assert_value("RESCUE_FILE", "boot-id.rescue");
	assert_null(value("RESCUE_REASON"));
	assert_null(value("HEAL_RESULT"));
	assert_null(value("READER_PID"));
	assert_non_null(strstr(value("MESSAGE"), "up to 3997 bytes were lost"));
	assert_non_null(strstr(value("MESSAGE"), f.id));
}

/* The kind, and who is said to have done it. */
static void each_class_is_said_as_its_kind(void **state)
{
	const struct {
		enum finding_class class;
		int kind; /* -1: nobody is told */
		const char *who;
	} rows[FINDING_CLASS_MAX] = {
		{ FINDING_LOST, JOURNAL_lost, "WRITER_PID" },
		{ FINDING_STRANDED, JOURNAL_stranded, "WRITER_PID" },
		{ FINDING_EVICTED, JOURNAL_evicted_dirty, "DROPPER_PID" },
		{ FINDING_STALE_READ, JOURNAL_stale_read, "READER_PID" },
		{ FINDING_UNEXPLAINED, JOURNAL_unexplained, "CLEANER_PID" },
		{ FINDING_NEAR_MISS, JOURNAL_near_miss, "WRITER_PID" },
		{ FINDING_SUPERSEDED, JOURNAL_near_miss, "WRITER_PID" },
		{ FINDING_PENDING, -1, NULL },
		{ FINDING_VOID, -1, NULL },
	};

	(void)state;
	for (int i = 0; i < FINDING_CLASS_MAX; i++) {
		struct finding f = found(rows[i].class);

		sent = 0;
		say(&f);
		assert_int_equal(sent, rows[i].kind >= 0);
		if (rows[i].kind < 0)
			continue;
		assert_value("MESSAGE_ID", journal_words[rows[i].kind].id);
		assert_non_null(value(rows[i].who));
	}
}

static void own_retries_are_nobodys_news(void **state)
{
	struct finding f = found(FINDING_STALE_READ);

	(void)state;
	f.read = READ_BY_RETRY;
	say(&f);
	assert_int_equal(sent, 0);
}

static void a_healed_page_is_said_so(void **state)
{
	struct finding f = found(FINDING_NEAR_MISS);
	struct heal_note note = { .ns = 5, .id = "1-2-3", .heal = HEAL_leased };

	(void)state;
	f.heal = HEAL_healed;
	say(&f);
	assert_value("DIRTYWATCH_EVENT", "healed");
	assert_value("HEAL_RESULT", "healed");
	snprintf(note.path, sizeof(note.path), "/a\nb");
	assert_int_equal(journal_heal(&journal, &note), 0);
	assert_value("DIRTYWATCH_EVENT", "not_healed");
	assert_value("HEAL_RESULT", "leased");
	assert_value("FILE_PATH", "/a\nb");
	assert_non_null(strstr(value("MESSAGE"), "/a\\x0ab"));
}

static void blindness_begins_and_ends(void **state)
{
	struct blind_info info = { .kind = "ring_full",
				   .text = "records that did not fit",
				   .count = 3,
				   .first_ns = 10,
				   .last_ns = 20,
				   .open = true };

	(void)state;
	assert_int_equal(journal_blind(&journal, &info), 0);
	assert_value("DIRTYWATCH_EVENT", "blind");
	assert_value("PRIORITY", "4");
	assert_value("BLIND_KIND", "ring_full");
	assert_value("BLIND_COUNT", "3");
	assert_value("BLIND_FIRST_NS", "10");
	assert_value("BLIND_LAST_NS", "20");
	info.open = false;
	assert_int_equal(journal_blind(&journal, &info), 0);
	assert_value("DIRTYWATCH_EVENT", "blind_over");
	/* Too short for its beginning to be told: no good news. */
	assert_int_equal(journal_blind(&journal, &info), 0);
	assert_value("DIRTYWATCH_EVENT", "blind");
	/* Of another kind, while this one goes on. */
	info.open = true;
	assert_int_equal(journal_blind(&journal, &info), 0);
	info.open = false;
	info.kind = "no_task";
	assert_int_equal(journal_blind(&journal, &info), 0);
	assert_value("DIRTYWATCH_EVENT", "blind");
	/* Of the watch before this one: it is over, and yet it is news. */
	info.kind = "gap";
	info.pid = 77;
	assert_int_equal(journal_blind(&journal, &info), 0);
	assert_value("DIRTYWATCH_EVENT", "blind");
	assert_non_null(strstr(value("MESSAGE"), "process 77"));
}

static void names_are_raw_in_fields_and_harmless_in_messages(void **state)
{
	struct finding f = found(FINDING_LOST);

	(void)state;
	snprintf(f.path, sizeof(f.path), "/a\033[31m\nMESSAGE=x\xff");
	snprintf(f.task.comm, sizeof(f.task.comm), "\nPRIORITY=7");
	say(&f);
	assert_value("FILE_PATH", "/a\033[31m\nMESSAGE=x\xff");
	assert_value("WRITER_COMM", "\nPRIORITY=7");
	assert_value("PRIORITY", "2");
	assert_null(strchr(value("MESSAGE"), '\033'));
	assert_null(strchr(value("MESSAGE"), '\n'));
	assert_non_null(strstr(value("MESSAGE"), "/a\\x1b[31m\\x0aMESSAGE=x"));
	assert_int_equal(
		journal_say(&journal, JOURNAL_problem, "no '%s'", "a\nb"), 0);
	assert_value("MESSAGE", "no 'a\\x0ab'");
}

/* The longest names, all that can be known, and both ranges. */
static void the_largest_entry_fits(void **state)
{
	struct finding f = found(FINDING_LOST);

	(void)state;
	memset(f.path, 'x', sizeof(f.path) - 1);
	f.path[sizeof(f.path) - 1] = '\0';
	memset(f.task.cgroup_path, 'y', sizeof(f.task.cgroup_path) - 1);
	memcpy(f.dropper.cgroup_path, f.task.cgroup_path,
	       sizeof(f.task.cgroup_path));
	f.path_known = f.path_truncated = f.path_in_fs = true;
	f.unlinked = f.subvol_known = f.task_known = f.dropped = true;
	f.write_known = true;
	f.clean_stack.len = f.drop_stack.len = RECORD_STACK_DEPTH;
	for (int i = 0; i < RECORD_STACK_DEPTH; i++)
		f.clean_stack.ip[i] = f.drop_stack.ip[i] = 0x1000 + i;
	f.rescue = RESCUE_limit;
	f.heal = HEAL_dropped;
	say(&f);
	assert_int_equal(sent, 1);
	assert_true(field_count < JOURNAL_FIELDS);
	assert_int_equal(strlen(value("FILE_PATH")), sizeof(f.path) - 1);
	assert_value("RESCUE_REASON", "limit");
	assert_value("HEAL_RESULT", "dropped");
	assert_non_null(strstr(value("DROP_STACK"), "do_it+0x"));
}

/* ---- without a journal ------------------------------------------------- */

/* Lines go into a pipe; what is in it. */
static const char *line_of(int pipe_fd)
{
	static char text[4096];
	ssize_t got = read(pipe_fd, text, sizeof(text) - 1);

	assert_true(got >= 0);
	text[got] = '\0';
	return text;
}

static void lines_have_their_priority(void **state)
{
	struct finding f = found(FINDING_LOST);
	int ends[2];
	const char *line;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	journal.socket = false;
	journal.fd = ends[1];
	snprintf(f.path, sizeof(f.path), "/a\nb");
	say(&f);
	line = line_of(ends[0]);
	assert_int_equal(strncmp(line, "<2>up to ", 9), 0);
	assert_non_null(strstr(line, "/a\\x0ab"));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_int_equal(sent, 0);
	assert_int_equal(journal_say(&journal, JOURNAL_armed, "%d hooks", 7),
			 0);
	assert_string_equal(line_of(ends[0]), "<6>7 hooks\n");
	close(ends[0]);
	close(ends[1]);
}

/* A journald that is gone: the message gets out all the same. */
static void a_journal_that_fails(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	journal.fd = ends[1];
	answer = -ECONNREFUSED;
	assert_int_equal(journal_say(&journal, JOURNAL_detached, "off"), 0);
	assert_string_equal(line_of(ends[0]), "<3>off\n");
	close(ends[1]);
	close(ends[0]);
	journal.fd = -1;
	assert_int_equal(journal_say(&journal, JOURNAL_detached, "off"),
			 -EBADF);
}

static void stderr_tells_if_it_is_the_journal(void **state)
{
	char stream[64];
	struct stat st;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_false(journal_is_stderr());
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	assert_true(journal_is_stderr());
	setenv("JOURNAL_STREAM", "1:1", 1);
	assert_false(journal_is_stderr());
	/* Then it is no journal that is written to, socket or not. */
	assert_int_equal(journal_open(&journal, JOURNAL_AUTO), 0);
	assert_false(journal.socket);
	assert_int_equal(journal.fd, STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
}

static void ids_are_unlike_each_other(void **state)
{
	(void)state;
	for (int i = 0; i < JOURNAL_MAX; i++) {
		const struct journal_word *w = &journal_words[i];

		assert_int_equal(strlen(w->id), 32);
		assert_int_equal(strspn(w->id, "0123456789abcdef"), 32);
		assert_in_range(w->priority, 2, 6);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(w->id, journal_words[j].id);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_loss_has_its_fields),
		TEST(each_class_is_said_as_its_kind),
		TEST(own_retries_are_nobodys_news),
		TEST(a_healed_page_is_said_so),
		TEST(blindness_begins_and_ends),
		TEST(names_are_raw_in_fields_and_harmless_in_messages),
		TEST(the_largest_entry_fits),
		TEST(lines_have_their_priority),
		TEST(a_journal_that_fails),
		TEST(stderr_tells_if_it_is_the_journal),
		TEST(ids_are_unlike_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
