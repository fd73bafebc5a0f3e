#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# `report --html`, in a browser: all of it is there, it can be read, and it is nothing but text.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper
load store
load browser

T=1795000000

setup() {
	store=$BATS_TEST_TMPDIR/findings.db
	page=$BATS_TEST_TMPDIR/page.html
	new_store "$store"
}

teardown() {
	stop_browser
}

# Every class, every part of a page, and what real machines recorded.
full_store() {
	local name boot=0
	for name in lost near-miss stranded stranded-then-lost superseded void healed; do
		boot=$((boot + 1))
		add_recording "$store" "$boot" nas "$repo/tests/replay/recordings/$name.rec"
	done
	add_run "$store" 1795904300 1795904400 "host='$(printf 'a%.0s' {1..200})'" end_ns=NULL
	add_run "$store" 1795904500 1795904600 "host='$(printf 'a%.0s' {1..200})'"
	sql "$store" "INSERT INTO blind (run, kind, count, from_ns, to_ns, open) VALUES (8, 'ring_full', 7, 1795904310000000000, 1795904312000000000, 0)"
	add_finding "$store" 8 long 1795904350 lost "/$(printf 'x%.0s' {1..3000})" "writer='$(printf 'w%.0s' {1..60})'" \
		"json=json_set(json, '\$.rescue', json('{\"saved\":true,\"file\":\"f39353cc-d9471273e-10f-1f.rescue\"}'),
		'\$.write', json('{\"comm\":\"$(printf 'w%.0s' {1..60})\",\"pid\":4294967295,\"result\":-5}'))"
	sql "$store" "INSERT INTO stale_read (run, window, at_ns, json) VALUES (8, 'long', 1795904351000000000, '{\"reader\":{\"comm\":\"cat\",\"pid\":7}}')"
}

# Of all elements: is it wider than the page, and is its text told from what is behind it? WCAG 2: 4.5, or 3 if large.
look='(() => {
	const bad = [], wide = document.documentElement.clientWidth;
	const rgb = c => (c.match(/[\d.]+/g) || []).map(Number);
	const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] > 0) return c; }
		return [255, 255, 255]; };
	if (document.documentElement.scrollWidth > wide) bad.push("the page is wider than the window");
	for (const e of document.body.querySelectorAll("*")) {
		const box = e.getBoundingClientRect(), style = getComputedStyle(e);
		if (!box.width || e.closest("title, desc")) continue;
		if (box.right > wide + 1 || box.left < -1) bad.push("outside: " + e.outerHTML.slice(0, 80));
		if (![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())) continue;
		const a = light(rgb(e instanceof SVGElement ? style.fill : style.color)), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) bad.push("contrast " + ratio.toFixed(2) + ": " + e.outerHTML.slice(0, 80));
		if (parseFloat(style.fontSize) < 10) bad.push("small: " + e.outerHTML.slice(0, 80));
	}
	return bad.join("\n");
})()'

@test "page: all findings, at any width, light and dark, and nothing but itself" {
	full_store
	dw report --html -o "$page" "$store"
	[ "$code" = 5 ]
	[ "$(stat -c %a "$page")" = 600 ]
	start_browser
	local width scheme ids paper papers=
	ids=$(sql "$store" "SELECT window FROM finding WHERE class IN ('lost', 'stranded', 'near-miss', 'evicted-dirty') ORDER BY 1")
	[ "$(wc -l <<<"$ids")" = 13 ]
	for width in 375 1440; do
		for scheme in light dark; do
			visit "$page" "$width" "$scheme"
			paper=$(evaluate 'getComputedStyle(document.body).backgroundColor')
			papers+=" $paper"
			[ "$(evaluate '[...document.querySelectorAll("article .id")].map(e => e.textContent).sort().join("\n")')" = "$ids" ]
			evaluate "$look" | tee "$BATS_TEST_TMPDIR/bad"
			[ -z "$(<"$BATS_TEST_TMPDIR/bad")" ]
			# One request: the page. Nothing in the log, nothing thrown.
			[ "$(jq -r 'select(.method == "Network.requestWillBeSent").params.request.url' "$seen")" = "file://$page" ]
			run ! grep -q 'Log.entryAdded\|Runtime.exceptionThrown\|Runtime.consoleAPICalled' "$seen"
		done
	done
	[ "$(tr ' ' '\n' <<<"${papers//, /,}" | grep . | sort -u | wc -l)" = 2 ]
	# A timeline says what was seen; what happened to a page that was lost and read back.
	[ "$(evaluate '[...[...document.querySelectorAll("article")].find(e => e.querySelector(".id").textContent == "long").querySelectorAll(".timeline .step")].map(e => e.textContent).join()')" = "cleaned,dropped,unlocked,read back" ]
	[ "$(evaluate 'document.querySelector(".command").textContent')" = "btrfs-dirtywatch restore DIR f39353cc-d9471273e-10f-1f.rescue" ]
	# Each picture has a name.
	[ "$(evaluate '[...document.querySelectorAll("svg[role=img]")].filter(e => !e.getAttribute("aria-labelledby").split(" ").every(i => document.getElementById(i)?.textContent)).length')" = 0 ]
}

@test "page: markup in a name is a name" {
	local evil='/"><script>document.title="run"</script><img src=x onerror=alert(1)><b style="x">&lt;`'
	add_run "$store" $T $((T + 100)) "host='<i>host</i>'"
	add_finding "$store" 1 '<u>"id' $((T + 10)) lost "$evil" "writer='<s>&'" "dropper='</table>'" "way='<!--'" \
		"json=json_set(json, '\$.dropper', json_object('comm', '<svg onload=x>', 'way', ']]>'), '\$.fs_uuid', '</dl>',
		'\$.drop_stack', json_array('</pre><script>'), '\$.rescue', json_object('saved', json('true'), 'file', '<rm -rf>'))"
	dw report --html -o "$page" "$store"
	[ "$code" = 1 ]
	start_browser
	visit "$page" 1440 light
	[ "$(evaluate 'document.querySelector("h3").textContent')" = "$evil" ]
	[ "$(evaluate 'document.querySelector(".by-file .name").textContent')" = "$evil" ]
	[ "$(evaluate 'document.querySelectorAll("script, img, u, s, i:not([class]), [style], [onload], [onerror]").length')" = 0 ]
	[ "$(evaluate 'document.querySelector(".id").textContent')" = '<u>"id' ]
	[ "$(evaluate 'document.querySelectorAll(".command").length')" = 0 ]
	[[ $(evaluate document.title) == "lost: 1 lost write - btrfs-dirtywatch" ]]
	run ! grep -q 'Log.entryAdded\|Runtime.exceptionThrown' "$seen"
}

@test "page: none lost, nothing watched, and more than there is room for" {
	dw report --html "$store"
	[ "$code" = 3 ]
	[[ $out == *"<h1>Nothing was watched.</h1>"*"</html>" ]]
	add_run "$store" $T $((T + 3600))
	dw report --html "$store"
	[ "$code" = 0 ]
	[[ $out == *"<h1>No write was lost.</h1>"*"Watched for <strong>1 h</strong> on box, in which 1,000 pages were written back."* ]]
	sql "$store" "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 300)
		INSERT INTO finding (run, window, class, at_ns, first_ns, bytes, path, json)
		SELECT 1, 'id-' || i, 'lost', (1795000000 + i) * 1000000000, 1, 10, '/f' || i, '{}' FROM n"
	dw report --html "$store"
	[ "$code" = 1 ]
	[ "$(grep -c '<article' <<<"$out")" = 200 ]
	[[ $out == *"<h1>300 writes were lost.</h1>"*"The newest 200 of 300"* && $out == *">id-300<"* && $out == *">id-101<"* && $out != *">id-100<"* ]]
	[[ $out == *'290 more</th><td>290</td>'* ]]
}
