# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR
# daemon.sh - a daemon for scenarios. What it says goes to /out/daemon.log.
# shellcheck source=lib.sh
. /guest/lib.sh

run=/run/dirtywatch
say=/out/daemon.log
state=$scratch/state
conf=/tmp/daemon.conf

# daemon_configure GUARD: settings for a daemon without a budget, whose files are all in $state.
daemon_configure() {
	mkdir -p "$state"
	chmod 750 "$state"
	cat >"$conf" <<-EOF
		[watch]
		guard = $1
		run-dir = $run
		[store]
		file = $state/findings.db
		[metrics]
		file = /out/metrics.prom
		every-seconds = 5
		[budget]
		cpu-percent = 0
		memory-mib = 0
		[self-test]
		file = $scratch/self-test
	EOF
}

# daemon_start: until it is armed.
daemon_start() {
	rm -f "$run/status.json"
	"$tool" daemon --config "$conf" >>"$say" 2>&1 &
	daemon=$!
	wait_for "$run/status.json" '"state":"armed"' 120
}

# daemon_stop: its exit code is in $daemon_code.
# shellcheck disable=SC2034 # for the caller
daemon_stop() {
	kill "$daemon"
	daemon_code=0
	wait "$daemon" || daemon_code=$?
}

# hooks_pid: of its other process.
hooks_pid() {
	sed -n "s/^\([0-9]*\) ([^)]*) [A-Z] $daemon .*/\1/p" /proc/[0-9]*/stat
}

# look NAME: its status goes to /out/NAME.txt and .json, the exit code to .code.
look() {
	local code=0
	"$tool" status --run-dir "$run" >"/out/$1.txt" || code=$?
	echo "$code" >"/out/$1.code"
	"$tool" status --json --run-dir "$run" >"/out/$1.json" || :
}

# lose COUNT: so many writes.
lose() {
	"$tool" provoke "$scratch" --outcome lost --count "$1" >>/out/provoke.txt 2>&1 || [ $? = 1 ] || fail "provoke ended with $?"
}
