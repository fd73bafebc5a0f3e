#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh BUILD SECONDS: run every target in BUILD/fuzz for so long. An input that breaks one is kept in BUILD/fuzz/broken.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$1 seconds=$2 failed=0
mkdir -p "$build/broken"
for source in "$here"/fuzz_*.c; do
	target=$(basename "$source" .c)
	corpus=$build/corpus/$target log=$build/$target.log
	"$here/seeds.sh" "$target" "$corpus" "$build/fuzz/seed_record"
	status=0
	"$build/fuzz/$target" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$build/broken/$target-" "$corpus" </dev/null >"$log" 2>&1 || status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	if [ "$status" != 0 ] || [ "${runs:-0}" = 0 ]; then
		tail -n 40 "$log"
		echo "$target: broken, with status $status; to see it again: $build/fuzz/$target $build/broken/$target-*"
		failed=1
	else
		edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
		echo "$target: $runs inputs, $edges edges, none broke it"
	fi
done
exit "$failed"
