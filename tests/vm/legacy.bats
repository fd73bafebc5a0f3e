#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The legacy tracer: on a kernel that it is for, with the BTF in a file and the kernel's own hidden.
# LEGACY: another kernel for it, a folder as run.sh takes it; then LEGACY_BTF is its BTF, and its btrfs is built in.
# shellcheck disable=SC2154 # bats and helper.bash set them

load helper

kernel=${LEGACY:-5.10}

# legacy LIMIT MODULES [RUN.SH OPTION...] -- [-c] SCENARIO [ARGUMENT...]
legacy() {
	local limit=$1 modules=$2 options=() scenario
	shift 2
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	scenario=$1
	[ "$1" != -c ] || scenario=$2
	[ -z "${LEGACY_BTF:-}" ] || options+=(-f "$LEGACY_BTF=/in/kernel.btf")
	KERNEL=$kernel machine "$limit" "$modules" "${options[@]}" -f "$here/scenario/$scenario" "$here/scenario/legacy.sh" "$@"
}

setup_file() {
	build_program soak "$here/soak.c"
	build_program twice "$here/twice.c" "$top/src/provoke_page.c"
}

@test "every outcome is told on a kernel with the bug" {
	local module=early-clean
	[ -z "${LEGACY:-}" ] || module=builtin
	legacy 400 "$module" -- outcomes.sh "$module" "$seed" "$trials" lost near-miss stranded superseded none
	for outcome in lost near-miss stranded superseded none; do
		outcome_agrees "$module" "$outcome"
	done
}

@test "one event, alone, is printed within 100 ms" {
	[ -z "${LEGACY:-}" ] || skip 'for one kernel'
	legacy 150 early-clean -p stat -- latency.sh early-clean
	[ "$(cut -d' ' -f1 "$out/latency" | sort -u | wc -l)" = 8 ]
	while read -r observed written; do
		awk -v a="$(date -d "$observed" +%s.%N)" -v b="$written" 'BEGIN { exit !(b - a < 0.1 && b - a > -0.1) }'
	done <"$out/latency"
}

@test "what a write call loses twice is told twice" {
	[ -z "${LEGACY:-}" ] || skip 'for one kernel'
	legacy 200 early-clean -f "$top/.build/twice" -- twice.sh early-clean "$trials"
	losses_agree early-clean
	jq -e --argjson n "$trials" '.pages == $n and .repeated == $n and .findings == 2 * $n' <<<"$verdict"
	says early-clean 'last | .blind == [] and .exit_code == 1'
}

@test "stock loses nothing, and nothing is said" {
	[ -z "${LEGACY:-}" ] || skip 'that kernel has the bug'
	legacy 300 stock -- outcomes.sh stock "$seed" "$trials" lost stranded
	silent stock-lost
	silent stock-stranded
}

@test "stock under load, while memory is compacted: nothing is said" {
	[ -z "${LEGACY:-}" ] || skip 'that kernel has the bug'
	legacy $((soak + 90)) stock -d $((1024 + 8 * soak)) -f "$top/.build/soak" -- -c soak.sh stock "$soak" "$seed"
	silent stock
	[ "$(cat "$out/moved")" -gt 1000 ]
}

@test "every loss that a soak saw is reported, and no other, while memory is compacted" {
	[ -z "${LEGACY:-}" ] || skip 'for one kernel'
	legacy $((soak + 90)) early-clean -d $((1024 + 8 * soak)) -f "$top/.build/soak" -- -c soak.sh early-clean "$soak" "$seed"
	losses_agree early-clean
	says early-clean 'last | .blind == [] and .counters.unexplained == 0 and .counters.lost > 0'
	[ "$(cat "$out/moved")" -gt 1000 ]
}
