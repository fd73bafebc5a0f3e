// SPDX-License-Identifier: GPL-2.0
/* test_legacy_kernel.c - what an old kernel tells of itself: symbols, BTF, its
 * version. */
#include <elf.h>

#include <bpf/btf.h>
#include <stdlib.h>
#include <linux/bpf.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ksyms_fixture.h"

#include "kernel_version.h"
#include "legacy_btf.h"
#include "legacy_hooks.h"
#include "stack_facts.h"

/* ---- version ---------------------------------------------------------- */

struct image {
	Elf64_Ehdr head;
	Elf64_Phdr part;
	struct {
		Elf64_Nhdr head;
		char name[8];
		__u32 desc;
	} note[2];
};

static struct image vdso(void)
{
	struct image i = {
		.head = { .e_ident = ELFMAG,
			  .e_phoff = offsetof(struct image, part),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 1 },
		.part = { .p_type = PT_NOTE,
			  .p_offset = offsetof(struct image, note),
			  .p_filesz = sizeof(i.note) },
		.note = { { { 4, 4, 3 }, "GNU", 1 },
			  { { 6, 4, 0 }, "Linux", 0x4092d } },
	};

	/* Its name takes four bytes, not eight. */
	i.note[0].head.n_descsz = 8;
	return i;
}

static void test_the_vdso_tells_the_version(void **state)
{
	struct image i = vdso();

	(void)state;
	assert_int_equal(kernel_version_in(&i, sizeof(i)), 0x4092d);
	i.note[1].head.n_type = 1;
	assert_int_equal(kernel_version_in(&i, sizeof(i)), 0);
}

static void test_a_broken_vdso_tells_none(void **state)
{
	struct image i;

	(void)state;
	for (size_t size = 0; size < sizeof(i); size++) {
		i = vdso();
		assert_int_equal(kernel_version_in(&i, size), 0);
	}
	i.note[0].head.n_namesz = 0xffffffff;
	assert_int_equal(kernel_version_in(&i, sizeof(i)), 0);
	i = vdso();
	i.head.e_phoff = ~0ULL;
	assert_int_equal(kernel_version_in(&i, sizeof(i)), 0);
	i = vdso();
	i.part.p_offset = ~0ULL;
	assert_int_equal(kernel_version_in(&i, sizeof(i)), 0);
}

static void test_this_kernel_has_one(void **state)
{
	unsigned int major = 0, minor = 0;
	struct utsname u;

	(void)state;
	/* Valgrind keeps it to itself. */
	if (!getauxval(AT_SYSINFO_EHDR))
		skip();
	assert_int_equal(uname(&u), 0);
	assert_int_equal(sscanf(u.release, "%u.%u", &major, &minor), 2);
	assert_int_equal(kernel_version() >> 8, major << 8 | minor);
}

/* ---- BTF -------------------------------------------------------------- */

/* The types that are looked for, with one that has no name between them. */
static void write_btf(const char *path, bool whole)
{
	struct btf *btf = btf__new_empty();
	int word = btf__add_int(btf, "unsigned long", 8, 0), inner;
	const void *data;
	__u32 size;
	FILE *f;

	btf__add_struct(btf, "super_block", 64);
	btf__add_field(btf, "s_magic", word, 0, 0);
	btf__add_field(btf, "s_uuid", word, 48 * 8, 0);
	inner = btf__add_struct(btf, NULL, 16);
	btf__add_field(btf, "vfs_inode", word, 0, 0);
	btf__add_struct(btf, "btrfs_inode", 200);
	btf__add_field(btf, "root", word, 8 * 8, 0);
	btf__add_field(btf, NULL, inner, 16 * 8, 0);
	btf__add_field(btf, "vfs_inode", word, 108 * 8, 0);
	btf__add_struct(btf, "btrfs_key", 8);
	btf__add_field(btf, "objectid", word, 0, 0);
	if (whole) {
		btf__add_struct(btf, "btrfs_root_item", 8);
		btf__add_field(btf, "refs", word, 8 * 8, 0);
		btf__add_struct(btf, "btrfs_fs_info", 8);
		btf__add_field(btf, "fsid", word, 24 * 8, 0);
	}
	btf__add_struct(btf, "btrfs_root", 64);
	btf__add_field(btf, "root_item", word, 16 * 8, 0);
	btf__add_field(btf, "root_key", word, 40 * 8, 0);
	data = btf__raw_data(btf, &size);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
	btf__free(btf);
}

static void test_btf_tells_where_things_are(void **state)
{
	char path[] = "/tmp/dirtywatch-btf-XXXXXX";
	struct legacy_knobs k = { 0 };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	write_btf(path, true);
	assert_int_equal(legacy_btf_knobs(path, &k), 0);
	assert_true(k.root_known);
	assert_int_equal(k.root, 8 - 108);
	assert_int_equal(k.root_id, 40);
	assert_int_equal(k.root_refs, 24);
	assert_true(k.uuid_in_info);
	assert_int_equal(k.uuid, 24);
	write_btf(path, false);
	assert_int_equal(legacy_btf_knobs(path, &k), 0);
	assert_false(k.root_known);
	assert_false(k.uuid_in_info);
	assert_int_equal(k.uuid, 48);
	unlink(path);
}

static void test_no_btf_is_an_error(void **state)
{
	struct legacy_knobs k = { 0 };

	(void)state;
	assert_true(legacy_btf_knobs("/dev/null", &k) < 0);
	assert_true(legacy_btf_knobs("/nowhere/at.all", &k) < 0);
}

static void test_marks_of_libbpf_are_seen(void **state)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_ns },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0xbad2310 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	(void)state;
	assert_false(legacy_btf_lacks(insns, 3));
	insns[1].code = BPF_JMP | BPF_CALL;
	assert_true(legacy_btf_lacks(insns, 3));
	insns[1].imm = -1;
	assert_true(legacy_btf_lacks(insns, 3));
}

/* ---- hooks ------------------------------------------------------------ */

static const struct legacy_role *role(const char *name)
{
	for (unsigned int i = 0; i < legacy_role_count; i++)
		if (!strcmp(legacy_roles[i].name, name))
			return &legacy_roles[i];
	fail_msg("no role '%s'", name);
	return NULL;
}

static void test_old_and_built_in_names_are_found(void **state)
{
	struct ksyms *k =
		made_ksyms("ffffffff81001000 t __btrfs_buffered_write.isra.0\n"
			   "ffffffff81002000 T clear_page_dirty_for_io\n"
			   "ffffffff81003000 T sys_getpgid\n"
			   "ffffffff81004000 T last\n");
	struct legacy_choice c;

	(void)state;
	legacy_choose(role("write entry"), k, &c);
	assert_string_equal(c.symbol, "__btrfs_buffered_write");
	assert_int_equal(c.at[0], 0xffffffff81001000);
	assert_int_equal(c.count, 1);
	legacy_choose(role("clean"), k, &c);
	assert_string_equal(c.symbol, "clear_page_dirty_for_io");
	legacy_choose(role("second look"), k, &c);
	assert_string_equal(c.symbol, "sys_getpgid");
	legacy_choose(role("drop"), k, &c);
	assert_null(c.symbol);
	assert_int_equal(c.count, 0);
	ksyms_free(k);
}

/* ---- stacks ----------------------------------------------------------- */

static void test_the_innermost_known_function_decides(void **state)
{
	static const struct frame frames[] = {
		{ 0x100, 0x200, SCOPE_WRITEBACK, WAY_UNKNOWN },
		{ 0x200, 0x300, SCOPE_WRITE, WAY_INVALIDATE },
		{ 0x400, 0x500, SCOPE_NONE, WAY_DIRECT_IO },
		{ 0x500, 0x600, SCOPE_NONE, WAY_EVICT },
	};
	/* The first leads behind the end of writeback: it called from there. */
	const __u64 ip[] = { 0x350, 0x200, 0x210, 0x410, 0x510 };
	struct stack_facts f = stack_facts(frames, 4, ip, 5);

	(void)state;
	assert_int_equal(f.scope, SCOPE_WRITEBACK);
	assert_int_equal(f.way, WAY_DIRECT_IO);
	f = stack_facts(frames, 4, ip + 2, 1);
	assert_int_equal(f.scope, SCOPE_WRITE);
	assert_int_equal(f.way, WAY_INVALIDATE);
	f = stack_facts(frames, 4, ip, 1);
	assert_int_equal(f.scope, SCOPE_NONE);
	assert_int_equal(f.way, WAY_UNKNOWN);
	f = stack_facts(frames, 0, ip, 5);
	assert_int_equal(f.scope, SCOPE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_vdso_tells_the_version),
		cmocka_unit_test(test_a_broken_vdso_tells_none),
		cmocka_unit_test(test_this_kernel_has_one),
		cmocka_unit_test(test_btf_tells_where_things_are),
		cmocka_unit_test(test_no_btf_is_an_error),
		cmocka_unit_test(test_marks_of_libbpf_are_seen),
		cmocka_unit_test(test_old_and_built_in_names_are_found),
		cmocka_unit_test(test_the_innermost_known_function_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
