# SPDX-License-Identifier: GPL-2.0
# cost.jq - from what a machine counted to one object for each column and row.
# jq -n -c -R -f cost.jq --slurpfile about ABOUT --rawfile rows ROWS COUNTED...
# ABOUT: {"kernel", "release", "compiler", "qemu"}. Figures are instructions, medians of the repetitions.

def median: sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
def hundredth: if . == null then null else . * 100 | round / 100 end;
def units: [$rows | split("\n")[] | select(test("^[^#]")) | [splits(" +")]
	| {key: "\(.[0]) \(.[1])", value: {unit: .[2], words: (.[3:] | join(" "))}}] | from_entries;

units as $units
| [inputs | split(" ") | {module: .[0], column: .[1], row: "\(.[2]) \(.[3])", calls: (.[4] | tonumber),
	pages: (.[5] | tonumber), took: (.[6] | tonumber)}]
| group_by([.module, .column, .row])
| map(.[0] as $one | map(.took) as $took | ($took | median) as $median
	| ($one | del(.took)) + $units[$one.row] + {repetitions: ($took | length), samples: $took, per_page: ($median / $one.pages),
		per_call: ($median / $one.calls), spread: (($took | max - min) / $one.pages)})
| (map(select(.column == "none") | {key: "\(.module) \(.row)", value: .per_page}) | from_entries) as $none
| map(. as $one | $none["\(.module) \(.row)"] as $base
	| if .column == "none" or $base == null then . else . + {added_page: (.per_page - $base),
		added_call: ((.per_page - $base) * .pages / .calls), percent: ((.per_page - $base) * 100 / $base)} end)
| .[]
| (.per_page, .per_call, .spread, .added_page, .added_call, .percent) |= hundredth
| with_entries(select(.value != null))
| {type: "cost"} + $about[0] + .
