# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# idle.sh MODULE - what a watch costs that has nothing to do, and what wakes it.
# Leaves /out/idle.json, .err, .rc; .status, from /proc; .wakeups in 70 s; .note before and .note-after; and .lines, how many lines there were after
# each of the events below.
# shellcheck source=lib.sh
. /guest/lib.sh

force=/in/force

# wakeups: how often the tool has gone to sleep so far.
wakeups() {
	awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$watch_pid/status"
}

# event NAME SECONDS COMMAND...: what is said of it within that time.
event() {
	local name=$1 seconds=$2
	shift 2
	"$@"
	sleep "$seconds"
	echo "$name $(wc -l </out/idle.json)" >>/out/idle.lines
}

# strand: of pages that are dirty, one is left clean by its write call.
strand() {
	head -c 65536 /dev/urandom >"$scratch/file"
	"$force" strand "$scratch/file" 16484
}

# switch_hooks: off and on again while nobody looks.
switch_hooks() {
	echo 0 >/proc/sys/kernel/ftrace_enabled
	echo 1 >/proc/sys/kernel/ftrace_enabled
}

# Whoever waits for the disk finds that minutes have passed: nobody shall make anything of that.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
use_module "$1"
scratch_mkfs
scratch_mount
watch_start idle -v
# After it began it looks each second for a while.
sleep 10
before=$(wakeups)
cp /run/btrfs-dirtywatch/* /out/idle.note
sleep 70
echo $(($(wakeups) - before)) >/out/idle.wakeups
cp /run/btrfs-dirtywatch/* /out/idle.note-after
cp "/proc/$watch_pid/status" /out/idle.status

# What a store does to a stranded page no hook sees: it has to be looked at.
event stranded 3 strand
event redirtied 3 "$force" store "$scratch/file" 20000
sleep 20
event switched 3 switch_hooks
event ended 5 true
watch_stop
echo "$watch_rc" >/out/idle.rc
scratch_umount
