#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The small form of `make matrix` for make check: one kernel that is not the one of the other suites.

bats_require_minimum_version 1.5.0
top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

@test "6.12: every hook and program, trials on both sides, latency, a soak" {
	run env TRIALS="${TRIALS:-10}" SOAK="${SOAK:-10}" "$top/tests/matrix/run.sh" 6.12
	echo "$output"
	[ "$status" = 0 ]
	[ "${lines[-1]}" = 'matrix: 1 kernels passed, 0 failed' ]
}
