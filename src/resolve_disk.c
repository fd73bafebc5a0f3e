// SPDX-License-Identifier: GPL-2.0
/* resolve_disk.c - see resolve.h: what the disk holds in a finding's place. */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fsdir.h"
#include "now.h"
#include "resolve.h"

/*
 * Who wrote after the call that left the page clean, or lost it, and before
 * this look, is what the disk may have by now.
 */
static bool written_since(struct resolver *r, const struct finding *f)
{
	int64_t since = (int64_t)(f->end_ns ? f->end_ns : f->drop_ns);
	char name[NAME_MAX + 1];
	struct stat st;
	int dir = resolve_dir(r, f, name, sizeof(name));
	bool written = true;

	if (dir < 0)
		return true;
	since += wall_ns() - (int64_t)now_ns();
	if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    st.st_ino == f->ino)
		written =
			st.st_ctim.tv_sec * 1000000000LL + st.st_ctim.tv_nsec >
			since;
	close(dir);
	return written;
}

void resolve_on_disk(struct resolver *r, struct finding *f, bool untouched)
{
	const struct mount *m = resolve_mount(r, f, NULL);
	int fd = m && f->subvol_known ? fsdir_open(m, m->root, 0, f) : -1;

	if (fd < 0)
		return;
	on_disk_find(fd, f->subvol, f->ino, f->page << WINDOW_PAGE_SHIFT,
		     &f->on_disk);
	close(fd);
	/* After the look: who wrote before it had the time set by then. */
	if (untouched && f->on_disk.known && written_since(r, f))
		f->on_disk.known = false;
}
