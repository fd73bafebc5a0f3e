#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The semantic patches on each shape of btrfs that modules are built from. KERNELS: those to try.
# shellcheck disable=SC2030,SC2031,SC2154 # bats and helper.bash set them, a test at a time

bats_require_minimum_version 1.5.0

kernels=${KERNELS:-6.1 6.12}

setup() {
	load helper
}

# Set bug and fix to the patches for the shape of kernel $1: pages, or one folio.
shape_of() {
	bug=clean-early fix=keep-dirty
	if grep -q 'copy_one_range' "$(source_of "$1" file.c)"; then
		bug='clean-early-blocks clean-early-folio' fix=keep-dirty-folio
	fi
}

# What the bug is made of, as a regular expression.
clears='(btrfs_)?clear_extent_bit'
cleans='clear_page_dirty_for_io|btrfs_folio_clamp_clear_dirty|btrfs_folio_clear_dirty'

# Print how often module $1 calls what cleans.
count_cleans() {
	objdump -dr --no-show-raw-insn "$1" | grep -cE "R_X86_64_PLT32[[:space:]]+($cleans)-"
}

@test "the bug adds two calls and nothing else, and the fix takes them out again, token by token" {
	local kernel patch file work=$BATS_TEST_TMPDIR
	for kernel in $kernels; do
		shape_of "$kernel"
		file=$(source_of "$kernel" file.c)
		tokens "$file" >"$work/stock"
		[ "$(wc -l <"$work/stock")" -gt 10000 ]
		for patch in $bug; do
			patched "$patch" "$file" >"$work/early.c"
			tokens "$work/early.c" >"$work/early"
			run -1 diff "$work/stock" "$work/early"
			[[ $output != *$'\n< '* ]]
			[ "$(grep -cxE "> $clears" <<<"$output")" = 1 ]
			[ "$(grep -cxE "> ($cleans)" <<<"$output")" = 1 ]
			patched "$fix" "$work/early.c" >"$work/kept.c"
			tokens "$work/kept.c" >"$work/kept"
			cmp "$work/stock" "$work/kept"
		done
	done
}

@test "a patch for one shape leaves the other alone, and the fix leaves a source without the bug alone" {
	local kernel patch file
	for kernel in $kernels; do
		shape_of "$kernel"
		file=$(source_of "$kernel" file.c)
		for patch in keep-dirty keep-dirty-folio clean-early clean-early-blocks clean-early-folio; do
			[[ " $bug " == *" $patch "* ]] || patched "$patch" "$file" | cmp - "$file"
		done
	done
}

@test "each build is a module for the image's release, with BTF where the kernel knows any" {
	local kernel variant kind release headers
	for kernel in $kernels; do
		release=$(basename "$("$repo/module/kernel.sh" "$kernel")"/boot/vmlinuz-*)
		release=${release#vmlinuz-}
		headers=$("$repo/module/kernel.sh" "$kernel")/usr/src/linux-headers-$release
		for variant in stock early-clean keep-dirty; do
			run -0 "$repo/module/build.sh" "$kernel" $variant nobtf
			[[ $(modinfo -F vermagic "$output") == "$release "* ]]
			[[ $(readelf -SW "$output") != *' .BTF '* ]]
			kind=$(basename "$(dirname "$("$repo/module/build.sh" "$kernel" $variant)")")
			if grep -qx CONFIG_DEBUG_INFO_BTF_MODULES=y "$headers/.config"; then
				[ "$kind" = btf ]
				[[ $(readelf -SW "$("$repo/module/build.sh" "$kernel" $variant)") == *' .BTF '* ]]
			else
				[ "$kind" = nobtf ]
				run -3 "$repo/module/build.sh" "$kernel" $variant btf
			fi
		done
	done
}

@test "the machine code of early-clean cleans once more than stock's, that of keep-dirty as often" {
	local kernel stock
	for kernel in $kernels; do
		stock=$(count_cleans "$("$repo/module/build.sh" "$kernel" stock nobtf)")
		[ "$stock" -gt 0 ]
		[ "$(count_cleans "$("$repo/module/build.sh" "$kernel" early-clean nobtf)")" = $((stock + 1)) ]
		[ "$(count_cleans "$("$repo/module/build.sh" "$kernel" keep-dirty nobtf)")" = "$stock" ]
	done
}
