/* SPDX-License-Identifier: GPL-2.0 */
/* report_fixture.h - a report that prints into memory, and things to print. */
#ifndef DIRTYWATCH_TEST_REPORT_FIXTURE_H
#define DIRTYWATCH_TEST_REPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "record_fixture.h"
#include "report.h"

/* 2024-02-29 12:34:56.000000000 UTC. */
#define WALL_NS (1709210096LL * 1000000000)

/* A report that prints into memory. */
struct page {
	struct report *report;
	FILE *out;
	char *text;
	size_t len;
};

static inline const char *symbol(void *arg, uint64_t addr, uint64_t *off)
{
	*off = addr & 0xff;
	return addr >= 0x100 ? arg : NULL;
}

static inline struct report_start_info made_start(bool wall)
{
	static char name[] = "do_it";
	struct report_start_info info = {
		.version = "1.2",
		.kernel = "6.1",
		.ns = 17,
		.wall_known = wall,
		.wall_ns = WALL_NS,
		.symbol = symbol,
		.symbol_arg = name,
	};

	return info;
}

/* Starts; what the start printed is thrown away. */
static inline void page_new(struct page *p, bool json, bool colour, int verbose,
			    bool wall)
{
	struct report_start_info info = made_start(wall);

	p->out = open_memstream(&p->text, &p->len);
	assert_non_null(p->out);
	p->report = json ? report_json_new(p->out)
			 : report_text_new(p->out, colour, verbose);
	assert_non_null(p->report);
	assert_int_equal(report_start(p->report, &info), 0);
	assert_true(p->len > 0);
	rewind(p->out);
}

static inline void page_free(struct page *p)
{
	report_free(p->report);
	fclose(p->out);
	free(p->text);
}

/* The text up to where printing stands. */
static inline const char *page_text(struct page *p)
{
	fputc('\0', p->out);
	fflush(p->out);
	rewind(p->out);
	return p->text;
}

static inline struct finding made(enum verdict verdict)
{
	struct record r = made_record(verdict);
	struct finding f;

	finding_from_record(&r, &f);
	f.path_in_fs = false;
	return f;
}

static inline struct finding made_unexplained(void)
{
	struct record r = made_record(VERDICT_NEAR_MISS);
	struct finding f;

	r.kind = RECORD_UNEXPLAINED;
	r.pid = 8;
	r.tgid = 6;
	memcpy(r.comm, "kworker", 8);
	r.stack_len = 2;
	r.stack[0] = 0xfffffffffffff012;
	r.stack[1] = 0x20;
	memset(r.bound, 0, sizeof(r.bound));
	finding_from_record(&r, &f);
	f.path_in_fs = false;
	return f;
}

static inline struct summary made_summary(void)
{
	struct summary s = { .seconds = 1.5 };

	s.counters[COUNT_written] = 12345;
	s.counters[COUNT_near_miss] = 12;
	return s;
}

#endif
