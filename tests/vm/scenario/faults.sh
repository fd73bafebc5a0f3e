# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# faults.sh MODULE SEED COUNT FAULT... - the tool while something goes wrong, once for each fault.
# Leaves /out/FAULT.json (what was found), .rc, and mostly .truth (what was so).
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
shift 3

# trials [OPTION...]: what really happened goes to /out/$watch_name.truth. Exit code 1 says that losses were provoked.
trials() {
	"$tool" provoke "$scratch" --count "$count" --seed "$seed" --truth "/out/$watch_name.truth" "$@" \
		>"/out/$watch_name.provoke" 2>&1 || [ $? = 1 ] || fail "provoke: $(cat "/out/$watch_name.provoke")"
}

# watch_end: watch_stop, and its exit code to /out.
watch_end() {
	watch_stop
	echo "$watch_rc" >"/out/$watch_name.rc"
}

# watch_kill: without a chance to say anything.
watch_kill() {
	kill -KILL "$watch_pid"
	wait "$watch_pid" || :
	echo "$watch_pid" >"/out/$watch_name.pid"
}

# strand N: leave at least N files with a stranded page.
strand() {
	"$tool" provoke "$scratch" --outcome stranded --count 100000 >/dev/null 2>&1 &
	provoke_pid=$!
	until [ "$(grep -c '"class":"stranded"' "/out/$watch_name.json" || :)" -ge "$1" ]; do usleep 50000; done
	kill -KILL "$provoke_pid"
	wait "$provoke_pid" || :
}

# A table for one page, and pages that stay in it.
fault_table() {
	watch_start table --windows=1
	trials --outcome stranded
	watch_end
}

# A processor goes and comes back while pages are lost.
fault_cpu() {
	watch_start cpu
	trials --outcome lost &
	job=$!
	while kill -0 "$job" 2>/dev/null; do
		echo 0 >/sys/devices/system/cpu/cpu1/online
		usleep 300000
		echo 1 >/sys/devices/system/cpu/cpu1/online
		usleep 300000
		echo toggled >>/out/cpu.toggled
	done
	wait "$job"
	watch_end
}

# Others hook what the tool hooks: one more of itself, and bpftrace.
fault_tracers() {
	"$tool" watch --json -m "$scratch" >/out/second.json 2>/out/second.err &
	second=$!
	wait_for /out/second.json '"start"' 30
	/usr/bin/bpftrace -e 'BEGIN { printf("ready\n"); }
		interval:s:1 { print(@); }
		kprobe:folio_clear_dirty_for_io, kprobe:do_writepages, kprobe:btrfs_buffered_write { @[probe] = count(); }
		kretprobe:do_writepages { @[probe] = count(); }
		tracepoint:filemap:mm_filemap_delete_from_page_cache { @[probe] = count(); }' >/out/bpftrace.txt 2>&1 &
	other=$!
	wait_for /out/bpftrace.txt ready 60
	watch_start tracers
	trials --outcome lost
	sleep 2
	watch_end
	kill -TERM "$second"
	wait "$second" || :
	kill -KILL "$other"
	wait "$other" || :
}

# Pages that are stranded when the filesystem goes.
fault_umount() {
	watch_start umount
	strand 5
	sleep 1
	(cd "$scratch" && md5sum provoke-*) >/out/umount.before
	scratch_umount
	scratch_mount
	(cd "$scratch" && md5sum provoke-*) >/out/umount.after
	watch_end
	rm "$scratch"/provoke-*
}

# Killed, and started again after something was lost; the one after that has no gap, nor has one beside a witness.
fault_killed() {
	watch_start killed
	sleep 2
	watch_kill
	watch_name=between
	trials --outcome lost
	watch_start restarted
	sleep 1
	watch_end
	watch_start after
	watch_end
	watch_start witness
	witness=$watch_pid
	watch_start witnessed
	watch_kill
	watch_start beside
	watch_end
	kill -TERM "$witness"
	wait "$witness" || :
}

# The disk that the output goes to is full.
fault_full() {
	mkdir -p /tmp/small
	mount -t tmpfs -o size=4k tmpfs /tmp/small
	"$tool" watch --json -m "$scratch" >/tmp/small/out.json 2>/out/full.err &
	pid=$!
	wait_for /tmp/small/out.json '"start"' 30
	watch_name=full
	trials --outcome lost
	rc=0
	wait "$pid" || rc=$?
	echo "$rc" >/out/full.rc
	umount /tmp/small
	watch_start after-full
	watch_end
}

# No note can be kept.
fault_notes() {
	mount -t tmpfs -o ro tmpfs /run
	watch_start notes
	trials --outcome lost
	watch_end
	umount /run
}

# A sysctl keeps the kernel from calling any hook.
fault_off() {
	watch_start off
	sleep 1
	echo 0 >/proc/sys/kernel/ftrace_enabled
	trials --outcome lost
	echo 1 >/proc/sys/kernel/ftrace_enabled
	sleep 5
	watch_end
	# Between two looks, too.
	watch_start off-again
	echo 0 >/proc/sys/kernel/ftrace_enabled
	echo 1 >/proc/sys/kernel/ftrace_enabled
	watch_end
}

# With module BTF, hooks pin btrfs.ko.
fault_unload() {
	watch_start unload
	scratch_umount
	! rmmod btrfs 2>/out/unload.err || fail 'btrfs could be unloaded under its hooks'
	scratch_mount
	trials --outcome lost
	watch_end
}

# Without, the probes can be switched off.
fault_probes() {
	watch_start probes
	echo 0 >/sys/kernel/debug/kprobes/enabled
	trials --outcome lost
	echo 1 >/sys/kernel/debug/kprobes/enabled
	watch_end
}

# refused NAME COMMAND...: a watch that must end by itself, with a sentence.
refused() {
	local name=$1 rc=0
	shift
	"$@" >"/out/$name.txt" 2>"/out/$name.err" || rc=$?
	echo "$rc" >"/out/$name.rc"
}

# Process ids that hooks see by another number, or never.
fault_ids() {
	refused container unshare -p -f -m sh -c "mount -t proc proc /proc && exec $tool watch -d 1 -p 1"
	refused nobody "$tool" watch -d 1 -p 999999
	refused itself "$tool" watch -d 1 -p $$
}

# Next to no memory is left, for anybody.
fault_memory() {
	watch_start memory
	mount -o remount,size=90% /dev/shm
	dd if=/dev/zero of=/dev/shm/ballast bs=1M \
		count=$(($(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo) - 20)) 2>/dev/null
	grep -E 'MemFree|MemAvailable' /proc/meminfo >/out/memory.info
	trials --outcome lost
	rm /dev/shm/ballast
	watch_end
}

# A cgroup allows the tool less than it has: it is killed.
fault_cgroup() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir /sys/fs/cgroup/tool
	cat >/tmp/in-cgroup <<-END
		#!/bin/sh
		echo \$\$ >/sys/fs/cgroup/tool/cgroup.procs
		exec $tool "\$@"
	END
	chmod +x /tmp/in-cgroup
	tool=/tmp/in-cgroup watch_start cgroup
	echo 64K >/sys/fs/cgroup/tool/memory.max
	trials --outcome stranded
	watch_end
	cat /sys/fs/cgroup/tool/memory.events >/out/cgroup.events
	watch_start after-cgroup
	watch_end
}

use_module "$module"
scratch_mkfs
scratch_mount
for fault in "$@"; do
	note "$fault"
	"fault_$fault"
done
scratch_umount
