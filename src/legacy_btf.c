// SPDX-License-Identifier: GPL-2.0
/* legacy_btf.c - see legacy_btf.h. */
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "legacy_btf.h"
#include "log.h"

/* No kernel has that many helpers; libbpf's marks are above it. */
#define HELPERS_LIMIT 0x10000

/* Bytes from the start of a struct to one of its members, or -ENOENT. */
static int field_offset(const struct btf *btf, const char *type,
			const char *field)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);
	const struct btf_type *t =
		id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);

	for (unsigned int i = 0; t && i < btf_vlen(t); i++) {
		const char *name =
			btf__name_by_offset(btf, btf_members(t)[i].name_off);

		if (name && !strcmp(name, field))
			return (int)(btf_member_bit_offset(t, i) / 8);
	}
	return -ENOENT;
}

static void find_root(const struct btf *btf, struct legacy_knobs *k)
{
	int inode = field_offset(btf, "btrfs_inode", "vfs_inode");
	int root = field_offset(btf, "btrfs_inode", "root");
	int key = field_offset(btf, "btrfs_root", "root_key");
	int id = field_offset(btf, "btrfs_key", "objectid");
	int item = field_offset(btf, "btrfs_root", "root_item");
	int refs = field_offset(btf, "btrfs_root_item", "refs");

	k->root_known = inode >= 0 && root >= 0 && key >= 0 && id >= 0 &&
			item >= 0 && refs >= 0;
	if (!k->root_known)
		return;
	k->root = root - inode;
	k->root_id = (__u64)key + (__u64)id;
	k->root_refs = (__u64)item + (__u64)refs;
}

/* Where btrfs keeps it itself, the superblock's field may be empty. */
static int find_uuid(const struct btf *btf, const struct btf *btrfs,
		     struct legacy_knobs *k)
{
	int at = field_offset(btrfs, "btrfs_fs_info", "fsid");

	k->uuid_in_info = at >= 0;
	if (at < 0)
		at = field_offset(btf, "super_block", "s_uuid");
	if (at < 0)
		return -EBADMSG;
	k->uuid = (__u64)at;
	return 0;
}

int legacy_btf_knobs(const char *path, struct legacy_knobs *knobs)
{
	struct btf *btf =
		path ? btf__parse(path, NULL) : btf__load_vmlinux_btf();
	struct btf *btrfs = NULL;
	int err = btf ? 0 : -errno;

	if (!err && !path)
		btrfs = btf__load_module_btf("btrfs", btf);
	if (!err) {
		find_root(btrfs ? btrfs : btf, knobs);
		err = find_uuid(btf, btrfs ? btrfs : btf, knobs);
	}
	if (err)
		complain(
			"'%s' is not the BTF of a kernel (%s): make it anew, 'man 7 btrfs-dirtywatch-legacy' says how",
			path ? path : "/sys/kernel/btf/vmlinux",
			strerror(-err));
	btf__free(btrfs);
	btf__free(btf);
	return err;
}

bool legacy_btf_lacks(const struct bpf_insn *insns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (insns[i].code == (BPF_JMP | BPF_CALL) &&
		    (insns[i].imm < 0 || insns[i].imm >= HELPERS_LIMIT))
			return true;
	return false;
}
