# SPDX-License-Identifier: GPL-2.0
# judge.jq - compare what `watch --json` found with what `provoke --truth` knows.
# jq -n -f judge.jq --slurpfile truth TRUTH --slurpfile seen FINDINGS
# Prints one object: trials, right, found, missed, false, and what is wrong.

def wanted($t): {
	"lost": ["pending", "lost"],
	"near-miss": ["near-miss"],
	"stranded": ["stranded", "lost"],
	"superseded": ["pending", "superseded"],
	"none": []
}[$t.outcome];

# The same in the finding and in the truth, or the name of what differs.
def differs($name; $found; $true): if $found == $true then empty else
	"\($name) is \($found | tojson), truly \($true | tojson)" end;

def writer($f; $t):
	differs("pid"; $f.write.pid; $t.write.pid),
	differs("tgid"; $f.write.tgid; $t.write.tgid),
	differs("comm"; $f.write.comm; $t.write.comm),
	if $f.class == "pending" then empty else
		differs("pos"; $f.write.pos; $t.write.pos),
		differs("result"; $f.write.result; $t.write.result) end;

# A stranded page is dropped by the verification, later.
def dropper($f; $t): if $f.dropper == null then empty else
	differs("dropper"; $f.dropper.pid;
		if $t.outcome == "stranded" then $t.verify_pid else $t.dropper.pid end),
	differs("way"; $f.dropper.way;
		if $t.outcome == "stranded" then "fadvise" else $t.dropper.way end) end;

def faults($f; $t):
	differs("path"; $f.path; $t.file),
	writer($f; $t),
	dropper($f; $t),
	if $f.class == "pending" then empty else
		differs("bound"; $f.bound // []; $t.bound) end;

($truth | map(select(.type == "trial"))) as $trials
| ($seen | map(select(.type == "finding" or .type == "unexplained"))) as $found
| ($seen | map(select(.type == "summary"))[0]) as $summary
| ($found | group_by(.inode) | map({key: (.[0].inode | tostring), value: .}) | from_entries) as $by_inode
| ($trials | map({key: (.inode | tostring), value: 1}) | from_entries) as $known
| ($trials | map(. as $t | ($by_inode[.inode | tostring] // []) as $f
	| [differs("classes"; $f | map(.class); wanted($t)), ($f[] | faults(.; $t))]
	| {trial: $t.trial, outcome: $t.outcome, wrong: .})) as $judged
| {
	trials: ($trials | length),
	outcomes: ($trials | group_by(.outcome) | map({key: .[0].outcome, value: length}) | from_entries),
	truly_lost: ($trials | map(select(.final == "lost")) | length),
	lost_found: ($found | map(select(.class == "lost")) | length),
	right: ($judged | map(select(.wrong == [])) | length),
	false: ($found | map(select($known[.inode | tostring] | not)) | length),
	blind: ($summary.blind // [{kind: "no summary"}]),
	wrong: ($judged | map(select(.wrong != [])) | .[:3])
}
