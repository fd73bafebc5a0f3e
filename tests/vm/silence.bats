#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Legal ways for pages to become clean or to go: the tool may take none of them for a loss, and none may make it blind.
# One machine for each build of btrfs, in which all its cases run. silence/README.md has the table of paths.
# CASES: a list of cases, to run no others. VARIANTS: of the builds. RESULTS: a folder with what machines left for each
# build, to start none.

load helper

setup_file() {
	local variant cases pids=()
	export work=${RESULTS:-$BATS_FILE_TMPDIR}
	[ -z "${RESULTS:-}" ] || return 0
	cases=${CASES:-$(sed -n 's/^case_\([a-z_]*\)() {.*/\1/p' "$here"/silence/cases_*.sh)}
	for variant in ${VARIANTS:-stock early-clean}; do
		# shellcheck disable=SC2086 # a list of cases
		"$here/silence/boot.sh" "$work/$variant" "$variant" ${with_options[@]+"${with_options[@]}"} $cases &
		pids+=($!)
	done
	for variant in "${pids[@]}"; do wait "$variant" || return 1; done
}

# The test of a case is called "VARIANT: CASE".
setup() {
	[[ $BATS_TEST_DESCRIPTION == *": "* ]] || return 0
	variant=${BATS_TEST_DESCRIPTION%%: *}
	name=${BATS_TEST_DESCRIPTION#*: }
	out=$work/$variant
	[ -z "${CASES:-}" ] || [[ " $CASES " == *" $name "* ]] || skip 'not in CASES'
	[[ " ${VARIANTS:-stock early-clean} " == *" $variant "* ]] || skip 'not in VARIANTS'
}

# took_its_path: the case proved that it was where it wanted to be. Sets $watch, the name of the watch that saw it.
took_its_path() {
	grep -sF " failed: " "$out/scenario.log" || :
	cat "$out/$name.reached"
	[ "$(cat "$out/$name.status")" = 0 ]
	[ -s "$out/$name.reached" ]
	watch=$(cat "$out/$name.watch")
	tail -n 1 "$out/$watch.json"
}

# mine: the case's findings, by its folder; what has no folder could be any case's.
mine() {
	echo "map(select(.type == \"finding\" or .type == \"unexplained\")
		| select((.path // \"\") | test(\"^/mnt/scratch/(?!$name/)\") | not))"
}

# guarded: the guard had nothing to say of this case; only of pages that were stranded on purpose may it be blind.
guarded() {
	says "$watch.guard" "$(mine) == []"
	[ "$variant" != stock ] || silent "$watch.guard"
}

# counted FILTER: the tool's own counters show that the path was taken.
counted() {
	jq -s -e "last.counters | $1" "$out/$watch.json" >/dev/null || {
		echo "not counted by the tool: $1"
		return 1
	}
}

# quiet [FILTER]: no finding of this case, nothing blind; the watch's counters make the filter true.
quiet() {
	took_its_path
	says "$watch" "$(mine) == []"
	says "$watch" 'map(select(.type == "blind")) == []'
	says "$watch" 'last | .type == "summary" and .blind == [] and .counters.unexplained == 0 and .counters.stranded == 0'
	counted "${1:-true}"
	guarded
}

# settled CLASS...: a page was left clean, and came to this end; it was no loss, and nothing is left behind.
settled() {
	took_its_path
	says "$watch" "$(mine) | map(.class) | join(\" \") == \"stranded $*\""
	says "$watch" 'last | .type == "summary" and .exit_code == 0 and .blind == [] and .counters.unexplained == 0'
	says "$watch.guard" "$(mine) | map(select(.class != \"pending\")) == []"
}

@test "every case has its tests" {
	diff <(sed -n 's/^case_\([a-z_]*\)() {.*/\1/p' "$here"/silence/cases_*.sh | sort) \
		<(sed -n 's/^@test "stock: \([a-z_]*\)".*/\1/p' "$BATS_TEST_FILENAME" | sort)
	diff <(sed -n 's/^@test "stock: \([a-z_]*\)".*/\1/p' "$BATS_TEST_FILENAME" | sort) \
		<(sed -n 's/^@test "early-clean: \([a-z_]*\)".*/\1/p' "$BATS_TEST_FILENAME" | sort)
}

@test "stock: writeback" { quiet; }
@test "stock: nested" { quiet; }
@test "stock: beyond_eof" { quiet; }
@test "stock: outside" { quiet; }
@test "stock: inline" { quiet; }
@test "stock: compress" { quiet; }
@test "stock: compress_inline" { quiet; }
@test "stock: compress_gives_up" { quiet; }
@test "stock: btree" { quiet; }
@test "stock: space_cache" { quiet; }
@test "stock: balance" { quiet; }
@test "stock: defrag" { quiet; }
@test "stock: snapshot" { quiet; }
@test "stock: scrub" { quiet; }
@test "stock: mmap" { quiet; }
@test "stock: io_error" { quiet; }
@test "stock: minix" { quiet; }
@test "stock: swap" { quiet; }
@test "stock: loop" { quiet; }
@test "stock: truncate" { quiet; }
@test "stock: unlink" { quiet; }
@test "stock: punch" { quiet; }
@test "stock: zero_range" { quiet; }
@test "stock: clone" { quiet; }
@test "stock: dedupe" { quiet; }
@test "stock: direct" { quiet; }
@test "stock: drop_caches" { quiet; }
@test "stock: reclaim" { quiet; }
@test "stock: migrate" { quiet; }
@test "stock: shuffle" { quiet; }
@test "stock: poison" { quiet; }
@test "stock: offline" { quiet; }
@test "stock: umount" { quiet; }
@test "stock: clean_efault" { quiet; }
@test "stock: void_truncate" { quiet; }
@test "stock: void_punch" { quiet; }
@test "stock: void_clone" { quiet; }
@test "stock: void_unlink" { quiet; }
@test "stock: void_subvolume" { quiet; }
@test "stock: redirtied" { quiet; }
@test "stock: rewrite" { quiet; }
@test "stock: unaligned" { quiet; }
@test "stock: shorts" { quiet; }
@test "stock: halfway_flush" { quiet; }
@test "stock: halfway_sync" { quiet; }
@test "stock: halfway_migrate" { quiet; }
@test "stock: halfway_drop" { quiet; }
@test "stock: halfway_store" { quiet; }
@test "stock: neighbours" { quiet; }
@test "stock: midlife" { quiet; }

@test "early-clean: writeback" { quiet; }
@test "early-clean: nested" { quiet; }
@test "early-clean: beyond_eof" { quiet; }
@test "early-clean: outside" { quiet; }
@test "early-clean: inline" { quiet; }
@test "early-clean: compress" { quiet; }
@test "early-clean: compress_inline" { quiet; }
@test "early-clean: compress_gives_up" { quiet; }
@test "early-clean: btree" { quiet; }
@test "early-clean: space_cache" { quiet; }
@test "early-clean: balance" { quiet; }
@test "early-clean: defrag" { quiet; }
@test "early-clean: snapshot" { quiet; }
@test "early-clean: scrub" { quiet; }
@test "early-clean: mmap" { quiet; }
@test "early-clean: io_error" { quiet; }
@test "early-clean: minix" { quiet; }
@test "early-clean: swap" { quiet; }
@test "early-clean: loop" { quiet; }
@test "early-clean: truncate" { quiet; }
@test "early-clean: unlink" { quiet; }
@test "early-clean: punch" { quiet; }
@test "early-clean: zero_range" { quiet; }
@test "early-clean: clone" { quiet; }
@test "early-clean: dedupe" { quiet; }
@test "early-clean: direct" { quiet; }
@test "early-clean: drop_caches" { quiet; }
@test "early-clean: reclaim" { quiet; }
@test "early-clean: migrate" { quiet; }
@test "early-clean: shuffle" { quiet '.migrated > 0'; }
@test "early-clean: poison" { quiet; }
@test "early-clean: offline" { quiet; }
@test "early-clean: umount" { quiet; }
@test "early-clean: clean_efault" { quiet; }
@test "early-clean: void_truncate" { settled void; }
@test "early-clean: void_punch" { settled void; }
@test "early-clean: void_clone" { settled pending void; }
@test "early-clean: void_unlink" { settled void; }
@test "early-clean: void_subvolume" { settled void; }
@test "early-clean: redirtied" { settled near-miss; }
@test "early-clean: rewrite" { quiet '.suspects > 18000 and .suspects == .rewritten'; }
@test "early-clean: unaligned" { quiet; }
@test "early-clean: shorts" { quiet '.suspects > 10 and .suspects == .rewritten'; }
@test "early-clean: halfway_flush" { quiet; }
@test "early-clean: halfway_sync" { quiet; }
@test "early-clean: halfway_migrate" { quiet '.migrated > 0'; }
@test "early-clean: halfway_drop" { quiet; }
@test "early-clean: halfway_store" { quiet; }
@test "early-clean: neighbours" { settled near-miss; }
@test "early-clean: midlife" { quiet; }
