// SPDX-License-Identifier: GPL-2.0
/* heal_page.c - see heal_page.h. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heal_page.h"
#include "heal_refuse.h"
#include "heal_store.h"

/* What an errno of open() says about the file. */
static const struct {
	int err;
	enum heal heal;
} opening[] = {
	{ EWOULDBLOCK, HEAL_leased },
	{ ETXTBSY, HEAL_running },
	{ EROFS, HEAL_read_only },
	{ EPERM, HEAL_immutable },
};

/* Where SIGBUS goes: a handler is given nothing that could hold it. */
static sigjmp_buf bus;
static volatile sig_atomic_t bus_awaited;

static void on_bus(int sig)
{
	if (bus_awaited)
		siglongjmp(bus, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

void heal_page_init(void)
{
	struct sigaction action = { .sa_handler = on_bus };

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

static bool is_same_file(const struct stat *st, const struct heal_file *file)
{
	return S_ISREG(st->st_mode) && st->st_dev == file->dev &&
	       st->st_ino == file->ino;
}

/*
 * Opens the very file that `seat` stands for, whatever has its name by now. An
 * open for writing breaks leases, and waits for it if it may; and then others
 * cannot run the file. So it comes last.
 */
static int open_file(int seat, enum heal *why)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", seat);
	fd = open(path, O_RDWR | O_NOATIME | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	*why = HEAL_failed;
	for (size_t i = 0; fd < 0 && i < sizeof(opening) / sizeof(opening[0]);
	     i++)
		if (errno == opening[i].err)
			*why = opening[i].heal;
	return fd;
}

/* Are the bytes at stake those that were rescued? */
static bool same_bytes(const volatile unsigned char *map,
		       const struct heal_request *q)
{
	uint64_t begin = q->page << WINDOW_PAGE_SHIFT;

	for (int i = 0; i < WINDOW_RANGES; i++)
		for (uint64_t at = q->bound[i].from; at < q->bound[i].to; at++)
			if (map[at - begin] != q->bytes[at - begin])
				return false;
	return true;
}

enum heal heal_touch(volatile unsigned char *map, const struct heal_request *q)
{
	volatile bool storing = false;
	enum heal heal = HEAL_changed;

	if (sigsetjmp(bus, 1)) {
		bus_awaited = 0;
		return storing ? HEAL_no_space : HEAL_failed;
	}
	bus_awaited = 1;
	if (same_bytes(map, q)) {
		storing = true;
		heal_store(map + (q->bound[0].from & (CONTENT_LEN - 1)));
		storing = false;
		if (same_bytes(map, q))
			heal = HEAL_healed;
	}
	bus_awaited = 0;
	return heal;
}

/* What lies behind the end of a file is nobody's. */
static bool is_within(int fd, const struct heal_request *q)
{
	const struct window_range *last = &q->bound[WINDOW_RANGES - 1];
	struct stat st;

	if (last->from >= last->to)
		last = &q->bound[0];
	return !fstat(fd, &st) && last->to <= (uint64_t)st.st_size;
}

/*
 * A page that is not in the cache was dropped, and is not read back in. While
 * it is locked in memory, reclaim cannot drop it between our look and our
 * store; others still can. Both only spare work: what counts is what the
 * kernel side sees.
 */
static enum heal heal_mapped(int fd, volatile unsigned char *map,
			     const struct heal_request *q)
{
	unsigned char present = 0;
	enum heal heal;

	if (!is_within(fd, q))
		return HEAL_eof;
	if (mincore((void *)map, CONTENT_LEN, &present))
		return HEAL_failed;
	if (!(present & 1))
		return HEAL_dropped;
	(void)mlock((void *)map, CONTENT_LEN);
	heal = heal_touch(map, q);
	return heal != HEAL_healed && !is_within(fd, q) ? HEAL_eof : heal;
}

static enum heal heal_opened(int fd, const struct heal_request *q)
{
	void *map = mmap(NULL, CONTENT_LEN, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, (off_t)(q->page << WINDOW_PAGE_SHIFT));
	enum heal heal;

	if (map == MAP_FAILED)
		return errno == ETXTBSY ? HEAL_swapfile : HEAL_failed;
	heal = heal_mapped(fd, map, q);
	munmap(map, CONTENT_LEN);
	return heal;
}

/* No byte outside of the page is touched, and no file elsewhere, whatever is
 * asked. */
static bool is_sound(const struct heal_request *q)
{
	uint64_t begin = q->page << WINDOW_PAGE_SHIFT;

	for (int i = 0; i < WINDOW_RANGES; i++) {
		const struct window_range *b = &q->bound[i];

		if (b->from < b->to &&
		    (b->from < begin || b->to > begin + CONTENT_LEN))
			return false;
	}
	return q->bound[0].from < q->bound[0].to &&
	       memchr(q->name, '\0', sizeof(q->name)) && !strchr(q->name, '/');
}

static enum heal heal_seated(int proc, int seat, const struct heal_file *file,
			     const struct heal_request *q)
{
	enum heal heal;
	struct stat st;
	int fd;

	if (fstat(seat, &st) || !is_same_file(&st, file))
		return HEAL_no_name;
	heal = heal_refuse(proc, seat, file);
	if (heal != HEAL_healed)
		return heal;
	fd = open_file(seat, &heal);
	if (fd < 0)
		return heal;
	heal = heal_opened(fd, q);
	close(fd);
	return heal;
}

/* To hold a file by O_PATH does not open it: nobody notices. */
enum heal heal_page(int proc, int dir, const struct heal_request *q)
{
	struct heal_file file = { .sb_dev = q->sb_dev, .ino = q->ino };
	enum heal heal;
	struct stat st;
	int seat;

	if (!HEAL_CAN_STORE)
		return HEAL_unsupported;
	if (!is_sound(q) || fstat(dir, &st))
		return HEAL_failed;
	file.dev = st.st_dev;
	seat = openat(dir, q->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (seat < 0)
		return HEAL_no_name;
	heal = heal_seated(proc, seat, &file, q);
	close(seat);
	return heal;
}
