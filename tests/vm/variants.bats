#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Each row of the table of hooks, forced on one kernel, is right about every outcome; on stock it is silent.
# What each row took and said is kept in .build/variants/.

load helper
trials=${TRIALS:-5}

# boot MODULE OUTCOMES [RUN.SH OPTION...]: all rows in a machine with two nodes, so that pages can be moved.
boot() {
	local module=$1 outcomes=$2
	shift 2
	# shellcheck disable=SC2086 # a list of outcomes
	"$here/run.sh" -k "${KERNEL:-6.1}" -m "$module" -t 600 -o "$BATS_FILE_TMPDIR/$module" "$@" -M 1536 \
		-x "-object memory-backend-ram,id=a,size=1024M -object memory-backend-ram,id=b,size=512M
			-numa node,memdev=a,cpus=0-1 -numa node,memdev=b" \
		-f "$top/.build/overwrite" -f "$top/.build/force" -f "$here/variants.rows" \
		-f "$(gcc -print-file-name=libgcc_s.so.1)=/usr/lib/libgcc_s.so.1" \
		"$here/scenario/variants.sh" "$module" "$seed" "$trials" $outcomes >"$BATS_FILE_TMPDIR/$module.log" 2>&1 ||
		echo "the machine ended with $?" >>"$BATS_FILE_TMPDIR/$module.log"
}

# Only machines whose tests run: see tests/run.sh.
setup_file() {
	local module modules=early-clean
	[ -z "${FULL:-}" ] || modules='early-clean early-clean:nobtf stock'
	mkdir -p "$top/.build/variants"
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -pthread -I"$top/src" -o "$top/.build/overwrite" \
		"$here/overwrite.c" "$top/src/provoke_fault.c"
	gcc -O2 -Wall -Wextra -Werror -static -pthread -o "$top/.build/force" "$here"/silence/force*.c
	for module in $modules; do
		case $module in
		stock) boot stock "lost stranded" & ;;
		*:nobtf) boot "$module" "lost near-miss stranded superseded none" -z & ;;
		*) boot "$module" "lost near-miss stranded superseded none" & ;;
		esac
	done
	wait
}

rows() {
	sed -n 's/^\([a-z][a-z-]*\) .*/\1/p' "$here/variants.rows"
}

# of_trials ROW: provoke's truth against what the tool said of all files but those of the cases.
of_trials() {
	jq -c 'select((.path // "") | test("/mnt/scratch/[a-z]+$") | not)' "$out/$1.json" >"$BATS_TEST_TMPDIR/seen.json"
	jq -n -c -f "$here/judge.jq" --slurpfile truth "$out/$1.truth" --slurpfile seen "$BATS_TEST_TMPDIR/seen.json"
}

# ended MODULE: its machine ended well. Keeps a line for each row: what it said, what it hooked.
ended() {
	local row
	[ -f "$BATS_FILE_TMPDIR/$1.log" ] || skip 'of FULL=1'
	out=$BATS_FILE_TMPDIR/$1
	cat "$BATS_FILE_TMPDIR/$1.log"
	! grep -q '^the machine ended with' "$BATS_FILE_TMPDIR/$1.log"
	for row in $(rows); do
		echo "$row: $(of_trials "$row") $(grep -v '^btrfs-dirtywatch:' "$out/$row.err" | tr -s ' ' | tr '\n' ',')"
	done | tee "$top/.build/variants/${KERNEL:-6.1}-${1/:/-}"
}

# right ROW BLIND: every trial of every outcome; blind of BLIND results of what replaced pages, and of nothing else.
right() {
	jq -e --argjson n "$trials" --argjson blind "$2" '.right == 5 * $n and .false == 0 and
		(.blind | all(.kind == "direct_io" or .kind == "undecided") and (map(.count) | add // 0) == $blind) and
		.lost_found == .truly_lost and (.outcomes | length == 5 and all(. == $n))' <<<"$(of_trials "$1")" >/dev/null || {
		echo "$1 is not right: $(of_trials "$1")"
		return 1
	}
	[ "$(cat "$out/$1.rc")" = $(($2 ? 5 : 1)) ]
}

# case_ends ROW CASE CLASS: the last word on each of the two pages of a case's file.
case_ends() {
	says "$1" "map(select(.type == \"finding\" and .class != \"pending\" and .path == \"/mnt/scratch/$2\")) |
		[group_by(.page)[] | last | .class] == [\"$3\", \"$3\"]"
}

# No row says more or less of a page than it saw.
cases_end() {
	local row
	for row in best migration probes; do
		case_ends "$row" moved lost
		says "$row" 'last.counters.migrated >= 2'
	done
	for row in best direct-result probes; do case_ends "$row" direct superseded; done
	case_ends best dedupe superseded
	for row in dedupe probes; do case_ends "$row" dedupe stranded; done
	case_ends returns clone stranded
	says returns 'first.unseen | test("clones")'
	for row in best stale-read; do says "$row" 'last.counters.own_retries > 0'; done
}

# took: the programs that any row hooked.
took() {
	cat "$out"/*.err | sed -nE 's/^[a-z ]+ +([a-z_]+)$/\1/p' | sort -u
}

every_row() {
	local row blind
	ended "$1"
	for row in $(rows); do
		case $row in dedupe | returns | probes) blind=2 ;; *) blind=0 ;; esac
		right "$row" "$blind"
	done
	cases_end
}

# The first program of each variant, but the guard's, which guard.bats is for; without module BTF those in btrfs.ko are not there.
in_table() {
	sed -n 's/.*VARIANT("\([a-z_]*\)".*/\1/p' "$top/src/hookset.c" | grep -v '^guard' | sort -u
}

@test "every row of the table, with module BTF" {
	every_row early-clean
	diff <(in_table) <(took | grep -vx none)
}

# bats test_tags=full
@test "every row of the table that there is without module BTF, with KASLR" {
	every_row early-clean:nobtf
	diff <(in_table | grep -vx 'write_entry\|write_exit\|encoded_exit\|block_entry') <(took | grep -vx none)
}

# bats test_tags=full
@test "stock: every row is silent" {
	local row
	ended stock
	for row in $(rows); do
		silent "$row"
		jq -e --argjson n "$trials" '.truly_lost == 0 and .trials == 2 * $n' <<<"$(of_trials "$row")" >/dev/null
	done
}
