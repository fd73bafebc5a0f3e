#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Who may not watch, and kernels that cannot be watched: made up in a mount namespace, so that any kernel will do.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup_file() {
	copy_for_all
	export copy copies
}

teardown_file() {
	rm -r "$copies"
}

# Watch without the capabilities $1, as `setpriv` lists them.
without() {
	need_root
	setpriv --inh-caps="$1" --bounding-set="$1" true 2>/dev/null || skip "capabilities cannot be dropped here"
	try setpriv --inh-caps="$1" --bounding-set="$1" "$dirtywatch" -d 0.1
}

# A kernel without lockdown, with btrfs, that then is changed by the script $1: watch it.
with_kernel() {
	need_root
	[ -e /sys/kernel/btf/vmlinux ] || skip "a kernel without BTF"
	[ -d /sys/kernel/security ] || skip "a kernel without security modules"
	printf '\tbtrfs\n' >"$BATS_TEST_TMPDIR/filesystems"
	with_mounts "
		mount -t tmpfs none /sys/kernel/security
		echo '[none] integrity confidentiality' >/sys/kernel/security/lockdown
		mount --bind '$BATS_TEST_TMPDIR/filesystems' /proc/filesystems
		$1
		exec \"\$1\" -d 0.1"
}

@test "not root" {
	if [ "$(id -u)" = 0 ]; then
		"${nobody[@]}" true 2>/dev/null || skip "root here may not become another user"
		try "${nobody[@]}" "$copy" -d 0.1
	else
		dw -d 0.1
	fi
	failed 4 "root"
	[[ $err == *CAP_* ]]
}

@test "not root, but the command line is wrong: that comes first" {
	dw -d nonsense
	refused "'nonsense'"
	if [ "$(id -u)" = 0 ] && "${nobody[@]}" true 2>/dev/null; then
		try "${nobody[@]}" "$copy" -d nonsense
		refused "'nonsense'"
	fi
}

@test "a missing capability is named, with what it is for" {
	without -syslog
	failed 4 "CAP_SYSLOG to see"
	without -sys_admin
	failed 4 "CAP_SYS_ADMIN to read"
	without -sys_admin,-bpf
	failed 4 "CAP_BPF to load"
	without -sys_admin,-perfmon
	failed 4 "CAP_PERFMON to hook"
}

@test "CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON" {
	without -bpf,-perfmon
	[[ $err != *"it needs CAP_"* ]]
}

@test "lockdown" {
	with_kernel "echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown"
	failed 4 "lockdown=confidentiality"
}

@test "a kernel without BTF" {
	with_kernel "mount -t tmpfs none /sys/kernel/btf"
	failed 3 "there is no BTF of this kernel"
}

@test "a file with BTF that is not there, or none" {
	need_root
	dw -d 0.1 --btf "$BATS_TEST_TMPDIR/none"
	failed 3 "there is no BTF of this kernel"
	[ -e /proc/kcore ] || skip "a system without /proc/kcore"
	dw -d 0.1 --btf /dev/null
	[ "$code" = 3 ]
	[[ $err == *"is not the BTF of a kernel"* ]]
}

@test "btrfs is not loaded" {
	with_kernel "echo 'nodev proc' >/proc/filesystems"
	failed 3 "modprobe btrfs"
}

@test "hidden kernel addresses" {
	echo "0000000000000000 T _text" >"$BATS_TEST_TMPDIR/kallsyms"
	with_kernel "mount --bind '$BATS_TEST_TMPDIR/kallsyms' /proc/kallsyms"
	failed 4 "kernel.kptr_restrict"
}

@test "kernel addresses that make no sense" {
	echo "no such line" >"$BATS_TEST_TMPDIR/kallsyms"
	with_kernel "mount --bind '$BATS_TEST_TMPDIR/kallsyms' /proc/kallsyms"
	failed 3 "/proc/kallsyms"
}

@test "a kernel that refuses tracing" {
	need_root
	dw -d 0.1
	case $code in
	0 | 1 | 5) skip "this kernel can be watched" ;;
	4) failed 4 "lock" ;;
	*) failed 3 "kernel" || failed 3 btrfs ;;
	esac
}
