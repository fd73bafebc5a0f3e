// SPDX-License-Identifier: GPL-2.0
/* ksyms.c - /proc/kallsyms, read once and sorted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ksyms.h"

/* No function is larger; behind the last one of a module lies a gap. */
#define FUNCTION_MAX 65536
#define ADDRESS_DIGITS 16
#define BUFFER_LEN 65536

/* Of the kernel's own data, nothing else is ever asked for. */
static const char *const variables[] = { "page_offset_base", "vmemmap_base" };

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

struct ksyms {
	__u64 variable[VARIABLES]; /* their addresses, 0: none */
	struct ksym *syms;
	size_t count;
	size_t room;
	char *names; /* all names and modules, each with its NUL */
	size_t names_used;
	size_t names_room;
	size_t module; /* where the last one of a module lies in there */
};

/* Names are kept as offsets until all are there, since the buffer moves. */
static int keep_text(struct ksyms *k, const char *text, size_t len, size_t *at)
{
	if (k->names_used + len + 1 > k->names_room) {
		size_t room = k->names_room ? 2 * k->names_room : 1 << 20;
		char *names = realloc(k->names, room);

		if (!names)
			return -ENOMEM;
		k->names = names;
		k->names_room = room;
	}
	*at = k->names_used;
	memcpy(k->names + k->names_used, text, len);
	k->names[k->names_used + len] = '\0';
	k->names_used += len + 1;
	return 0;
}

/* Those of a module come one after the other: its name is kept once. */
static int keep_module(struct ksyms *k, const char *name, size_t len,
		       size_t *at)
{
	const char *last = k->names + k->module;
	int err = 0;

	if (len && (strncmp(last, name, len) != 0 || last[len]))
		err = keep_text(k, name, len, &k->module);
	*at = len ? k->module : 0;
	return err;
}

static int make_room(struct ksyms *k, size_t room)
{
	struct ksym *syms = realloc(k->syms, room * sizeof(*syms));

	if (!syms)
		return -ENOMEM;
	k->syms = syms;
	k->room = room;
	return 0;
}

/* What a line says, not yet taken out of it. */
struct line {
	__u64 address;
	const char *name, *module;
	size_t name_len, module_len;
	char type;
};

static int keep_symbol(struct ksyms *k, const struct line *l)
{
	const char *dot = memchr(l->name, '.', l->name_len);
	size_t len = dot ? (size_t)(dot - l->name) : l->name_len;
	bool part = false;
	size_t at, module_at;
	int err = 0;

	for (; dot && !part;
	     dot = memchr(dot + 1, '.', l->name + l->name_len - dot - 1))
		part = !strncmp(dot, ".cold", 5) || !strncmp(dot, ".part", 5);
	if (k->count == k->room)
		err = make_room(k, k->room ? 2 * k->room : 1 << 16);
	if (!err)
		err = keep_text(k, l->name, len, &at);
	if (!err)
		err = keep_module(k, l->module, l->module_len, &module_at);
	if (err)
		return err;
	k->syms[k->count++] = (struct ksym){
		.from = l->address,
		.part = part,
		.name = (const char *)at,
		.module = (const char *)module_at,
	};
	return 0;
}

/*
 * Address, type, name, and for a module its name in brackets. Returns false if
 * it is none. There are more than 100,000: sscanf() takes too long.
 */
static bool parse_line(const char *at, struct line *l)
{
	static const char digits[] = "0123456789abcdef";
	int count = 0;

	l->address = 0;
	for (; *at && strchr(digits, *at) && count < ADDRESS_DIGITS; count++)
		l->address = l->address << 4 |
			     (__u64)(strchr(digits, *at++) - digits);
	if (!count || at[0] != ' ' || !at[1] || strchr(" \t\n", at[1]) ||
	    at[2] != ' ')
		return false;
	l->type = at[1];
	l->name = at + 3;
	l->name_len = strcspn(l->name, " \t\n");
	l->module =
		l->name + l->name_len + strspn(l->name + l->name_len, " \t");
	l->module_len = 0;
	if (*l->module == '[') {
		l->module_len = strcspn(++l->module, "]\n");
		if (!l->module_len || l->module[l->module_len] != ']')
			return false;
	}
	return l->name_len && l->address != ~0ULL;
}

static void keep_variable(struct ksyms *k, const struct line *l)
{
	for (size_t i = 0; i < VARIABLES && !l->module_len; i++)
		if (strlen(variables[i]) == l->name_len &&
		    !strncmp(variables[i], l->name, l->name_len))
			k->variable[i] = l->address;
}

static int read_line(struct ksyms *k, const char *text)
{
	struct line l;

	if (!parse_line(text, &l))
		return -EBADMSG;
	if (!strchr("tTwW", l.type) || !l.address) {
		keep_variable(k, &l);
		return 0;
	}
	return keep_symbol(k, &l);
}

static int by_address(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Keep no more than is used. */
static void shrink(struct ksyms *k)
{
	char *names = realloc(k->names, k->names_used);

	if (names)
		k->names = names;
	make_room(k, k->count);
}

/* Sort, let each symbol end where the next begins, turn offsets to texts. */
static void finish(struct ksyms *k)
{
	__u64 next = ~0ULL;

	shrink(k);
	qsort(k->syms, k->count, sizeof(*k->syms), by_address);
	for (size_t i = k->count; i-- > 0;) {
		struct ksym *s = &k->syms[i];

		if (i + 1 < k->count && k->syms[i + 1].from > s->from)
			next = k->syms[i + 1].from;
		s->to = next - s->from > FUNCTION_MAX ? s->from + FUNCTION_MAX
						      : next;
		s->name = k->names + (size_t)s->name;
		s->module = k->names + (size_t)s->module;
	}
}

int ksyms_read(FILE *from, struct ksyms **out)
{
	struct ksyms *k = calloc(1, sizeof(*k));
	char *line = NULL;
	size_t room = 0, at;
	int err;

	if (!k)
		return -ENOMEM;
	err = keep_text(k, "", 0, &at); /* offset 0: the kernel's own module */
	while (!err && getline(&line, &room, from) > 0)
		err = read_line(k, line);
	free(line);
	if (!err && !k->count)
		err = -EPERM;
	if (err) {
		ksyms_free(k);
		return err;
	}
	finish(k);
	*out = k;
	return 0;
}

int ksyms_read_kernel(struct ksyms **out)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char *buffer;
	int err;

	if (!f)
		return -errno;
	/* By itself it reads 1 KiB at once. */
	buffer = malloc(BUFFER_LEN);
	if (buffer)
		setvbuf(f, buffer, _IOFBF, BUFFER_LEN);
	err = ksyms_read(f, out);
	fclose(f);
	free(buffer);
	return err;
}

void ksyms_free(struct ksyms *k)
{
	if (!k)
		return;
	free(k->syms);
	free(k->names);
	free(k);
}

void ksyms_each(const struct ksyms *k, void (*fn)(const struct ksym *, void *),
		void *arg)
{
	for (size_t i = 0; i < k->count; i++)
		fn(&k->syms[i], arg);
}

const struct ksym *ksyms_named(const struct ksyms *k, const char *name,
			       const char *module)
{
	for (size_t i = 0; i < k->count; i++)
		if (!k->syms[i].part && !strcmp(k->syms[i].name, name) &&
		    !strcmp(k->syms[i].module, module))
			return &k->syms[i];
	return NULL;
}

const struct ksym *ksyms_at(const struct ksyms *k, __u64 address)
{
	size_t low = 0, high = k->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address < k->syms[middle].from)
			high = middle;
		else if (address >= k->syms[middle].to)
			low = middle + 1;
		else
			return &k->syms[middle];
	}
	return NULL;
}

__u64 ksyms_variable(const struct ksyms *k, const char *name)
{
	for (size_t i = 0; i < VARIABLES; i++)
		if (!strcmp(variables[i], name))
			return k->variable[i];
	return 0;
}
