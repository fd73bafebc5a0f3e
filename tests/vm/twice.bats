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

# The first loss came before the hook for readers, the second after it.
# bats test_tags=full
@test "what was read after the second loss is told, whatever the first one knew" {
	local lost
	machine 200 early-clean -f "$top/.build/twice" "$here/scenario/twice.sh" early-clean 1 read
	lost=$(jq -c -s "map(select(.inode == $(jq .inode "$out/early-clean.soak")))"' | map(select(.class == "lost") | .not_observed),
		map(select(.class == "stale-read") | [.page, .own_retry])' "$out/early-clean.json")
	echo "$lost"
	[ "$lost" = $'[["stale_reads"],null]\n[[0,false]]' ]
}
