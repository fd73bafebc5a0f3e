#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh GROUP...: run groups of suites, each group within its time, and end with "N passed, N failed, N skipped".
# A group: "NAME SECONDS SUITE..."; a suite: a folder of tests/, one of its .bats files, or several with commas between,
# which run two at a time; vm:NAME,... are those of tests/vm. FULL=1: with the tests that are tagged `full`, which show
# once more, in another way, what another test shows, and take long.
set -euo pipefail
shopt -s nullglob

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
build=${BUILD:-.build}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0
which=(--filter-tags '!full')
[ -z "${FULL:-}" ] || which=()

# tap COMMAND...: run a test program that speaks TAP, show it, add up its results.
tap() {
	local status=0 good bad left plan
	"$@" </dev/null 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
	good=$(grep -c '^ok ' "$log" || :)
	bad=$(grep -c '^not ok ' "$log" || :)
	left=$(grep -ciE '^ok .*# skip' "$log" || :)
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | head -n 1)
	# A program that died, or ran less than it planned, has failed even if no test says so.
	if [ "$bad" = 0 ] && { [ "$status" != 0 ] || [ "${plan:-0}" != "$good" ] || [ "$good" = 0 ]; }; then
		echo "not ok - $* ended with status $status after $good of ${plan:-?} tests"
		bad=1
	fi
	passed=$((passed + good - left)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# bats_two FILE...: two tests at a time.
bats_two() {
	tap bats -T -j 2 ${which[@]+"${which[@]}"} "$@"
}

# suite NAME: a folder's programs (unit, fuzz) or bats files, or one bats file.
suite() {
	local test files
	case $1 in
	unit)
		for test in tests/unit/test_*.c; do
			test=$build/unit/$(basename "$test" .c)
			CMOCKA_MESSAGE_OUTPUT=TAP tap "$test"
		done
		;;
	fuzz) tap tests/fuzz/run.sh "$build/fuzz" "${FUZZ_SECONDS:-10}" ;;
	mutants) tap tests/mutants/run.sh ;;
	# A machine keeps about one core busy. Each test has its own, but those of a file that boots one for all of them.
	vm | harness) bats_two "tests/$1" ;;
	vm:*)
		IFS=, read -ra files <<<"${1#vm:}"
		files=("${files[@]/#/tests/vm/}")
		bats_two "${files[@]/%/.bats}"
		;;
	*)
		IFS=, read -ra files <<<"$1"
		bats_two --no-parallelize-within-files "${files[@]/#/tests/}"
		;;
	esac
}

# group NAME SECONDS SUITE...: over its time, it has failed.
group() {
	local name=$1 budget=$2 start=$SECONDS took
	shift 2
	for s in "$@"; do
		echo "# $name: $s"
		suite "$s"
	done
	took=$((SECONDS - start))
	echo "# $name took $took s of $budget s"
	if [ "$took" -gt "$budget" ]; then
		echo "not ok - $name was over its time"
		failed=$((failed + 1))
	fi
}

for g in "$@"; do
	read -ra words <<<"$g"
	group "${words[@]}"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
