#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# check without --module: systems that are made up in a mount namespace, and the one that is here. What it says must be
# what watch then does; tests/vm/check.bats has the systems that can be watched.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup_file() {
	copy_for_all
	export copy copies
}

teardown_file() {
	rm -r "$copies"
}

setup() {
	rows=$BATS_TEST_TMPDIR/rows
}

# checked CODE: that is the exit code and the one in the last line; nothing is on standard error.
checked() {
	printf '%s\n' "$out" >"$rows"
	[ "$code" = "$1" ] && [ -z "$err" ] &&
		[ "$(jq -s -r 'last | "\(.type) \(.exit_code)"' "$rows")" = "check-summary $1" ] &&
		jq -s -e 'all(.schema == 1) and (map(select(.type == "check").kind) | unique == ["hook", "load", "module", "need", "system"])' "$rows"
}

# row NAME FILTER: is it so in that row?
row() {
	jq -s -e "map(select(.name == \"$1\")) | length == 1 and (.[0] | $2)" "$rows"
}

# watch refuses with the same code and the remedy of row NAME, which was missing first.
watch_agrees() {
	local said=$code remedy
	remedy=$(jq -r "select(.name == \"$1\").remedy" "$rows")
	[ "$remedy" != null ] || return 1
	"${@:2}"
	[ "$code" = "$said" ] && [ "$err" = "btrfs-dirtywatch: $remedy" ]
}

# A system without lockdown, with btrfs, that then is changed by the script $1: run it with the arguments behind.
made_up() {
	local change=$1
	shift
	need_root
	[ -e /sys/kernel/btf/vmlinux ] || skip "a kernel without BTF"
	[ -d /sys/kernel/security ] || skip "a kernel without security modules"
	printf '\tbtrfs\n' >"$BATS_TEST_TMPDIR/filesystems"
	with_mounts "
		mount -t tmpfs none /sys/kernel/security
		echo '[none] integrity confidentiality' >/sys/kernel/security/lockdown
		mount --bind '$BATS_TEST_TMPDIR/filesystems' /proc/filesystems
		$change
		exec \"\$@\"" "$@"
}

# refuses CODE NAME PATTERN CHANGE: check finds row NAME missing on such a system, and watch ends with the same.
refuses() {
	made_up "$4" check --json
	checked "$1"
	row "$2" ".state == \"missing\" and .exit_code == $1 and (.remedy | contains(\"$3\"))"
	row programs '.state == "unknown" and .found == "not tried"'
	jq -s -e 'last | .verdict == "none" and .missing >= 1' "$rows"
	watch_agrees "$2" made_up "$4" -d 0.1
}

@test "lockdown" {
	refuses 4 lockdown "boot it without" "echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown"
	row lockdown '.found == "confidentiality"'
}

@test "a kernel without BTF" {
	refuses 3 "kernel BTF" "there is no BTF of this kernel" "mount -t tmpfs none /sys/kernel/btf"
}

@test "btrfs is not loaded" {
	refuses 3 btrfs "modprobe btrfs" "echo 'nodev proc' >/proc/filesystems"
	row btrfs '.found == "not loaded"'
}

@test "hidden kernel addresses: no hook can be chosen" {
	echo "0000000000000000 T _text" >"$BATS_TEST_TMPDIR/kallsyms"
	refuses 4 "kernel addresses" kernel.kptr_restrict "mount --bind '$BATS_TEST_TMPDIR/kallsyms' /proc/kallsyms"
	row "write entry" '.kind == "hook" and .state == "unknown" and .exit_code == 3'
}

@test "kernel addresses that make no sense" {
	echo "no such line" >"$BATS_TEST_TMPDIR/kallsyms"
	refuses 3 "kernel symbols" /proc/kallsyms "mount --bind '$BATS_TEST_TMPDIR/kallsyms' /proc/kallsyms"
	row "kernel symbols" '.found == "malformed"'
}

@test "hooks that are switched off: blind, and nothing is attached" {
	echo 0 >"$BATS_TEST_TMPDIR/off"
	refuses 5 "function hooks" "kernel.ftrace_enabled to 1" \
		"mount --bind '$BATS_TEST_TMPDIR/off' /proc/sys/kernel/ftrace_enabled"
	mkdir -p "$BATS_TEST_TMPDIR/kprobes"
	echo 0 >"$BATS_TEST_TMPDIR/kprobes/enabled"
	[ -d /sys/kernel/debug ] || skip "a kernel without debugfs"
	refuses 5 probes "kprobes/enabled" "
		mount -t tmpfs none /sys/kernel/debug
		cp -r '$BATS_TEST_TMPDIR/kprobes' /sys/kernel/debug/"
}

@test "of several that are missing the first decides" {
	made_up "echo 'nodev proc' >/proc/filesystems
		echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown" check --json
	checked 4
	row btrfs '.state == "missing"'
	row lockdown '.state == "missing"'
	jq -s -e 'last.missing == 2' "$rows"
}

@test "not root: every capability is named, with the remedy" {
	if [ "$(id -u)" = 0 ]; then
		"${nobody[@]}" true 2>/dev/null || skip "root here may not become another user"
	else
		nobody=()
	fi
	try "${nobody[@]}" "$copy" check --json
	checked 4
	for cap in CAP_BPF CAP_PERFMON CAP_SYS_ADMIN CAP_SYSLOG; do
		row "$cap" '.state == "missing" and (.remedy | contains("run it as root"))'
	done
	watch_agrees CAP_BPF try "${nobody[@]}" "$copy" -d 0.1
}

@test "the kernel that is here: check and watch agree" {
	local said
	need_root
	dw check --json
	said=$code
	printf '%s\n' "$out" >"$rows"
	checked "$said"
	dw -d 0.1
	case $said in
	0 | 1) [ "$code" = 0 ] || [ "$code" = 1 ] ;;
	5) [ "$code" = 0 ] || [ "$code" = 1 ] || [ "$code" = 5 ] ;;
	*)
		[ "$code" = "$said" ]
		[ "$err" = "btrfs-dirtywatch: $(jq -r 'select(.state == "missing").remedy' "$rows" | head -n 1)" ]
		;;
	esac
}

@test "every remedy and every row of the table is in the text, and it ends with the verdict" {
	local line
	need_root
	dw check --json
	printf '%s\n' "$out" >"$rows"
	dw check
	[ "$code" = "$(jq -s 'last.exit_code' "$rows")" ]
	[ -z "$err" ]
	[ "$(head -n 1 <<<"$out" | tr -s ' ')" = "KIND NAME STATE FOUND" ]
	[ "$(grep -c '^[a-z]' <<<"$out")" = "$(grep -c '"type":"check",' "$rows")" ]
	while read -r line; do
		grep -qxF "    $line" <<<"$out"
	done < <(jq -r '.remedy // empty' "$rows")
	[[ $(tail -n 1 <<<"$out") =~ ^(FULL|VULNERABLE|BLIND|UNKNOWN|NONE): ]]
}

@test "--no-load says that nothing is proven" {
	need_root
	made_up : check --json --no-load
	checked 3
	row programs '.state == "unknown" and (.remedy | contains("leave out --no-load"))'
}

@test "--nagios: one line, and the codes of plugins" {
	try "$dirtywatch" check --nagios --no-load
	[ "$code" = 3 ]
	[ -z "$err" ]
	[[ $out != *$'\n'* ]]
	[[ $out =~ ^DIRTYWATCH\ UNKNOWN\ -\ [^|]+\ \|\ ok=[0-9]+\ unknown=[0-9]+\ degraded=[0-9]+\ missing=[0-9]+\ vulnerable=[0-9]+$ ]]
	# Wrong usage is no critical state.
	dw check --nagios --nonsense
	[ "$code" = 3 ]
	dw check --nonsense
	refused "--nonsense"
}

@test "2: what belongs to --module, and what does not" {
	dw check file.ko
	refused "say --module"
	dw check --module --no-load file.ko
	refused "not for --module"
	try "$dirtywatch" check --module --nagios file.ko
	[ "$code" = 3 ]
}

@test "3: output to a full disk" {
	try bash -c 'exec "$1" check --json >/dev/full' bash "$dirtywatch"
	failed 3 "cannot write the output"
}
