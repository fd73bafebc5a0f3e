// SPDX-License-Identifier: GPL-2.0
/* kprobe_event.c - see kprobe_event.h. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kprobe_event.h"

#define EVENTS "kprobe_events"
#define PROFILE "kprobe_profile"
#define GROUP "dirtywatch_"
#define EVENT "dw%d_"
/* The kernel takes names below 64 bytes. */
#define NAME_LEN 64
#define EVENT_LEN 128L /* GROUP/NAME */
#define COMMAND_LEN 192L
/* An event that was let go of is free a moment later. */
#define REMOVE_TRIES 20

struct kprobe_events {
	int dir; /* of tracefs */
	int pid;
	__u64 gone; /* misses of events that were removed */
};

static const char *const usual_places[] = {
	"/sys/kernel/tracing",
	"/sys/kernel/debug/tracing",
};

/* ---- tracefs ---------------------------------------------------------- */

/* A mount without a place in any tree: it goes with its descriptor. */
static int mount_privately(void)
{
	int fs = fsopen("tracefs", FSOPEN_CLOEXEC);
	int dir;

	if (fs < 0)
		return -errno;
	dir = fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (!dir)
		dir = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (dir < 0)
		dir = -errno;
	close(fs);
	return dir;
}

static int open_at(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	if (!faccessat(dir, EVENTS, F_OK, 0))
		return dir;
	close(dir);
	return -ENOENT;
}

static int open_tracefs(void)
{
	for (size_t i = 0; i < sizeof(usual_places) / sizeof(*usual_places);
	     i++) {
		int dir = open_at(usual_places[i]);

		if (dir >= 0)
			return dir;
	}
	return mount_privately();
}

static FILE *open_list(const struct kprobe_events *events, const char *name)
{
	int fd = openat(events->dir, name, O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

/* The kernel takes one command a write. To truncate would remove all events. */
static int command(const struct kprobe_events *events, const char *text)
{
	int fd = openat(events->dir, EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* ---- remove ----------------------------------------------------------- */

/* Whose is the event of this line, "p:GROUP/NAME ..."? Cuts `line` behind the
 * name. Returns its process, or 0 if it is none of ours. */
static int owner(char *line, const char **event)
{
	char *group = strchr(line, ':'), *end;
	long pid;

	if (!group || strncmp(group + 1, GROUP, strlen(GROUP)) != 0)
		return 0;
	*event = ++group;
	pid = strtol(group + strlen(GROUP), &end, 10);
	if (*end != '/' || pid <= 0 || pid > INT32_MAX)
		return 0;
	end[strcspn(end, " \n")] = '\0';
	return (int)pid;
}

static int remove_event(const struct kprobe_events *events, const char *event)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	char text[COMMAND_LEN];
	int err;

	if (snprintf(text, sizeof(text), "-:%s\n", event) >= (int)sizeof(text))
		return -ENAMETOOLONG;
	err = command(events, text);
	for (int i = 0; err == -EBUSY && i < REMOVE_TRIES; i++) {
		nanosleep(&moment, NULL);
		err = command(events, text);
	}
	return err;
}

/*
 * A number that belongs to nobody here may be that of a process elsewhere: but
 * what such a one uses is busy, and stays.
 */
static bool is_dead(int pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

/* Remove our own events, which may be those of a dead one with our number, and
 * with `dead` all that belong to nobody. The list is as it was at the start. */
static void remove_events(const struct kprobe_events *events, bool dead)
{
	FILE *f = open_list(events, EVENTS);
	char *text = NULL, *line, *rest;
	const char *event = NULL;
	size_t size = 0;
	int pid;

	/* Up to no NUL: all of it. */
	if (f && getdelim(&text, &size, '\0', f) > 0) {
		rest = text;
		while ((line = strsep(&rest, "\n"))) {
			pid = owner(line, &event);
			if (pid == events->pid || (pid && dead && is_dead(pid)))
				remove_event(events, event);
		}
	}
	free(text);
	if (f)
		fclose(f);
}

/* ---- misses ----------------------------------------------------------- */

/* Lines of "NAME HITS MISSES". */
int kprobe_events_missed(const struct kprobe_events *events, __u64 *missed)
{
	FILE *f = open_list(events, PROFILE);
	char line[256], name[NAME_LEN + 1], own[16];
	uint64_t misses;

	*missed = events->gone;
	if (!f)
		return -errno;
	snprintf(own, sizeof(own), EVENT, events->pid);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%64s %*u %" SCNu64, name, &misses) == 2 &&
		    !strncmp(name, own, strlen(own)))
			*missed += misses;
	fclose(f);
	return 0;
}

/* ---- attach ----------------------------------------------------------- */

/* The number that perf knows the event by. */
static int event_id(const struct kprobe_events *events, const char *event,
		    __u64 *id)
{
	char path[COMMAND_LEN];
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "events/%s/id", event);
	f = open_list(events, path);
	if (!f)
		return -errno;
	n = fscanf(f, "%" SCNu64, (uint64_t *)id);
	fclose(f);
	return n == 1 ? 0 : -EBADMSG;
}

/* The processor is but a place for it: programs run on all of them. */
static int open_perf(__u64 id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
	};
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int fd = -1;

	for (int cpu = 0; fd < 0 && cpu < cpus; cpu++) {
		fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
				  PERF_FLAG_FD_CLOEXEC);
		/* Switched off: the next will do. */
		if (fd < 0 && errno != ENODEV)
			break;
	}
	return fd < 0 ? -errno : fd;
}

/* What it has missed is to be known on. */
static int remove_own(struct kprobe_events *events, const char *event)
{
	__u64 before = 0, after = 0;
	int err;

	kprobe_events_missed(events, &before);
	err = remove_event(events, event);
	if (!err && !kprobe_events_missed(events, &after))
		events->gone += before - after;
	return err;
}

/*
 * One of that name is from an earlier attach, and idle; or it is in use, by a
 * process elsewhere that has our number, and then it may be another probe.
 */
static int create(struct kprobe_events *events, const char *name, __u64 address,
		  char event[EVENT_LEN])
{
	char text[COMMAND_LEN];
	int err;

	snprintf(event, EVENT_LEN, GROUP "%d/" EVENT "%.40s", events->pid,
		 events->pid, name);
	snprintf(text, sizeof(text), "p:%s 0x%" PRIx64 "\n", event,
		 (uint64_t)address);
	err = command(events, text);
	if (err == -EEXIST && !remove_own(events, event))
		err = command(events, text);
	return err;
}

struct bpf_link *kprobe_event_attach(struct kprobe_events *events,
				     const char *name, __u64 address,
				     const struct bpf_program *program)
{
	struct bpf_link *link = NULL;
	char event[EVENT_LEN];
	int fd = -1, err;
	__u64 id = 0;

	err = create(events, name, address, event);
	if (!err)
		err = event_id(events, event, &id);
	if (!err)
		fd = open_perf(id);
	if (!err && fd < 0)
		err = fd;
	if (!err) {
		link = bpf_program__attach_perf_event(program, fd);
		err = link ? 0 : -errno;
	}
	/* From here on the link owns it. */
	if (!link && fd >= 0)
		close(fd);
	errno = -err;
	return link;
}

/* ---- open and close --------------------------------------------------- */

int kprobe_events_open(const char *tracefs, struct kprobe_events **out)
{
	int dir = tracefs ? open_at(tracefs) : open_tracefs();
	struct kprobe_events *events;

	if (dir < 0)
		return dir;
	events = calloc(1, sizeof(*events));
	if (!events || faccessat(dir, EVENTS, W_OK, 0)) {
		int err = events ? -errno : -ENOMEM;

		free(events);
		close(dir);
		return err;
	}
	events->dir = dir;
	events->pid = getpid();
	remove_events(events, true);
	*out = events;
	return 0;
}

void kprobe_events_close(struct kprobe_events *events)
{
	if (!events)
		return;
	remove_events(events, false);
	close(events->dir);
	free(events);
}
