// SPDX-License-Identifier: GPL-2.0
/* hook_wish.c - see hook_wish.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hook_wish.h"

static bool is_name(const char *text, size_t len, const char *name)
{
	if (len != strlen(name))
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] != name[i] && !(text[i] == '-' && name[i] == ' '))
			return false;
	return true;
}

static unsigned int role_named(const char *text, size_t len)
{
	unsigned int i = 0;

	while (i < hook_role_count && !is_name(text, len, hook_roles[i].name))
		i++;
	return i;
}

/* The bits of a role's variants of that kind: none, or one. */
static __u32 variants_of(const struct hook_role *role, const char *how)
{
	__u32 bits = 0;

	for (int i = 0; i < VARIANTS_MAX && role->variants[i].program; i++)
		if (!strcmp(role->variants[i].how, how))
			bits |= 1U << i;
	return bits;
}

static int refuse_kind(const struct hook_role *role, const char *how, char *why,
		       size_t room)
{
	size_t n;

	if (!strcmp(how, "none")) {
		snprintf(why, room, "there is no verdict without '%s'",
			 role->name);
		return -EINVAL;
	}
	n = (size_t)snprintf(why, room, "'%s' is hooked by", role->name);
	for (int i = 0; i < VARIANTS_MAX && role->variants[i].program; i++)
		if (n < room)
			n += (size_t)snprintf(why + n, room - n, "%s %s",
					      i ? "," : "",
					      role->variants[i].how);
	if (n < room)
		snprintf(why + n, room - n, ", not by '%.32s'", how);
	return -EINVAL;
}

static int wish_everywhere(struct hook_wishes *wishes, const char *how,
			   char *why, size_t room)
{
	bool any = false;

	for (unsigned int i = 0; i < hook_role_count; i++) {
		__u32 bits = variants_of(&hook_roles[i], how);

		if (bits)
			wishes->refused[i] = ~bits;
		any = any || bits;
	}
	if (any)
		return 0;
	snprintf(why, room, "nothing is hooked by '%.32s'", how);
	return -EINVAL;
}

int hook_wish(struct hook_wishes *wishes, const char *text, char *why,
	      size_t room)
{
	const char *how = strchr(text, '=');
	unsigned int i;
	__u32 bits;

	if (!how)
		return wish_everywhere(wishes, text, why, room);
	i = role_named(text, (size_t)(how - text));
	if (i == hook_role_count) {
		snprintf(why, room,
			 "'%.*s' is no hook: 'watch -v' shows their names",
			 (int)(how - text < 32 ? how - text : 32), text);
		return -EINVAL;
	}
	how++;
	bits = variants_of(&hook_roles[i], how);
	if (!bits && (hook_roles[i].essential || strcmp(how, "none") != 0))
		return refuse_kind(&hook_roles[i], how, why, room);
	wishes->refused[i] = ~bits;
	return 0;
}
