/* SPDX-License-Identifier: GPL-2.0 */
/* heal_fixture.h - a healer, and processes that answer it well, badly or not.
 */
#ifndef DIRTYWATCH_TEST_HEAL_FIXTURE_H
#define DIRTYWATCH_TEST_HEAL_FIXTURE_H

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heal.h"
#include "heal_child.h"
#include "now.h"
#include "report_fixture.h"

#define LIMIT_NS 300000000ULL

struct fixture {
	struct healer *healer;
	struct page page; /* what is said of it at once */
	struct heal_help help;
	unsigned int again;    /* records that had been held back */
	struct finding ending; /* the last of those */
};

/* ---- processes ------------------------------------------------------- */

static inline void answer_all(int socket, enum heal heal)
{
	struct heal_request q;
	int dir;

	while (!heal_request_take(socket, &q, &dir)) {
		struct heal_answer answer = { q.number, heal, 0 };

		close(dir);
		send(socket, &answer, sizeof(answer), 0);
	}
}

static inline void serve_well(int socket)
{
	answer_all(socket, HEAL_healed);
}

static inline void serve_leased(int socket)
{
	answer_all(socket, HEAL_leased);
}

static inline void serve_nonsense(int socket)
{
	answer_all(socket, (enum heal)(HEAL_MAX + 1));
}

static inline void serve_never(int socket)
{
	(void)socket;
	for (;;)
		pause();
}

static inline void serve_and_die(int socket)
{
	struct heal_request q;
	int dir;

	heal_request_take(socket, &q, &dir);
	_exit(1);
}

/*
 * Is all as it was given, and nothing of the watch's open here? Then the
 * directory has the first number behind the socket's.
 */
static inline bool is_right(const struct heal_request *q, int dir)
{
	return q->ino == 257 && q->page == MADE_PAGE && q->sb_dev == 43 &&
	       !strcmp(q->name, "file") &&
	       q->bound[0].from == MADE_FROM + 100 && q->bytes[0] == 'x' &&
	       q->bytes[CONTENT_LEN - 1] == 'x' && dir == 4;
}

static inline void serve_checking(int socket)
{
	struct heal_request q;
	int dir;

	while (!heal_request_take(socket, &q, &dir)) {
		struct heal_answer answer = { q.number,
					      is_right(&q, dir) ? HEAL_healed
								: HEAL_changed,
					      0 };

		close(dir);
		send(socket, &answer, sizeof(answer), 0);
	}
}

/* ---- a watch --------------------------------------------------------- */

static inline int open_dir(struct resolver *r, const struct finding *f,
			   char *name, size_t size)
{
	(void)r;
	if (strcmp(f->path, "/dir/file") != 0)
		return -1;
	snprintf(name, size, "file");
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* As on_record(): what was held back is said, now that it can be. */
static inline int again(void *arg, const void *data, size_t size)
{
	struct fixture *f = arg;
	struct record r;

	assert_int_equal(size, sizeof(r));
	memcpy(&r, data, sizeof(r));
	finding_from_record(&r, &f->ending);
	assert_false(healer_holds(f->healer, &f->ending, data, size));
	healer_finding(f->healer, &f->ending, NULL);
	f->again++;
	return 0;
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	page_new(&f->page, true, false, 0, true);
	f->help =
		(struct heal_help){ NULL, open_dir, f->page.report, again, f };
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	healer_free(f->healer);
	page_free(&f->page);
	free(f);
	/* Nobody is left behind: all were ended, and are gone soon. */
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

static inline void begin(struct fixture *f, void (*serve)(int socket))
{
	const struct healer_options options = { true, LIMIT_NS, serve, NULL };

	assert_int_equal(healer_new(&options, &f->healer), 0);
	assert_non_null(f->healer);
}

/* The finding of window `n` with this verdict. */
static inline struct record record_of(enum verdict verdict, unsigned int n)
{
	struct record r = made_record(verdict);

	r.window.clean_ns += n;
	if (verdict != VERDICT_STRANDED)
		r.flags |= RECORD_WAS_STRANDED;
	return r;
}

static inline struct finding finding_of(enum verdict verdict, unsigned int n)
{
	struct record r = record_of(verdict, n);
	struct finding finding;

	finding_from_record(&r, &finding);
	finding.path_in_fs = false;
	return finding;
}

/* Told to the healer. Returns what it says of it. */
static inline enum heal tell(struct fixture *f, enum verdict verdict,
			     unsigned int n)
{
	struct finding finding = finding_of(verdict, n);
	char bytes[CONTENT_LEN];

	memset(bytes, 'x', sizeof(bytes));
	if (verdict == VERDICT_STRANDED)
		finding.rescue = RESCUE_saved;
	healer_finding(f->healer, &finding, bytes);
	return finding.heal;
}

static inline void tick(struct fixture *f)
{
	assert_int_equal(healer_tick(f->healer, &f->help, now_ns()), 0);
}

/* Until no page is under way or waits. */
static inline void settle(struct fixture *f)
{
	tick(f);
	while (healer_busy(f->healer)) {
		struct pollfd fd = { healer_fd(f->healer), POLLIN, 0 };

		assert_true(fd.fd >= 0);
		poll(&fd, 1, 50);
		tick(f);
	}
}

static inline uint64_t sum(const struct fixture *f, enum heal heal)
{
	struct summary s = { 0 };

	healer_sums(f->healer, &s);
	assert_true(s.healing);
	return s.heal[heal];
}

/* All that was said at once, if anything was. */
static inline void check_said(struct fixture *f, const char *words)
{
	const char *text = page_text(&f->page);

	if (words)
		assert_non_null(strstr(text, words));
	else
		assert_string_equal(text, "");
}

#endif
