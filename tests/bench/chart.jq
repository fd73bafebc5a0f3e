# SPDX-License-Identifier: GPL-2.0
# chart.jq - what each column adds to each row on the first kernel, as bars, in SVG.
# jq -s -r -f chart.jq --rawfile rows ROWS --rawfile columns COLUMNS COSTS

def names($text; $words): [$text | split("\n")[] | select(test("^[^#]")) | [splits(" +")][:$words] | join(" ")];
def added: if .unit == "call" then .added_call else .added_page end;
def colours: {floor: "#9aa5b1", watch: "#1f6feb", guard: "#1a7f37", found: "#8250df",
	"bpftrace-fentry": "#d1772b", "bpftrace-kprobe": "#b62324"};
def words: {floor: "empty programs", watch: "watch", guard: "watch --guard", found: "watch after a loss",
	"bpftrace-fentry": "bpftrace, fentry", "bpftrace-kprobe": "bpftrace, kprobes"};
def escape: gsub("&"; "&amp;") | gsub("<"; "&lt;");
def text($x; $y; $more): "<text x=\"\($x)\" y=\"\($y)\" \($more)>\(escape)</text>";

.[0].kernel as $kernel
| .[0].release as $release
| map(select(.kernel == $kernel and .added_page != null)) as $all
| names($columns; 1) | map(select(. as $c | any($all[]; .column == $c))) as $have
| [names($rows; 2)[] | select(. as $r | any($all[]; .row == $r))] as $wanted
# A bar that would dwarf all others is cut, and says so.
| 2500 as $most
| 12 as $bar | 250 as $x | 520 as $wide | 70 as $top
| (($have | length) * $bar + 14) as $group
| ($top + ($wanted | length) * $group + 30) as $high
| "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 \($high)\" font-family=\"sans-serif\" font-size=\"11\">",
"<rect width=\"900\" height=\"\($high)\" fill=\"#ffffff\"/>",
("Instructions added to each call or page, Linux \($release)" | text(16; 24; "font-size=\"15\" fill=\"#1f2328\"")),
($have | to_entries[] | (.key * 138 + 16) as $at
	| "<rect x=\"\($at)\" y=\"38\" width=\"10\" height=\"10\" fill=\"\(colours[.value] // "#57606a")\"/>",
	(words[.value] // .value | text($at + 15; 47; "fill=\"#1f2328\""))),
($wanted | to_entries[] | .value as $row | ($top + .key * $group) as $y
	| first($all[] | select(.row == $row)) as $one
	| (($one.words + ", a " + $one.unit) | text($x - 10; $y + $group / 2; "text-anchor=\"end\" fill=\"#1f2328\"")),
	($have | to_entries[] | .value as $column | ($y + .key * $bar) as $at
		| $all[] | select(.row == $row and .column == $column)
		| ([[added, 0] | max, $most] | min / $most * $wide * 10 | round / 10) as $long
		| "<rect x=\"\($x)\" y=\"\($at)\" width=\"\([$long, 1] | max)\" height=\"\($bar - 2)\" fill=\"\(colours[$column] // "#57606a")\"/>",
		((added | round | if . == 0 then 0 else . end | tostring) + (if added > $most then " (cut)" else "" end)
			| text($x + $long + 5; $at + 9; "font-size=\"10\" fill=\"#57606a\"")))),
"<line x1=\"\($x)\" y1=\"\($top - 6)\" x2=\"\($x)\" y2=\"\($high - 24)\" stroke=\"#57606a\"/>",
"</svg>"
