#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# watch --rescue: is what was lost, or in danger, kept, byte for byte, and is what was not kept accounted for?
# KERNEL: 6.1, or one of the others that has modules.

load helper

setup_file() {
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -I"$top/src" -o "$BATS_FILE_TMPDIR/rescued" \
		"$here/rescued.c" "$top/src/provoke_plan.c"
}

# rescuing OPTIONS: for the watches of this test.
rescuing() {
	echo "--rescue /out/rescue $*" >"$BATS_TEST_TMPDIR/watch-options"
	with_options=(-f "$BATS_TEST_TMPDIR/watch-options")
}

# whole: every file is what its digest says.
whole() {
	local f
	for f in "$out"/rescue/*.rescue; do
		[ "$( (head -n 1 "$f" && tail -n +3 "$f") | sha256sum | cut -d ' ' -f 1)" = "$(sed -n 2p "$f")" ]
		head -n 1 "$f" | jq -e '.type == "finding"' >/dev/null
	done
}

# saved MODULE OUTCOME: each trial's page is in a file, with the bytes that its plan says.
saved() {
	local name=$1-$2
	jq -r -n --slurpfile truth "$out/$name.truth" --slurpfile seen "$out/$name.json" --arg dir "$out/rescue/" '
		($seen | map(select(.class == "lost") | {key: "\(.inode) \(.page)", value: .rescue}) | from_entries) as $rescue |
		$truth[] | select(.type == "trial") | $rescue["\(.inode) \(.page)"] as $r |
		"\(.trial) \(.tries) \(.write.result) \($dir)\($r.file // "-") " +
			($r.on_disk | if . == null then "unknown" elif .generation == 0 then "hole" else .sum // "none" end)' |
		"$BATS_FILE_TMPDIR/rescued" "$seed" "$2" | tee "$BATS_TEST_TMPDIR/right"
	grep -q "^$trials of $trials right" "$BATS_TEST_TMPDIR/right"
	says "$name" "last | .lost == $trials and .rescue == {saved: $trials, not_saved: {}}"
}

@test "early-clean: what is lost or stranded is saved, byte for byte; of what ends well nothing stays" {
	rescuing
	machine $((200 + 8 * trials)) early-clean "$here/scenario/outcomes.sh" early-clean "$seed" "$trials" lost stranded near-miss superseded
	saved early-clean lost
	saved early-clean stranded
	whole
	[ "$(find "$out/rescue" -type f | wc -l)" = $((2 * trials)) ]
	[ "$(stat -c %a "$out/rescue")" = 700 ]
	[ "$(stat -c %a "$out"/rescue/* | sort -u)" = 600 ]
	says early-clean-near-miss 'last.rescue == {saved: 0, not_saved: {}}'
}

@test "what a guard sees go is saved too" {
	rescuing --stay-guard
	machine $((200 + 8 * trials)) early-clean "$here/scenario/outcomes.sh" early-clean "$seed" "$trials" stranded
	saved early-clean stranded
	whole
}

# bats test_tags=full
@test "stock: there is nothing to save" {
	rescuing
	machine 200 stock "$here/scenario/outcomes.sh" stock "$seed" "$trials" lost stranded
	silent stock-lost
	silent stock-stranded
	[ "$(find "$out/rescue" -type f | wc -l)" = 0 ]
}

# agrees NAME: what is said to be saved is there; and saved and not saved are what is lost, exactly.
agrees() {
	# The kernel's count of losses, and the findings' own words; `untold` would be the difference.
	says "$1" 'last | .lost == .rescue.saved + ([.rescue.not_saved[]] | add // 0) and .rescue.not_saved.untold == null'
	says "$1" '(map(select(.class == "lost" and .rescue.saved)) | length) <= last.rescue.saved'
	jq -r 'select(.class == "lost" and .rescue.saved) | .rescue.file' "$out/$1.json" | sort -u >"$BATS_TEST_TMPDIR/said"
	(cd "$out/rescue" && ls) | sort >"$BATS_TEST_TMPDIR/there"
	[ -z "$(comm -23 "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/there")" ]
}

@test "a storm, and room for one page on its way: saved and not saved are what is lost, exactly" {
	rescuing --rescue-ring 8
	build_program soak "$here/soak.c"
	machine $((soak + 60)) early-clean -d $((1024 + 8 * soak)) -f "$top/.build/soak" "$here/scenario/soak.sh" early-clean "$soak" "$seed"
	tail -n 1 "$out/early-clean.json"
	agrees early-clean
	whole
	says early-clean 'last.rescue | .saved > 0 and .not_saved.ring_full > 0'
}

@test "killed at any moment: no file is torn" {
	machine $((60 + ${KILLS:-10} * 20)) early-clean "$here/scenario/rescue_kill.sh" early-clean "$seed" "${KILLS:-10}"
	cat "$out/kills"
	[ "$(wc -l <"$out/kills")" = "${KILLS:-10}" ]
	# A line is three numbers: how often, whole files, unfinished ones; and then what is torn.
	! grep -vqE '^[0-9]+ [0-9]+ [01]$' "$out/kills"
	[ "$(tail -n 1 "$out/kills" | cut -d ' ' -f 2)" -gt 0 ]
}
