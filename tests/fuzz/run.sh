#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh BUILD SECONDS: run every target in BUILD/fuzz for so long, as many at once as there are processors, and say in
# TAP what came of it. An input that breaks one, or makes it leak, is kept in BUILD/broken.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

# one TARGET BUILD SECONDS: its line, all at once.
one() {
	local target=$1 build=$2 seconds=$3 status=0 runs edges
	local corpus=$build/corpus/$target log=$build/$target.log
	"$here/seeds.sh" "$target" "$corpus" "$build/fuzz" >"$log" 2>&1 &&
		"$build/fuzz/$target" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 \
			-print_final_stats=1 -artifact_prefix="$build/broken/$target-" "$corpus" </dev/null >>"$log" 2>&1 || status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	if [ "$status" != 0 ] || [ "${runs:-0}" = 0 ]; then
		printf 'not ok - %s: status %s; to see it again: %s\n%s\n' "$target" "$status" \
			"$build/fuzz/$target $build/broken/$target-*" "$(tail -n 40 "$log" | sed 's/^/# /')"
	else
		edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
		echo "ok - $target: $runs inputs, $edges edges, none broke it"
	fi
}

if [ "$1" = one ]; then
	shift
	one "$@"
	exit
fi

build=$1 seconds=$2
mkdir -p "$build/broken"
targets=("$here"/fuzz_*.c)
echo "1..${#targets[@]}"
results=$(mktemp)
trap 'rm -f "$results"' EXIT
printf '%s\n' "${targets[@]}" | sed 's/.*\///; s/\.c$//' |
	xargs -P "$(nproc)" -I% "$0" one % "$build" "$seconds" | tee "$results"
[ "$(grep -c '^ok ' "$results")" = "${#targets[@]}" ]
