// SPDX-License-Identifier: GPL-2.0
/* ksyms.c - /proc/kallsyms, read once and sorted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ksyms.h"

/* No function is larger; behind the last one of a module lies a gap. */
#define FUNCTION_MAX 65536
#define ADDRESS_DIGITS 16

struct ksyms {
	struct ksym *syms;
	size_t count;
	size_t room;
	char *names; /* all names and modules, each with its NUL */
	size_t names_used;
	size_t names_room;
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

static int keep_symbol(struct ksyms *k, __u64 address, const char *name,
		       const char *module)
{
	size_t at, module_at = 0;
	int err;

	if (k->count == k->room) {
		size_t room = k->room ? 2 * k->room : 1 << 16;
		struct ksym *syms = realloc(k->syms, room * sizeof(*syms));

		if (!syms)
			return -ENOMEM;
		k->syms = syms;
		k->room = room;
	}
	err = keep_text(k, name, strcspn(name, "."), &at);
	if (!err && *module)
		err = keep_text(k, module, strlen(module), &module_at);
	if (err)
		return err;
	k->syms[k->count++] = (struct ksym){
		.from = address,
		.part = strstr(name, ".cold") || strstr(name, ".part"),
		.name = (const char *)at,
		.module = (const char *)module_at,
	};
	return 0;
}

/* One line: address, type, name, and for a module its name in brackets. */
static int read_line(struct ksyms *k, const char *line)
{
	size_t digits = strspn(line, "0123456789abcdef");
	char name[512], module[64] = "";
	unsigned long long address;
	char type, bracket;
	int fields;

	/* sscanf() alone takes a sign, 0x, and digits without end. */
	if (!digits || digits > ADDRESS_DIGITS || line[digits] != ' ')
		return -EBADMSG;
	fields = sscanf(line, "%llx %c %511s [%63[^]\n]%c", &address, &type,
			name, module, &bracket);
	if ((fields != 3 && (fields != 5 || bracket != ']')) ||
	    address == ~0ULL)
		return -EBADMSG;
	if (!strchr("tTwW", type) || !address)
		return 0;
	return keep_symbol(k, address, name, module);
}

static int by_address(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* Sort, let each symbol end where the next begins, turn offsets to texts. */
static void finish(struct ksyms *k)
{
	__u64 next = ~0ULL;

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
