# SPDX-License-Identifier: GPL-2.0
# soak.jq - compare the losses that `watch --json` found with those that soak or twice saw on the disk, byte by byte.
# jq -n -f soak.jq --slurpfile truth TRUTH --slurpfile seen FINDINGS
# Prints one object: pages, findings, repeated (pages lost more than once), missed, false, wrong, and why.

def place: "\(.inode) \(.page)";

# Ranges [offset, length] in file order, none touching the next.
def merged: reduce sort[] as [$from, $len] ([];
	if length > 0 and .[-1][0] + .[-1][1] >= $from
	then .[-1][1] = ([.[-1][0] + .[-1][1], $from + $len] | max) - .[-1][0]
	else . + [[$from, $len]] end);

# Bytes of the write call itself that a finding says are lost.
def own: .write as $w | [.bound[] | . as [$from, $len]
	| ([$from + $len, $w.pos + $w.result] | min) - ([$from, $w.pos] | max) | select(. > 0)] | add // 0;

# A write call that copied a part may lose the page once more, with that part in it. Each further loss is one only if it
# took bytes of the call's that the one before it had not, and that are truly missing.
def repeats($f): range(1; $f | length) as $i | $f[$i - 1] as $a | $f[$i] as $b
	| if $a.write != $b.write or $a.end_ns != $b.end_ns then "lost by two calls" else empty end,
	if $a.drop_ns >= $b.clean_ns then "a loss begins before the end of the one before it" else empty end,
	if ($a | own) >= ($b | own) then "the same loss is told twice" else empty end;

def judge($t; $f): (
	($f | map(.bound) | add | merged) as $bytes
	| if $bytes == $t.lost_bytes then empty else "bytes \($bytes | tojson), truly \($t.lost_bytes | tojson)" end),
	(if $t.drops == null or $t.drops == ($f | length) then empty else "lost \($f | length) times, truly \($t.drops)" end),
	($f[] | if .write.pid == $t.pid then empty else "pid \(.write.pid), truly \($t.pid)" end,
		if $t.t0_ns <= .clean_ns and .clean_ns < .drop_ns and .drop_ns <= $t.t1_ns then empty else
			"cleaned at \(.clean_ns), dropped at \(.drop_ns), in a call from \($t.t0_ns) to \($t.t1_ns)" end),
	repeats($f);

($truth | map(select(.type == "lost"))) as $lost
| ($seen | map(select(.class == "lost")) | group_by(place) | map({key: (.[0] | place), value: sort_by(.clean_ns)}) | from_entries) as $found
| ($lost | map({key: place, value: 1}) | from_entries) as $known
| ($lost | map(. as $t | ($found[place] // []) as $f | select($f != []) | [judge($t; $f)] | select(. != [])
	| {inode: $t.inode, page: $t.page, why: .})) as $wrong
| {
	pages: ($lost | length),
	findings: ($found | map(length) | add // 0),
	repeated: ($found | map(select(length > 1)) | length),
	missed: ($lost | map(select($found[place] | not)) | length),
	false: ($found | map(select($known[.[0] | place] | not)) | length),
	wrong: ($wrong | length),
	why: $wrong[:3]
}
