// SPDX-License-Identifier: GPL-2.0
/* store_bus.c - see store_bus.h. */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store_bus.h"

#define FILES 4
#define REGIONS 256 /* of 32 KiB: the index of a log of 4 GiB */
#define PAGE_MAX 65536

struct region {
	sqlite3_file *file; /* whose it is, NULL: free */
	uintptr_t from, to;
};

/* A handler of signals can be told nothing: it has to be here. */
static struct {
	struct {
		sqlite3_file *file; /* NULL: free */
		const sqlite3_io_methods *real;
		sqlite3_io_methods methods;
	} files[FILES];
	struct region regions[REGIONS];
	struct sigaction before;
	uintptr_t page_size;
	char page[PAGE_MAX]; /* while its place is taken */
	volatile sig_atomic_t hits;
	bool installed;
} bus;

static bool is_ours(uintptr_t addr)
{
	for (int i = 0; i < REGIONS; i++)
		if (bus.regions[i].file && addr >= bus.regions[i].from &&
		    addr < bus.regions[i].to)
			return true;
	return false;
}

/* Only writing to it failed: it can be read. */
static bool make_private(uintptr_t addr)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the fault's address */
	void *page = (void *)(addr & ~(bus.page_size - 1));

	memcpy(bus.page, page, bus.page_size);
	if (mmap(page, bus.page_size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return false;
	memcpy(page, bus.page, bus.page_size);
	return true;
}

/* What is not ours happens again, as if we had not been here. */
static void on_bus(int signal, siginfo_t *info, void *context)
{
	const uintptr_t addr = (uintptr_t)info->si_addr;
	const int err = errno;

	(void)context;
	if (is_ours(addr) && make_private(addr))
		bus.hits++;
	else
		sigaction(signal, &bus.before, NULL);
	errno = err;
}

static int slot_of(const sqlite3_file *file)
{
	int i = 0;

	while (i < FILES && bus.files[i].file != file)
		i++;
	return i;
}

static const sqlite3_io_methods *real(const sqlite3_file *file)
{
	return bus.files[slot_of(file)].real;
}

static void add_region(sqlite3_file *file, const volatile void *at, int size)
{
	const uintptr_t from = (uintptr_t)at;
	struct region *free_one = NULL;

	for (int i = 0; i < REGIONS; i++) {
		struct region *r = &bus.regions[i];

		if (r->file == file && r->from == from)
			return;
		if (!r->file && !free_one)
			free_one = r;
	}
	if (free_one)
		*free_one =
			(struct region){ file, from, from + (uintptr_t)size };
}

static int map(sqlite3_file *file, int region, int size, int extend,
	       void volatile **at)
{
	int rc = real(file)->xShmMap(file, region, size, extend, at);

	if (rc == SQLITE_OK && *at)
		add_region(file, *at, size);
	return rc;
}

static int unmap(sqlite3_file *file, int remove)
{
	for (int i = 0; i < REGIONS; i++)
		if (bus.regions[i].file == file)
			bus.regions[i].file = NULL;
	return real(file)->xShmUnmap(file, remove);
}

/* SQLite closes by the methods that the file has then. */
static int close_file(sqlite3_file *file)
{
	const int slot = slot_of(file);

	file->pMethods = bus.files[slot].real;
	bus.files[slot].file = NULL;
	return file->pMethods->xClose(file);
}

static int install(void)
{
	struct sigaction act = { .sa_sigaction = on_bus,
				 .sa_flags = SA_SIGINFO };
	const long page_size = sysconf(_SC_PAGESIZE);

	if (bus.installed)
		return 0;
	if (page_size <= 0 || page_size > PAGE_MAX)
		return -ENOTSUP;
	bus.page_size = (uintptr_t)page_size;
	sigemptyset(&act.sa_mask);
	if (sigaction(SIGBUS, &act, &bus.before))
		return -errno;
	bus.installed = true;
	return 0;
}

int store_bus_guard(sqlite3 *db)
{
	const int slot = slot_of(NULL);
	sqlite3_file *file = NULL;
	int err = install();

	if (err)
		return err;
	if (slot == FILES)
		return -ENOSPC;
	if (sqlite3_file_control(db, NULL, SQLITE_FCNTL_FILE_POINTER, &file) !=
		    SQLITE_OK ||
	    !file || !file->pMethods || file->pMethods->iVersion < 2)
		return -ENOTSUP;
	bus.files[slot].file = file;
	bus.files[slot].real = file->pMethods;
	bus.files[slot].methods = *file->pMethods;
	bus.files[slot].methods.xShmMap = map;
	bus.files[slot].methods.xShmUnmap = unmap;
	bus.files[slot].methods.xClose = close_file;
	file->pMethods = &bus.files[slot].methods;
	return 0;
}

unsigned int store_bus_hits(void)
{
	return (unsigned int)bus.hits;
}
