#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What `check --module` says of real modules: those that are built here, and the distribution's own.

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
