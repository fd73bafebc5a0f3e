# SPDX-License-Identifier: GPL-2.0
# table.jq - the judged rows of all rounds as one table, and the score. jq -r -s -f table.jq JUDGED...

def columns: ["trials", "lost", "found", "missed", "false", "wrong_class", "wrong_bound", "wrong_facts"];
def headings: ["trials", "lost", "found", "missed", "false", "class", "bound", "facts"];
def pad($n): tostring | if length < $n then . + " " * ($n - length) else . end;
def left($n): tostring | if length < $n then " " * ($n - length) + . else . end;
# Never rounded up: 100 means all.
def percent($part; $all): if $all == 0 then "100" else
	($part * 10000 / $all | floor / 100 | tostring) end;
def sums: . as $rows
	| reduce (columns + ["bounds", "wanted"])[] as $c ({}; .[$c] = ($rows | map(.[$c] // 0) | add // 0));
def line: . as $row | (.row | pad(44)) + ([columns[] | $row[.] | left(8)] | join(""));

map(select(.row)) as $rows
| ($rows | map(select(.why | not)) | sums + {row: "total"}) as $total
| (reduce $rows[] as $r ({}; .[$r.row] += [$r])) as $by_row
| ("row" | pad(44)) + (headings | map(left(8)) | join("")),
  ($by_row | to_entries[] | .value[0] as $first
	| if $first.why then "\(.key): not built: \($first.why)" else
		(.value | sums + {row: $first.row}) | line
			+ if $first.want != null and .wanted == 0 then "  never came to be \($first.want)" else "" end end),
  ($total | line),
  ($rows[] | .row as $row | .wrong[] | "wrong in '\($row)': \(tojson)"),
  (map(.blind // empty | .[] | "\(.kind) \(.count)") | if . == [] then empty else "blind: \(join(", "))" end),
  "lost by: \([.[].ways // empty | to_entries[]] | group_by(.key) | map("\(.[0].key) \(map(.value) | add)") | join(", "))",
  "\(map(.disturbed // 0) | add) pages that btrfs wrote by itself meanwhile were not judged",
  "accuracy: \($total.trials) trials, recall \(percent($total.found; $total.lost)) %, precision "
	+ "\(percent($total.found; $total.found + $total.false)) %, bounds right "
	+ "\(percent($total.bounds - $total.wrong_bound; $total.bounds)) %"
