# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# arming.sh - how long from exec until the hooks are armed? Wants -p bpftrace.
# Leaves /out/arming: a line "watch SECONDS", "guard SECONDS" or "bpftrace SECONDS" for each of three starts.
# shellcheck source=lib.sh
. /guest/lib.sh

# arm NAME PATTERN COMMAND...: until the command prints a line that matches; whoever waits for it does not poll.
arm() {
	local name=$1 pattern=$2 before after
	shift 2
	rm -f /tmp/fifo
	mkfifo /tmp/fifo
	before=$(cut -d' ' -f1 /proc/uptime)
	"$@" >/tmp/fifo 2>/out/arming.err &
	pid=$!
	grep -qm 1 "$pattern" </tmp/fifo || fail "$name: $(cat /out/arming.err)"
	after=$(cut -d' ' -f1 /proc/uptime)
	kill -KILL "$pid"
	wait "$pid" || :
	echo "$after $before" | awk -v name="$name" '{ print name, $1 - $2 }' >>/out/arming
}

# Whoever waits for the disk finds that minutes have passed.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs
use_module stock
scratch_mkfs
scratch_mount
for _ in 1 2 3; do
	arm watch '"start"' "$tool" watch --json
	arm guard '"start"' "$tool" watch --guard --json
	arm bpftrace armed /usr/bin/bpftrace /in/naive.bt
done
