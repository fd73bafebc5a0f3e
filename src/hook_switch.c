/* SPDX-License-Identifier: GPL-2.0 */
/* hook_switch.c - see hook_switch.h. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "hook_switch.h"

void hook_switch_open(struct hook_switch *s, const char *path)
{
	s->path = path;
	s->file = open(path, O_RDONLY | O_CLOEXEC);
	s->inotify = s->file < 0 ? -1 : inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->inotify >= 0 &&
	    inotify_add_watch(s->inotify, path, IN_MODIFY) < 0) {
		close(s->inotify);
		s->inotify = -1;
	}
}

/* Off and on again between two looks leaves no other trace. */
static bool was_written(const struct hook_switch *s)
{
	char events[4096];
	bool any = false;

	if (s->inotify < 0)
		return false;
	while (read(s->inotify, events, sizeof(events)) > 0)
		any = true;
	return any;
}

/* Read by its name: other views of /proc have files of their own for it. */
static bool is_off(const struct hook_switch *s)
{
	FILE *f = fopen(s->path, "re");
	bool off = f && getc(f) == '0';

	if (f)
		fclose(f);
	return off;
}

bool hook_switch_touched(struct hook_switch *s)
{
	bool written = was_written(s);

	return is_off(s) || written;
}

void hook_switch_close(struct hook_switch *s)
{
	if (s->inotify >= 0)
		close(s->inotify);
	if (s->file >= 0)
		close(s->file);
	s->inotify = s->file = -1;
}
