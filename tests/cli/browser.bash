# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A browser without a window, driven by its DevTools protocol: messages that end in NUL, on two pipes.

# start_browser: it may load what is on this machine, and has no network to load anything else from.
start_browser() {
	local pipes=$BATS_TEST_TMPDIR/browser
	mkdir "$pipes"
	mkfifo "$pipes/to" "$pipes/from"
	exec 8<>"$pipes/to" 9<>"$pipes/from"
	chromium-headless-shell --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe \
		--user-data-dir="$pipes/data" --no-first-run --disable-background-networking --disable-extensions \
		about:blank 3<&8 4>&9 8>&- 9>&- </dev/null >"$pipes/log" 2>&1 &
	browser=$!
	seen=$pipes/seen
	: >"$seen"
	target=$(ask Target.createTarget '{"url":"about:blank"}' | jq -r .targetId)
	session=$(ask Target.attachToTarget "{\"targetId\":\"$target\",\"flatten\":true}" | jq -r .sessionId)
}

stop_browser() {
	[ -z "${browser:-}" ] || { kill "$browser" && wait "$browser"; } 2>/dev/null || :
	exec 8>&- 9>&-
}

# ask METHOD [PARAMETERS]: print what it answers. What it tells meanwhile goes to $seen.
ask() {
	local id=$((RANDOM << 15 | RANDOM)) answer
	jq -jcn --argjson id "$id" --arg method "$1" --argjson params "${2:-{\}}" --arg session "${session:-}" \
		'{id: $id, method: $method, params: $params} + if $session == "" then {} else {sessionId: $session} end' >&8
	printf '\0' >&8
	while IFS= read -r -d '' -t 30 answer <&9; do
		if [[ $answer == "{\"id\":$id,"* ]]; then
			jq -e 'if .error then error(.error.message) else .result end' <<<"$answer"
			return
		fi
		printf '%s\n' "$answer" >>"$seen"
	done
	echo "the browser did not answer $1" >&2
	return 1
}

# visit FILE WIDTH light|dark: all that it has to tell about that comes into $seen.
visit() {
	: >"$seen"
	ask Network.enable >/dev/null
	ask Log.enable >/dev/null
	ask Runtime.enable >/dev/null
	ask Page.enable >/dev/null
	ask Emulation.setDeviceMetricsOverride "{\"width\":$2,\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}" >/dev/null
	ask Emulation.setEmulatedMedia "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"$3\"}]}" >/dev/null
	ask Page.navigate "{\"url\":\"file://$1\"}" >/dev/null
	for _ in {1..100}; do
		[ "$(evaluate document.readyState)" != complete ] || return 0
		sleep 0.1
	done
	return 1
}

# evaluate SCRIPT: print what it gives, as text.
evaluate() {
	ask Runtime.evaluate "$(jq -n --arg script "$1" '{expression: $script, returnByValue: true, awaitPromise: true}')" |
		jq -r 'if .exceptionDetails then error(.exceptionDetails.exception.description) else .result.value end'
}

# picture FILE: the whole page, as PNG.
picture() {
	ask Page.captureScreenshot '{"captureBeyondViewport":true}' | jq -r .data | base64 -d >"$1"
}
