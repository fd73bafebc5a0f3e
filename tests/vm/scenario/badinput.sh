# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# badinput.sh MODULE - what a kernel can refuse, and ends that come at any time.
# Leaves /out/NAME.rc and .err for each case, and two.json beside one.json: two watchers of the same events.
# shellcheck source=lib.sh
. /guest/lib.sh

# try NAME ARGUMENT...: the tool must end by itself.
try() {
	local name=$1 rc=0
	shift
	"$tool" "$@" >"/out/$name.txt" 2>"/out/$name.err" || rc=$?
	echo "$rc" >"/out/$name.rc"
}

# nothing_attached: no hook of ours is left in the kernel.
nothing_attached() {
	[ ! -s /sys/kernel/tracing/enabled_functions ] || fail "left attached: $(cat /sys/kernel/tracing/enabled_functions)"
	[ ! -s /sys/kernel/debug/kprobes/list ] || fail "left attached: $(cat /sys/kernel/debug/kprobes/list)"
}

try no-btrfs watch -d 1
use_module "$1"
scratch_mkfs
scratch_mount
try not-btrfs watch -d 1 -m /proc
try no-mount watch -d 1 -m /nonexistent
echo 2 >/proc/sys/kernel/kptr_restrict
try hidden watch -d 1
echo 0 >/proc/sys/kernel/kptr_restrict
try fine watch -d 1
nothing_attached

# A signal at any time ends it with a documented code, and detaches everything. Both are told in the same way.
signal=INT
for ms in 0 100 200 400 700 1000 1500 2200; do
	if [ "$signal" = INT ]; then signal=TERM; else signal=INT; fi
	# A shell starts what runs in the background with SIGINT ignored.
	/usr/bin/env --default-signal=INT "$tool" watch --json >/out/signal.json 2>/out/signal.err &
	pid=$!
	wait_for "/proc/$pid/status" '^SigBlk:.*4002$' 30
	usleep "${ms}000"
	kill -"$signal" "$pid"
	rc=0
	wait "$pid" || rc=$?
	echo "$signal after $ms ms: $rc" >>/out/signals
	nothing_attached
done

# Nobody reads: the write that meets it ends the watch.
mkfifo /tmp/pipe
{
	rc=0
	"$tool" watch --json -m "$scratch" >/tmp/pipe 2>/out/pipe.err || rc=$?
	echo "$rc" >/out/pipe.rc
} &
pid=$!
head -n 1 /tmp/pipe >/dev/null
"$tool" provoke "$scratch" --outcome lost --count 2 >/dev/null 2>&1 || :
wait "$pid"
nothing_attached

# Two watchers see the same; one that watches another process sees nothing.
# The first to come declares the gap that the one before has left, so they come one after the other.
"$tool" watch --json -m "$scratch" >/out/two.json 2>/out/two.err &
two=$!
wait_for /out/two.json '"start"' 30
"$tool" watch --json -p 1 >/out/other.json 2>/out/other.err &
other=$!
wait_for /out/other.json '"start"' 30
watch_start one
"$tool" provoke "$scratch" --outcome lost --count 5 >/dev/null 2>&1 || :
watch_stop
kill -TERM "$two" "$other"
wait "$two" || :
wait "$other"
nothing_attached
scratch_umount

# The last, since there is no way back.
mount -t securityfs none /sys/kernel/security 2>/dev/null || :
echo confidentiality >/sys/kernel/security/lockdown
try lockdown watch -d 1
