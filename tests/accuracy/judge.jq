# SPDX-License-Identifier: GPL-2.0
# judge.jq - what `watch --json -v` said against what the program saw: a line for each row, and one for all.
# jq -n -f judge.jq --slurpfile truth TRUTH --slurpfile seen FINDINGS
# A row: trials, and of its pages: lost (truly), found, missed, false, wrong_class, bounds, wrong_bound, wrong_facts.

def place: "\(.fs // .fs_uuid) \(.subvolume) \(.inode) \(.page)";
def b64: .path_b64 // (.path // "" | @base64);

# The same in the finding and in the truth, or the name of what differs.
def differs($name; $found; $true): if $found == $true then empty else
	"\($name) is \($found | tojson), truly \($true | tojson)" end;

def writer($f; $t):
	differs("pid"; $f.write.pid; $t.pid),
	differs("tgid"; $f.write.tgid; $t.tgid),
	differs("comm"; $f.write.comm; $t.comm),
	if $f.class == "pending" or $t.result == null then empty else
		differs("pos"; $f.write.pos; $t.pos),
		differs("result"; $f.write.result; $t.result) end;

# Who reclaimed is known by its way only; kswapd has a name of its own.
def dropper($f; $p):
	if $f.dropper == null or $p.ways == null then empty else
		(if $p.ways | split("|") | index($f.dropper.way) then empty else
			differs("way"; $f.dropper.way; $p.ways) end),
		(if $f.dropper.way == "kswapd" or $f.dropper.way == "direct" then
			differs("kswapd"; $f.dropper.comm | startswith("kswapd"); $f.dropper.way == "kswapd") else empty end),
		if $p.dropper == null then empty else
			differs("dropper pid"; $f.dropper.pid; $p.dropper.pid),
			differs("dropper comm"; $f.dropper.comm; $p.dropper.comm) end
	end;

def path($f; $t): ($f | b64) as $b | if $t.paths | index($b) then empty else
	differs("path"; $f.path; $t.paths[0] | @base64d) end;

def facts($f; $t; $p):
	path($f; $t), writer($f; $t.write), dropper($f; $p),
	if $f == $p.last and $f.class != "void" then differs("unlinked"; $f.unlinked; $t.unlinked) else empty end,
	if $f.class == "pending" then empty else differs("complete"; $f.complete; true) end;

# Is each range of $inner inside of one of $outer?
def inside($inner; $outer): all($inner[]; . as [$o, $l] | any($outer[]; .[0] <= $o and .[0] + .[1] >= $o + $l));

# One page: what was said of it against what was so.
def judge($t; $p; $said):
	($said | map(.class) | if $p.may_be_pending then map(select(. != "pending")) else . end) as $classes
	# The drop came before the return of the write call, whose result is not told then.
	| (if $classes == $p.or then {t: ($t | .write.result = null), p: ($p + {classes: $p.or, bound: null})}
		else {$t, $p} end) as {$t, $p}
	| ($p.lost != []) as $lost
	| ($classes | any(. == "lost")) as $found
	| (($said[-1].bound // []) as $bound | if $p.bound == null or $classes != $p.classes then [] else
		[differs("bound"; $bound; $p.bound)]
		+ if inside($p.lost; $bound) then [] else ["the loss \($p.lost) is not inside of the bound \($bound)"] end end) as $bounds
	| (if $classes == $p.classes then [$said[] | facts(.; $t; $p + {last: $said[-1]})] else [] end) as $facts
	| {
		row: $t.row,
		lost: (if $lost then 1 else 0 end),
		found: (if $lost and $found then 1 else 0 end),
		missed: (if $lost and ($found | not) then 1 else 0 end),
		false: (if $found and ($lost | not) then 1 else 0 end),
		wrong_class: (if $classes != $p.classes and $found == $lost then 1 else 0 end),
		bounds: (if $p.bound == null then 0 else 1 end),
		wrong_bound: (if $bounds != [] then 1 else 0 end),
		wrong_facts: (if $facts != [] then 1 else 0 end),
		wrong: (([differs("classes"; $classes; $p.classes)] + $bounds + $facts)
			| if . == [] then null else {trial: $t.trial, inode: $t.inode, subvolume: $t.subvolume, page: $p.page, why: .} end)
	};

# A finding for which no page of a trial accounts.
def stray($row): {
	row: $row, lost: 0, found: 0, missed: 0, bounds: 0, wrong_bound: 0, wrong_facts: 0,
	false: (if map(.class) | any(. == "lost") then 1 else 0 end),
	wrong_class: (if map(.class) | any(. == "lost") then 0 else 1 end),
	wrong: {inode: .[0].inode, subvolume: .[0].subvolume, page: .[0].page, why: ["said for nothing: \(map(.class))"]}
};

def total: {
	lost: (map(.lost) | add // 0), found: (map(.found) | add // 0), missed: (map(.missed) | add // 0),
	false: (map(.false) | add // 0), wrong_class: (map(.wrong_class) | add // 0), bounds: (map(.bounds) | add // 0),
	wrong_bound: (map(.wrong_bound) | add // 0), wrong_facts: (map(.wrong_facts) | add // 0),
	wrong: (map(.wrong // empty) | .[:5])
};

($truth | map(select(.type == "trial"))) as $trials
| ($seen | map(select(.type == "finding" or .type == "unexplained"))) as $findings
| ($findings | group_by(place) | map({key: (.[0] | place), value: .}) | from_entries) as $said
| ($trials | map({key: "\(.fs) \(.subvolume) \(.inode)", value: .row}) | from_entries) as $rows
| [$trials[] as $t | $t.pages[] as $p | select($p.classes)
	| judge($t; $p; $said[{fs: $t.fs, subvolume: $t.subvolume, inode: $t.inode, page: $p.page} | place] // [])] as $judged
| ([$trials[] as $t | $t.pages[] | {key: ({fs: $t.fs, subvolume: $t.subvolume, inode: $t.inode, page: .page} | place), value: 1}]
	| from_entries) as $known
| [$said | to_entries[] | select($known[.key] | not) | .value
	| (.[0] | "\(.fs_uuid) \(.subvolume) \(.inode)") as $file | stray($rows[$file] // "no row")] as $stray
| (($judged + $stray) | group_by(.row) | map({key: .[0].row, value: total}) | from_entries) as $by_row
| ($truth | map(select(.type == "row"))[] | {row, trials, want, wanted, why} + ($by_row[.row] // ([] | total))),
  (if $by_row["no row"] then {row: "no row", trials: 0} + $by_row["no row"] else empty end),
  {ways: ($findings | map(select(.class == "lost") | .dropper.way) | group_by(.) | map({key: .[0], value: length}) | from_entries),
   disturbed: ([$trials[] | .pages[] | select(.classes == null)] | length),
   end: (($truth | last | .type == "end" and .complete) and ($seen | last | .type == "summary")),
   blind: ($seen | last | .blind // [])}
