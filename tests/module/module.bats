#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The variants of btrfs.ko and the semantic patches that make them.
# shellcheck disable=SC2030,SC2031,SC2154 # bats and helper.bash set them, a test at a time

bats_require_minimum_version 1.5.0

setup() {
	load helper
}

# The sandbox must fail to build variant $1, say $2, and leave nothing behind.
fails_to_build() {
	run --separate-stderr "$sandbox/module/build.sh" 6.1 "$1"
	[ "$status" = 3 ]
	[ -z "$output" ]
	[[ $stderr == *"$2"* ]]
	run -0 find "$sandbox/.cache/module/6.1" -mindepth 1 ! -name lock
	[ -z "$output" ]
}

# The sandbox must have variant $1 already, or not.
found() {
	"$sandbox/module/build.sh" 6.1 "$1"
}

not_found() {
	run ! "$sandbox/module/build.sh" 6.1 "$1"
	[[ $output == *'cannot build'* ]]
}

# Print the functions that function $2 of module $1 calls, in order.
calls() {
	objdump -dr --no-show-raw-insn "$1" |
		awk -v f="<$2>:" '$2 == f { on = 1 } /^$/ { on = 0 } on && / R_X86_64_PLT32/ { sub(/-.*/, "", $3); print $3 }'
}

@test "wrong arguments end in one sentence and status 2" {
	local args
	for args in '' '6.1' '6.1 stok' '6.1 stock BTF' '6.1 stock btf more' '6.1 ./none' '6.1 /' '9.9 stock' '6x1 stock' '# stock'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$repo/module/build.sh" $args
		[ "$status" = 2 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
	done
}

@test "each variant, with and without BTF, is a module for the image's release" {
	local tree release variant kind ko
	tree=$("$repo/module/kernel.sh" 6.1)
	release=$(basename "$tree"/boot/vmlinuz-*)
	release=${release#vmlinuz-}
	for variant in stock early-clean keep-dirty skip-writeback; do
		for kind in btf nobtf; do
			run --separate-stderr "$repo/module/build.sh" 6.1 $variant $kind
			[ "$status" = 0 ]
			[ "${#lines[@]}" = 1 ]
			ko=$output
			[[ $(modinfo -F vermagic "$ko") == "$release "* ]]
			run -0 readelf -SW "$ko"
			case $kind in
			btf) [[ $output == *' .BTF '* ]] ;;
			nobtf) [[ $output != *' .BTF'* ]] ;;
			esac
		done
	done
	[ "$("$repo/module/build.sh" 6.1 stock)" = "$("$repo/module/build.sh" 6.1 stock btf)" ]
}

@test "the BTF builds upon the image's and knows the functions that are traced" {
	local ko name
	# shellcheck source-path=SCRIPTDIR/../../module source=lib.sh
	. "$repo/module/lib.sh"
	unpack_image "$("$repo/module/kernel.sh" 6.1)"/boot/vmlinuz-* "$BATS_TEST_TMPDIR/vmlinux"
	ko=$("$repo/module/build.sh" 6.1 early-clean btf)
	bpftool -B "$BATS_TEST_TMPDIR/vmlinux" btf dump file "$ko" >"$BATS_TEST_TMPDIR/dump"
	for name in btrfs_buffered_write lock_and_cleanup_extent btrfs_dirty_pages; do
		grep -q " FUNC '$name' " "$BATS_TEST_TMPDIR/dump"
	done
}

@test "only early-clean cleans the pages before the copy" {
	local variant
	for variant in stock keep-dirty; do
		run -0 calls "$("$repo/module/build.sh" 6.1 $variant)" lock_and_cleanup_extent
		[[ $output == *btrfs_lookup_ordered_range* ]]
		[[ $output != *clear_page_dirty_for_io* ]]
	done
	run -0 calls "$("$repo/module/build.sh" 6.1 skip-writeback)" lock_and_cleanup_extent
	[[ $output != *clear_page_dirty_for_io* ]]
	run -0 calls "$("$repo/module/build.sh" 6.1 early-clean)" lock_and_cleanup_extent
	[[ $output == *clear_page_dirty_for_io* ]]
}

@test "skip-writeback adds one way out and nothing else" {
	local file
	file=$("$repo/module/kernel.sh" 6.1)/usr/src/linux-source-6.1/fs/btrfs/inode.c
	patched skip-writeback "$file" >"$BATS_TEST_TMPDIR/skip.c"
	run -1 diff <(tokens "$file") <(tokens "$BATS_TEST_TMPDIR/skip.c")
	[[ $output != *$'\n< '* ]]
	[ "$(grep -cx '> S_NOATIME' <<<"$output")" = 1 ]
	[ "$(grep -cx '> return' <<<"$output")" = 1 ]
	[ "$(grep -c '^> ' <<<"$output")" = 13 ]
}

@test "keep-dirty leaves a source without the bug as it is, and the build says so" {
	local file
	sandbox_with_kernel
	patched keep-dirty "$file" | cmp - "$file"
	cp "$sandbox/module/keep-dirty.cocci" "$sandbox/module/clean-early.cocci"
	fails_to_build early-clean 'matches nothing'
}

@test "a source that a patch does not match fails, and leaves no module" {
	local variant
	sandbox_with_kernel
	sed -i 's/lock_and_cleanup_extent/somewhere_else/' "$file"
	for variant in early-clean keep-dirty; do
		fails_to_build $variant 'matches nothing'
	done
}

@test "a patch that is not one fails, and leaves no module" {
	sandbox_with_kernel
	echo '@ this is' >"$sandbox/module/clean-early.cocci"
	fails_to_build early-clean 'cannot apply'
}

@test "a source that does not build fails, and leaves no module" {
	sandbox_with_kernel
	# shellcheck disable=SC2016 # make expands it
	echo '$(error on purpose)' >>"$(dirname "$file")/Makefile"
	fails_to_build stock 'on purpose'
}

@test "a changed patch, source, script or tool never gets the module made before" {
	local variant
	sandbox_with_kernel
	mkdir -p "$sandbox/.cache/module/6.1" "$sandbox/bin"
	for variant in stock early-clean; do
		ln -s "$(dirname "$(dirname "$("$repo/module/build.sh" 6.1 $variant)")")" "$sandbox/.cache/module/6.1/"
	done
	# From here on a module that is not there yet cannot be made.
	printf '#!/bin/sh\nexit 1\n' >"$sandbox/bin/make"
	chmod +x "$sandbox/bin/make"
	PATH=$sandbox/bin:$PATH

	found early-clean
	printf '#!/bin/sh\necho v9.99\n' >"$sandbox/bin/pahole"
	chmod +x "$sandbox/bin/pahole"
	not_found early-clean
	mv "$sandbox/bin/pahole" "$sandbox/bin/gcc-12"
	not_found early-clean
	rm "$sandbox/bin/gcc-12"
	echo '// another' >>"$sandbox/module/clean-early.cocci"
	not_found early-clean
	found stock
	echo '// another' >>"$file"
	not_found stock
	cp "$("$repo/module/kernel.sh" 6.1)/usr/src/linux-source-6.1/fs/btrfs/file.c" "$file"
	found stock
	echo '# another' >>"$sandbox/module/build.sh"
	not_found stock
}
