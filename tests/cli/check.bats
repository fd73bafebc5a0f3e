#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# check --module: what it says of small modules whose mistake is known, and of files that are none.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup() {
	dir=$BATS_TEST_TMPDIR
	ko=$dir/btrfs.ko
}

# made [OPTION...]: compile the small module into $ko as a kernel's is.
made() {
	gcc -O2 -mcmodel=kernel -fno-pic -fno-asynchronous-unwind-tables -Wno-unused-function "$@" \
		-c "$BATS_TEST_DIRNAME/module.c" -o "$ko"
}

# The verdict is $1, with exit code $2.
judged() {
	dw check --module --json "$ko"
	echo "$out"
	[ "$code" = "$2" ] && [ "$(jq -r .verdict <<<"$out")" = "$1" ] && [ -z "$err" ]
}

@test "fixed: no clean, or only one of metadata" {
	made
	judged fixed 0
	made -DMETADATA
	judged fixed 0
}

@test "vulnerable: wherever the clean is" {
	local where
	for where in PREPARE LOCK HELPER WRAPPER INLINED JUMP POINTER TABLE CALLBACK MERGED; do
		made -DCLEAN_$where
		judged vulnerable 1
		[ "$(jq -r '.path[0]' <<<"$out")" = btrfs_buffered_write ]
	done
}

@test "vulnerable: the path to the clean is shown" {
	made -DCLEAN_WRAPPER
	dw check --module "$ko"
	[ "$code" = 1 ]
	diff <(sed -n 's/^  \([a-z_][a-z_]*\).*/\1/p' <<<"$out") - <<-END
		btrfs_buffered_write
		prepare_pages
		block_clean
		subpage_clean
	END
	grep -q '^  subpage_clean+0x[0-9a-f]* calls clear_page_dirty_for_io$' <<<"$out"
}

@test "the same where code moved to a section of its own, and without frame of any kind" {
	made -DCLEAN_HELPER -ffunction-sections
	judged vulnerable 1
	made -ffunction-sections
	judged fixed 0
	made -DCLEAN_LOCK -O3 -fomit-frame-pointer
	judged vulnerable 1
}

@test "the same for a linked kernel with btrfs built in" {
	made -DLINKED -DCLEAN_HELPER
	ld -e btrfs_buffered_write "$ko" -o "$dir/vmlinux"
	mv "$dir/vmlinux" "$ko"
	judged vulnerable 1
	made -DLINKED
	ld -e btrfs_buffered_write "$ko" -o "$dir/vmlinux"
	mv "$dir/vmlinux" "$ko"
	judged fixed 0
}

@test "the same for what is linked, where the kernel's own functions clean pages, by whatever way" {
	local where
	for where in PREPARE TABLE CALLBACK POINTER; do
		made -DLINKED -DCLEAN_$where
		ld -e btrfs_buffered_write "$ko" -o "$dir/vmlinux"
		mv "$dir/vmlinux" "$ko"
		judged vulnerable 1
	done
}

@test "the same where the write is part of what calls it" {
	made -Dbtrfs_buffered_write=btrfs_do_write_iter -DCLEAN_HELPER
	judged vulnerable 1
	made -Dbtrfs_buffered_write=btrfs_file_write_iter
	judged fixed 0
}

@test "the same for packed files" {
	local pack
	for pack in xz gzip 'zstd --rm'; do
		made -DCLEAN_LOCK
		$pack -q "$ko"
		mv "$ko".* "$ko"
		judged vulnerable 1
	done
}

@test "unknown: no write path, or one that copies nothing" {
	made -DNO_COPY
	judged unknown 3
	made -Dbtrfs_buffered_write=other_name
	judged unknown 3
}

@test "unknown: a clean below what has room made, for any page's sake" {
	made -DROOM
	judged unknown 3
	[[ $(jq -r .why <<<"$out") == *"for room"* ]]
}

@test "unknown, neither fixed nor vulnerable: a clean in code whose symbols are stripped" {
	made -DCLEAN_HELPER
	strip --discard-all -K btrfs_buffered_write "$ko"
	judged unknown 3
	[[ $(jq -r .why <<<"$out") == *stripped* ]]
	made
	strip --discard-all -K btrfs_buffered_write "$ko"
	judged unknown 3 # one of the functions in there cleans, whoever calls it
}

@test "unknown: code that cannot be read" {
	local at
	made
	# The first byte of a function that is on the way becomes an opcode that x86-64 does not have.
	at=$((0x$(readelf -sW "$ko" | awk '$8 == "prepare_pages" { print $2 }') +
		0x$(readelf -SW "$ko" | sed 's/^ *\[ *[0-9]*\] *//' | awk '$1 == ".text" { print $4 }')))
	printf '\x06' | dd of="$ko" bs=1 seek=$at conv=notrunc 2>/dev/null
	judged unknown 3
	[ "$(jq -r .not_read <<<"$out")" = prepare_pages ]
}

@test "3: stripped, of another machine, no ELF, empty, a folder, a device, not there" {
	made -DCLEAN_LOCK
	strip "$ko" -o "$dir/stripped"
	dw check --module "$dir/stripped"
	failed 3 stripped
	objcopy --only-keep-debug "$ko" "$dir/debug"
	dw check --module "$dir/debug"
	failed 3 "no code"
	printf '\xb7\x00' | dd of="$ko" bs=1 seek=18 conv=notrunc 2>/dev/null # aarch64
	dw check --module "$ko"
	failed 3 x86-64
	dw check --module "$BATS_TEST_DIRNAME/module.c"
	failed 3 "no ELF"
	: >"$dir/empty"
	dw check --module "$dir/empty"
	failed 3 "no ELF"
	dw check --module "$dir"
	failed 3 "directory"
	dw check --module /dev/zero
	failed 3 /dev/zero
	dw check --module "$dir/none"
	failed 3 "No such file"
}

@test "3: cut short anywhere, or packed and cut short" {
	local size at
	made -DCLEAN_LOCK
	size=$(stat -c %s "$ko")
	for ((at = 1; at < size; at += size / 40)); do
		head -c "$at" "$ko" >"$dir/cut"
		dw check --module "$dir/cut"
		failed 3 "damaged"
	done
	xz -q "$ko"
	head -c 400 "$ko.xz" >"$dir/cut"
	dw check --module "$dir/cut"
	failed 3 damaged
}

@test "3: output to a full disk" {
	made
	try bash -c 'exec "$1" check --module "$2" >/dev/full' bash "$dirtywatch" "$ko"
	[ "$code" = 3 ]
}

@test "2: one file too many" {
	dw check --module a b
	refused "'b' is one argument too many"
}

@test "3: the running kernel has no btrfs module" {
	need_root
	with_mounts '[ ! -d /lib/modules ] || mount -t tmpfs none /lib/modules; exec "$1" check --module'
	failed 3 "cannot find the running kernel"
}

@test "names in the file cannot drive a terminal" {
	made -DCLEAN_HELPER
	sed -i 's/odd_name/\x1b[31mxyz/' "$ko"
	dw check --module "$ko"
	[ "$code" = 1 ]
	[[ $out == *'\x1b[31mxyz'* && $out != *$'\x1b'* ]]
}
