// SPDX-License-Identifier: GPL-2.0
/*
 * module.c - the calls of a btrfs module's write path, and nothing else. -D
 * says where it cleans its pages: CLEAN_PREPARE, CLEAN_LOCK, CLEAN_HELPER,
 * CLEAN_WRAPPER, CLEAN_INLINED, CLEAN_JUMP, by way of pointers CLEAN_POINTER,
 * CLEAN_TABLE, CLEAN_CALLBACK, in a function that two names are of CLEAN_MERGED,
 * or nowhere. NO_COPY: it does not copy, and so is no write path. METADATA: a
 * clean that is none of its pages. ROOM: a clean where it goes for room; whose
 * page that is cannot be told.
 */
#define KEEP __attribute__((noinline, noclone, used))

struct page;

int clear_page_dirty_for_io(struct page *page);
unsigned long copy_page_from_iter_atomic(struct page *page, unsigned long n);
void lock_page(struct page *page);

#ifdef LINKED /* as in a vmlinux: the kernel's functions are here too */
KEEP int clear_page_dirty_for_io(struct page *page)
{
	__asm__ volatile("" ::"r"(page));
	return 0;
}

KEEP unsigned long copy_page_from_iter_atomic(struct page *page, unsigned long n)
{
	return page ? n : 0;
}

KEEP void lock_page(struct page *page)
{
	__asm__ volatile("" ::"r"(page));
}
#endif

const char version[] __attribute__((section(".modinfo"), used)) =
	"version=9.99-fixed";

static inline int clean_inlined(struct page *page)
{
	return clear_page_dirty_for_io(page);
}

KEEP static int odd_name(struct page *page)
{
	return clear_page_dirty_for_io(page) + 1;
}

KEEP static int subpage_clean(struct page *page)
{
	return clear_page_dirty_for_io(page) + 2;
}

KEEP static int block_clean(struct page *page)
{
	return subpage_clean(page) + 1;
}

KEEP int btrfs_clear_buffer_dirty(struct page *page)
{
	return clear_page_dirty_for_io(page) + 3;
}

KEEP int btrfs_search_slot(struct page *page)
{
	int ret = btrfs_clear_buffer_dirty(page);

#ifdef ROOM
	ret += odd_name(page);
#endif
	return ret;
}

KEEP static int lock_and_cleanup_extent_if_need(struct page *page)
{
	int ret = 0;

#ifdef CLEAN_LOCK
	ret = clear_page_dirty_for_io(page);
#endif
	return ret + 1;
}

#ifdef CLEAN_MERGED
KEEP int settle(struct page *page)
{
	return clear_page_dirty_for_io(page) + 4;
}

/* As a linker leaves two functions of the same code. */
extern __typeof__(settle) io_ctl_prepare_pages __attribute__((alias("settle")));
#endif

extern int (*btrfs_pointer)(struct page *page);
int (*btrfs_pointer)(struct page *page) = clear_page_dirty_for_io;

extern int (*const btrfs_table[2])(struct page *page);
int (*const btrfs_table[2])(struct page *page) = { btrfs_search_slot,
						   odd_name };

__attribute__((noipa)) int each(struct page *page, int (*fn)(struct page *page));
__attribute__((noipa)) int each(struct page *page, int (*fn)(struct page *page))
{
	return fn(page) + 1;
}

KEEP static int jump(struct page *page)
{
	lock_page(page);
	return clear_page_dirty_for_io(page); /* the last call: a jump */
}

KEEP static int prepare_pages(struct page *page)
{
	lock_page(page);
#ifdef CLEAN_PREPARE
	clear_page_dirty_for_io(page);
#endif
#ifdef CLEAN_HELPER
	odd_name(page);
#endif
#ifdef CLEAN_WRAPPER
	block_clean(page);
#endif
#ifdef CLEAN_POINTER
	btrfs_pointer(page);
#endif
#ifdef CLEAN_TABLE
	btrfs_table[((unsigned long)page >> 12) & 1](page);
#endif
#ifdef CLEAN_CALLBACK
	each(page, odd_name);
#endif
#ifdef CLEAN_MERGED
	io_ctl_prepare_pages(page);
#endif
#ifdef CLEAN_JUMP
	return jump(page);
#else
	return 0;
#endif
}

long btrfs_buffered_write(struct page *page, unsigned long n);
KEEP long btrfs_buffered_write(struct page *page, unsigned long n)
{
	long ret = prepare_pages(page) + lock_and_cleanup_extent_if_need(page);

#if defined(METADATA) || defined(ROOM)
	ret += btrfs_search_slot(page);
#endif
#ifdef CLEAN_INLINED
	ret += clean_inlined(page);
#endif
#ifndef NO_COPY
	ret += (long)copy_page_from_iter_atomic(page, n);
#endif
	return ret;
}
