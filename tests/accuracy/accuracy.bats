#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The reduced set of the accuracy table: every row, in one machine. PERCENT: of the counts in rows.c.

bats_require_minimum_version 1.5.0
here=$BATS_TEST_DIRNAME

# score FILE: the last line of a table, as "TRIALS RECALL PRECISION BOUNDS".
score() {
	sed -n 's/^accuracy: \([0-9]*\) trials, recall \(.*\) %, precision \(.*\) %, bounds right \(.*\) %$/\1 \2 \3 \4/p' "$1"
}

# judged TRUTH FINDINGS: as the table and the check see them.
judged() {
	jq -n -c -f "$here/judge.jq" --slurpfile truth "$1" --slurpfile seen "$2" >"$BATS_TEST_TMPDIR/judged"
	jq -r -s -f "$here/table.jq" "$BATS_TEST_TMPDIR/judged"
}

right() {
	jq -s -e -f "$here/right.jq" "$BATS_TEST_TMPDIR/judged" >/dev/null
}

@test "every row: all losses found, no other, classes, bounds and facts right, and every lost byte rescued" {
	run "$here/run.sh" -R -n "${PERCENT:-40}" -t 300
	echo "$output"
	echo "$output" >"$BATS_TEST_TMPDIR/table"
	[ "$status" = 0 ]
	read -r trials recall precision bounds <<<"$(score "$BATS_TEST_TMPDIR/table")"
	[ "$trials" -ge 1000 ]
	[ "$recall $precision $bounds" = "100 100 100" ]
	# All that was lost has been saved, and nothing of it is wrong.
	grep -qE '^rescued: ([1-9][0-9]{2,}) of \1 spans, ' "$BATS_TEST_TMPDIR/table"
}

# bats test_tags=full
@test "every row: what was lost is put back, in every place and shape, and exact is what was missing" {
	run "$here/run.sh" -P -n 14 -t 1500
	echo "$output"
	[ "$status" = 0 ]
	[[ $output =~ put\ back:\ ([0-9]+)\ of\ ([0-9]+)\ files ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	[ "${BASH_REMATCH[1]}" -ge 700 ]
}

# What the judge must not take for right. One page: truly lost, and found.
one_page() {
	cat >"$BATS_TEST_TMPDIR/truth" <<-'END'
		{"type":"trial","row":"r","trial":0,"try":1,"fs":"u","subvolume":5,"inode":7,"unlinked":false,"paths":["L20vZg=="],"write":{"pid":3,"tgid":2,"comm":"w","pos":0,"result":10},"pages":[{"page":1,"classes":["pending","lost"],"lost":[[5000,100]],"bound":[[4106,4086]],"ways":"fadvise","dropper":{"pid":4,"comm":"d"}}]}
		{"type":"row","row":"r","want":"lost","trials":1,"wanted":1}
		{"type":"end","complete":true}
	END
	cat >"$BATS_TEST_TMPDIR/seen" <<-'END'
		{"type":"finding","class":"pending","fs_uuid":"u","subvolume":5,"inode":7,"page":1,"path":"/m/f","unlinked":false,"complete":false,"write":{"pid":3,"tgid":2,"comm":"w"},"dropper":{"pid":4,"comm":"d","way":"fadvise"}}
		{"type":"finding","class":"lost","fs_uuid":"u","subvolume":5,"inode":7,"page":1,"path":"/m/f","unlinked":false,"complete":true,"bound":[[4106,4086]],"write":{"pid":3,"tgid":2,"comm":"w","pos":0,"result":10},"dropper":{"pid":4,"comm":"d","way":"fadvise"}}
		{"type":"summary","blind":[]}
	END
}

# spoiled FILE EXPRESSION [WORDS]: with this one change it must be wrong, and the table must say so.
spoiled() {
	one_page
	sed -i "$2" "$BATS_TEST_TMPDIR/$1"
	run judged "$BATS_TEST_TMPDIR/truth" "$BATS_TEST_TMPDIR/seen"
	if right || [[ $output != *"${3:-}"* ]]; then
		echo "not seen: $1 with $2: $output"
		return 1
	fi
}

@test "the judge takes what is right for right" {
	one_page
	run judged "$BATS_TEST_TMPDIR/truth" "$BATS_TEST_TMPDIR/seen"
	echo "$output"
	[ "${lines[-1]}" = "accuracy: 1 trials, recall 100 %, precision 100 %, bounds right 100 %" ]
	right
}

@test "the judge sees each kind of mistake" {
	spoiled seen '2d' 'recall 0 %'
	spoiled truth 's/"lost":\[\[5000,100\]\]/"lost":[]/' 'precision 0 %'
	spoiled truth 's/"pages":.*/"pages":[]}/' 'precision 0 %'
	spoiled seen 's/"bound":\[\[4106,4086\]\]/"bound":[[4106,4085]]/' 'bounds right 0 %'
	spoiled truth 's/"lost":\[\[5000,100\]\]/"lost":[[4100,100]]/' 'bounds right 0 %'
	spoiled seen '1d' 'classes is'
	spoiled seen 's/"page":1/"page":2/' 'said for nothing'
	for change in 's/"pid":3/"pid":9/' 's/"tgid":2/"tgid":9/' 's/"comm":"w"/"comm":"x"/' 's/"pos":0/"pos":1/' \
		's/"result":10/"result":11/' 's/"pid":4/"pid":9/' 's/"comm":"d"/"comm":"x"/' 's/fadvise/kswapd/' 's,/m/f,/m/g,' \
		's/"unlinked":false/"unlinked":true/' 's/"complete":true/"complete":false/'; do
		spoiled seen "$change" 'wrong in'
	done
	spoiled seen 's/"blind":\[\]/"blind":[{"kind":"ring_full","count":1}]/' 'blind: ring_full 1'
	spoiled seen '3d'
	spoiled truth '3s/true/false/'
	spoiled truth '2s/"wanted":1/"wanted":0/' 'never came to be lost'
}
