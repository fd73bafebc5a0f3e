# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# watch.sh - sourced by scenarios: the tool runs beside what they do.

# watch_start NAME [OPTION...]: `watch --json` on the scratch filesystem; its output goes to /out/NAME.json.
watch_start() {
	watch_name=$1
	shift
	# shellcheck disable=SC2154 # tool and scratch come from the guest library
	"$tool" watch --json -m "$scratch" "$@" >"/out/$watch_name.json" 2>"/out/$watch_name.err" &
	watch_pid=$!
	wait_for "/out/$watch_name.json" '"start"' 30
}

# watch_stop: end it; its exit code is in $watch_rc.
watch_stop() {
	kill -TERM "$watch_pid"
	watch_rc=0
	wait "$watch_pid" || watch_rc=$?
	note "$watch_name: watch ended with $watch_rc"
}
