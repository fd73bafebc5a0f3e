/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store_vfs.h - a layer between SQLite and the files: writes and syncs fail as
 * a test wants, and it is known what of the log would not outlive a power cut.
 */
#ifndef DIRTYWATCH_TEST_STORE_VFS_H
#define DIRTYWATCH_TEST_STORE_VFS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sqlite3.h>

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	int write_errno; /* 0: writes do not fail */
	int sync_errno;
	int last_errno;
	uint64_t unsynced; /* writes to the log since it was synced */
	uint64_t syncs;	   /* of the log */
	uint64_t writes;   /* to all files */
} layer;

struct layer_file {
	sqlite3_file base;
	bool is_log;
	sqlite3_file *real;
};

static inline struct layer_file *layer_of(sqlite3_file *f)
{
	return (struct layer_file *)f;
}

#define REAL(f) (layer_of(f)->real)
#define PASS(name, args, ...)                                                  \
	static inline int layer_##name args                                    \
	{                                                                      \
		return REAL(f)->pMethods->name(REAL(f), ##__VA_ARGS__);        \
	}

PASS(xClose, (sqlite3_file * f))
PASS(xRead, (sqlite3_file * f, void *to, int n, sqlite3_int64 at), to, n, at)
PASS(xTruncate, (sqlite3_file * f, sqlite3_int64 size), size)
PASS(xFileSize, (sqlite3_file * f, sqlite3_int64 *size), size)
PASS(xLock, (sqlite3_file * f, int lock), lock)
PASS(xUnlock, (sqlite3_file * f, int lock), lock)
PASS(xCheckReservedLock, (sqlite3_file * f, int *out), out)
PASS(xSectorSize, (sqlite3_file * f))
PASS(xDeviceCharacteristics, (sqlite3_file * f))
PASS(xShmMap, (sqlite3_file * f, int i, int size, int more, void volatile **to),
     i, size, more, to)
PASS(xShmLock, (sqlite3_file * f, int at, int n, int flags), at, n, flags)
PASS(xShmUnmap, (sqlite3_file * f, int remove), remove)

static inline int layer_xFileControl(sqlite3_file *f, int op, void *arg)
{
	if (op != SQLITE_FCNTL_LAST_ERRNO || !layer.last_errno)
		return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
	*(int *)arg = layer.last_errno;
	return SQLITE_OK;
}

static inline void layer_xShmBarrier(sqlite3_file *f)
{
	REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static inline int layer_xWrite(sqlite3_file *f, const void *from, int n,
			       sqlite3_int64 at)
{
	layer.writes++;
	if (layer.write_errno) {
		layer.last_errno = layer.write_errno;
		return layer.write_errno == ENOSPC ? SQLITE_FULL
						   : SQLITE_IOERR_WRITE;
	}
	layer.unsynced += layer_of(f)->is_log;
	return REAL(f)->pMethods->xWrite(REAL(f), from, n, at);
}

static inline int layer_xSync(sqlite3_file *f, int flags)
{
	if (layer.sync_errno) {
		layer.last_errno = layer.sync_errno;
		return SQLITE_IOERR_FSYNC;
	}
	if (layer_of(f)->is_log) {
		layer.unsynced = 0;
		layer.syncs++;
	}
	return REAL(f)->pMethods->xSync(REAL(f), flags);
}

static inline int layer_xOpen(sqlite3_vfs *vfs, sqlite3_filename name,
			      sqlite3_file *f, int flags, int *out)
{
	static const sqlite3_io_methods methods = {
		.iVersion = 2,
		.xClose = layer_xClose,
		.xRead = layer_xRead,
		.xWrite = layer_xWrite,
		.xTruncate = layer_xTruncate,
		.xSync = layer_xSync,
		.xFileSize = layer_xFileSize,
		.xLock = layer_xLock,
		.xUnlock = layer_xUnlock,
		.xCheckReservedLock = layer_xCheckReservedLock,
		.xFileControl = layer_xFileControl,
		.xSectorSize = layer_xSectorSize,
		.xDeviceCharacteristics = layer_xDeviceCharacteristics,
		.xShmMap = layer_xShmMap,
		.xShmLock = layer_xShmLock,
		.xShmBarrier = layer_xShmBarrier,
		.xShmUnmap = layer_xShmUnmap,
	};
	struct layer_file *file = layer_of(f);
	int rc;

	(void)vfs;
	file->real = (sqlite3_file *)(file + 1);
	file->is_log = flags & SQLITE_OPEN_WAL;
	rc = layer.real->xOpen(layer.real, name, file->real, flags, out);
	f->pMethods = file->real->pMethods ? &methods : NULL;
	return rc;
}

static inline int layer_xGetLastError(sqlite3_vfs *vfs, int n, char *text)
{
	int real = layer.real->xGetLastError(layer.real, n, text);

	(void)vfs;
	return layer.last_errno ? layer.last_errno : real;
}

/* From now on all that is opened goes through it. */
static inline void layer_add(void)
{
	layer.real = sqlite3_vfs_find(NULL);
	layer.vfs = *layer.real;
	layer.vfs.zName = "layer";
	layer.vfs.szOsFile += (int)sizeof(struct layer_file);
	layer.vfs.xOpen = layer_xOpen;
	layer.vfs.xGetLastError = layer_xGetLastError;
	sqlite3_vfs_register(&layer.vfs, 1);
}

static inline void layer_heal(void)
{
	layer.write_errno = layer.sync_errno = layer.last_errno = 0;
}

#endif
