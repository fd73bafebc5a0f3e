/* SPDX-License-Identifier: GPL-2.0 */
/* rescue_fixture.h - a folder for rescued pages, and windows whose content has
 * come. Include cmocka first. */
#ifndef DIRTYWATCH_TEST_RESCUE_FIXTURE_H
#define DIRTYWATCH_TEST_RESCUE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "record_fixture.h"
#include "rescue.h"

#define PAGE_ADDRESS 0xffffea0000001000ULL

struct fixture {
	char dir[64];
	struct rescuer *rescuer;
	struct report *report;
	FILE *said;
};

static const struct rescue_options usual = { .limit_mib = 1,
					     .rate = 1000,
					     .ring_kib = 4 };

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->dir, sizeof(f->dir), "/tmp/rescue-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->report = report_none_new();
	f->said = tmpfile();
	assert_non_null(f->said);
	log_divert(f->said);
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	rescuer_free(f->rescuer);
	report_free(f->report);
	log_divert(NULL);
	fclose(f->said);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static inline void begin(struct fixture *f, struct rescue_options options)
{
	options.dir = f->dir;
	assert_int_equal(rescuer_new(&options, &f->rescuer), 0);
	assert_non_null(f->rescuer);
}

/* A record of the window that is the `n`th, whose content was sent. */
static inline struct record record_of(enum verdict verdict, unsigned int n)
{
	struct record r = made_record(verdict);

	r.window.page = PAGE_ADDRESS;
	r.window.clean_ns += n;
	r.window.rescue = RESCUE_sent;
	return r;
}

static inline void content_of(struct fixture *f, const struct record *r,
			      int byte)
{
	struct content c = { .page = r->window.page,
			     .index = r->window.index,
			     .clean_ns = r->window.clean_ns };

	if (!c.clean_ns)
		c.clean_ns = r->window.drop.ns;

	memset(c.bytes, byte, sizeof(c.bytes));
	rescuer_content(f->rescuer, &c, sizeof(c));
}

/* What the rescuer makes of the finding of this record. */
static inline struct finding tell(struct fixture *f, const struct record *r)
{
	const struct rescue_help help = { .report = f->report };
	struct finding finding;

	finding_from_record(r, &finding);
	rescuer_finding(f->rescuer, &help, r, &finding);
	return finding;
}

/* Wait for a second to begin: the limits are by the clock. */
static inline void new_second(void)
{
	struct timespec now, rest = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	rest.tv_nsec = 1000000000 - now.tv_nsec;
	nanosleep(&rest, NULL);
}

#endif
