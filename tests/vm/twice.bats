#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# One write call that loses the same page twice: two losses, each with what was lost then.

load helper

setup_file() {
	build_program twice "$here/twice.c" "$top/src/provoke_page.c"
}

@test "what a write call loses twice is told twice" {
	machine 200 early-clean -f "$top/.build/twice" "$here/scenario/twice.sh" early-clean "$trials"
	losses_agree early-clean
	jq -e --argjson n "$trials" '.pages == $n and .repeated == $n and .findings == 2 * $n' <<<"$verdict"
	says early-clean 'last | .blind == [] and .exit_code == 1'
}
