// SPDX-License-Identifier: GPL-2.0
/*
 * callsite.c - a return hook that cannot be missed, without fexit: probes on
 * the instructions behind every call of the function. A kretprobe would run
 * out of return slots while writers sleep.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "callsite.h"

#define CALL_OPCODE 0xe8
#define JUMP_OPCODE 0xe9
#define CALL_LEN 5
#define KCORE_SEGMENTS_MAX 4096
/* No filesystem is linked over a longer stretch than this, either way. */
#define REACH (4UL << 20)

/*
 * The byte 0xe8 may also be part of another instruction; that the four bytes
 * behind it then lead to the callee by chance is one in 2^32, and the kernel
 * refuses a probe that is not on an instruction.
 */
int callsites_in(const unsigned char *code, size_t size, __u64 base,
		 __u64 callee, __u64 sites[CALLSITES_MAX])
{
	int count = 0;

	for (size_t i = 0; i + CALL_LEN < size; i++) {
		__u64 after = base + i + CALL_LEN;
		__s32 distance;

		if (code[i] != CALL_OPCODE && code[i] != JUMP_OPCODE)
			continue;
		memcpy(&distance, code + i + 1, sizeof(distance));
		if (after + (__u64)(__s64)distance != callee)
			continue;
		/* A tail call returns to where nobody can be waiting for it. */
		if (code[i] == JUMP_OPCODE)
			return -EOPNOTSUPP;
		if (count == CALLSITES_MAX)
			return -E2BIG;
		sites[count++] = after;
	}
	return count;
}

/* The file offset of `address` in an open kcore, or -errno. */
static long long kcore_offset(int fd, __u64 address, size_t size)
{
	Elf64_Ehdr head;
	Elf64_Phdr seg;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
	    head.e_phentsize != sizeof(seg) ||
	    head.e_phnum > KCORE_SEGMENTS_MAX)
		return -EBADMSG;
	for (unsigned int i = 0; i < head.e_phnum; i++) {
		off_t at = (off_t)(head.e_phoff + i * sizeof(seg));

		if (pread(fd, &seg, sizeof(seg), at) != sizeof(seg))
			return -EBADMSG;
		if (seg.p_type == PT_LOAD && address >= seg.p_vaddr &&
		    size <= seg.p_filesz &&
		    address - seg.p_vaddr <= seg.p_filesz - size)
			return (long long)(seg.p_offset + address -
					   seg.p_vaddr);
	}
	return -ENOENT;
}

/* Copy `size` bytes of the running kernel at `address`. */
static int kcore_read(__u64 address, void *to, size_t size)
{
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	long long at;
	int err;

	if (fd < 0)
		return -errno;
	at = kcore_offset(fd, address, size);
	if (at < 0)
		err = (int)at;
	else if (pread(fd, to, size, at) != (ssize_t)size)
		err = -EIO;
	else
		err = 0;
	close(fd);
	return err;
}

struct stretch {
	const struct ksym *around;
	__u64 from;
	__u64 to;
};

static void widen(const struct ksym *sym, void *arg)
{
	struct stretch *s = arg;

	if (strcmp(sym->module, s->around->module) != 0 ||
	    sym->from + REACH < s->around->from ||
	    sym->to > s->around->from + REACH)
		return;
	if (sym->from < s->from)
		s->from = sym->from;
	if (sym->to > s->to)
		s->to = sym->to;
}

int callsites_of(const struct ksyms *ksyms, const struct ksym *callee,
		 __u64 sites[CALLSITES_MAX])
{
	struct stretch s = { callee, callee->from, callee->to };
	unsigned char *code;
	int err;

	ksyms_each(ksyms, widen, &s);
	code = calloc(s.to - s.from, 1);
	if (!code)
		return -ENOMEM;
	err = kcore_read(s.from, code, s.to - s.from);
	if (!err)
		err = callsites_in(code, s.to - s.from, s.from, callee->from,
				   sites);
	free(code);
	return err;
}
