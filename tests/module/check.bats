#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What `check --module` says of real modules: those that are built here, and the distribution's own.
# shapes/ has many more.

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# judged FILE WORD CODE
judged() {
	run --separate-stderr "$top/btrfs-dirtywatch" check --module --json "$1"
	echo "$output"
	[ "$status" = "$3" ] && [ "$(jq -r .verdict <<<"$output")" = "$2" ]
}

bats_require_minimum_version 1.5.0

@test "early-clean is vulnerable, stock and keep-dirty are fixed, with BTF and without" {
	local form
	for form in btf nobtf; do
		judged "$("$top/module/build.sh" 6.1 stock $form)" fixed 0
		judged "$("$top/module/build.sh" 6.1 keep-dirty $form)" fixed 0
		judged "$("$top/module/build.sh" 6.1 early-clean $form)" vulnerable 1
		[ "$(jq -c .path <<<"$output")" = '["btrfs_buffered_write","lock_and_cleanup_extent"]' ]
	done
}

@test "the distribution's own module is fixed" {
	judged "$(find "$("$top/module/kernel.sh" 6.1)/lib/modules" -name 'btrfs.ko*' | head -n 1)" fixed 0
}

@test "a mistake of another shape is found too, and writeback is none" {
	judged "$("$BATS_TEST_DIRNAME/shapes/build.sh" 6.1 prepare helper)" vulnerable 1
	judged "$("$BATS_TEST_DIRNAME/shapes/build.sh" 6.1 lock callback)" vulnerable 1
	judged "$("$BATS_TEST_DIRNAME/shapes/build.sh" 6.1 lock writeback)" fixed 0
}

# built_in KO: link the module into a kernel whose every other function comes to the cleaning ones, as memory reclaim does.
built_in() {
	nm -u "$1" | awk '
		function define(name, body) {
			printf ".globl %s\n.type %s, @function\n%s: %s\n\tret\n.size %s, .-%s\n", name, name, name, body, name, name
			defined[name] = 1
		}
		BEGIN { print ".section .note.GNU-stack\n.text"; define("reclaim", "call folio_clear_dirty_for_io\n\tcall clear_page_dirty_for_io") }
		{ define($2, $2 ~ /clear.*dirty|cancel_dirty|copy_.*_atomic/ ? "" : "call reclaim") }
		END {
			if (!defined["folio_clear_dirty_for_io"]) define("folio_clear_dirty_for_io", "")
			if (!defined["clear_page_dirty_for_io"]) define("clear_page_dirty_for_io", "")
		}' >"$BATS_TEST_TMPDIR/kernel.s"
	as "$BATS_TEST_TMPDIR/kernel.s" -o "$BATS_TEST_TMPDIR/kernel.o"
	ld -e reclaim "$BATS_TEST_TMPDIR/kernel.o" "$1" -o "$BATS_TEST_TMPDIR/vmlinux"
}

@test "the same for a kernel with btrfs built in, where every allocation comes to a clean" {
	built_in "$("$top/module/build.sh" 6.1 stock nobtf)"
	judged "$BATS_TEST_TMPDIR/vmlinux" fixed 0
	built_in "$("$top/module/build.sh" 6.1 early-clean nobtf)"
	judged "$BATS_TEST_TMPDIR/vmlinux" vulnerable 1
	built_in "$("$BATS_TEST_DIRNAME/shapes/build.sh" 6.1 lock callback)"
	judged "$BATS_TEST_TMPDIR/vmlinux" vulnerable 1
	strip "$BATS_TEST_TMPDIR/vmlinux"
	run --separate-stderr "$top/btrfs-dirtywatch" check --module "$BATS_TEST_TMPDIR/vmlinux"
	[ "$status" = 3 ]
	[[ $stderr == *stripped* ]]
}

@test "a module without the names of its own functions is neither fixed nor vulnerable" {
	local variant
	for variant in stock early-clean; do
		strip --strip-unneeded "$("$top/module/build.sh" 6.1 $variant nobtf)" -o "$BATS_TEST_TMPDIR/btrfs.ko"
		judged "$BATS_TEST_TMPDIR/btrfs.ko" unknown 3
		[[ $(jq -r .why <<<"$output") == *stripped* ]]
	done
}
