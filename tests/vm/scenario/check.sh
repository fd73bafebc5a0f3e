# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# check.sh - ask `check`, then `watch`, on a system that is changed each time.
# Leaves /out/CASE.check.json, .check.rc and .check.err, and the watch's /out/CASE.json, .rc and .err.
# shellcheck source=lib.sh
. /guest/lib.sh

setpriv=/usr/bin/setpriv

# ask NAME [COMMAND...]: what check says, as JSON; COMMAND runs it.
ask() {
	local name=$1 rc=0 option=''
	shift
	[ "$name" != no-load ] || option=--no-load
	"$@" "$tool" check --json $option >"/out/$name.check.json" 2>"/out/$name.check.err" || rc=$?
	echo "$rc" >"/out/$name.check.rc"
	note "$name: check ended with $rc"
}

# plugin NAME: its line and exit code.
plugin() {
	local rc=0
	"$tool" check --nagios >"/out/$1.txt" || rc=$?
	echo "$rc" >"/out/$1.rc"
}

# both NAME [COMMAND...]: check, then a watch: if it begins, for as long as it takes to lose pages.
both() {
	local name=$1 rc=0
	ask "$@"
	shift
	"$@" "$tool" watch --json >"/out/$name.json" 2>"/out/$name.err" &
	pid=$!
	until ! kill -0 "$pid" 2>/dev/null || grep -qs '"start"' "/out/$name.json"; do usleep 20000; done
	if kill -0 "$pid" 2>/dev/null; then
		"$tool" provoke "$scratch" --count 2 >/dev/null 2>&1 || :
		kill -TERM "$pid"
	fi
	wait "$pid" || rc=$?
	echo "$rc" >"/out/$name.rc"
	note "$name: watch ended with $rc"
}

# install_module VARIANT: what modprobe would load.
install_module() {
	local dir
	dir=/lib/modules/$(uname -r)
	cp "/modules/$1/btrfs.ko" "$dir/kernel/btrfs.ko"
	grep -q '^kernel/btrfs.ko:' "$dir/modules.dep" || echo 'kernel/btrfs.ko:' >>"$dir/modules.dep"
}

both no-btrfs

use_module stock
install_module stock
scratch_mkfs
scratch_mount
both fixed
"$tool" check >/out/fixed.txt || :
plugin nagios
ask no-load

# Another file than what is loaded proves nothing of it.
install_module early-clean
ask other-file
use_module early-clean
scratch_mount
both vulnerable
plugin nagios-vulnerable

echo 2 >/proc/sys/kernel/kptr_restrict
both hidden
echo 0 >/proc/sys/kernel/kptr_restrict
for without in syslog sys_admin sys_admin,-bpf sys_admin,-perfmon; do
	both "without-${without##*-}" "$setpriv" --inh-caps="-$without" --bounding-set="-$without"
done
ask admin "$setpriv" --inh-caps=-bpf,-perfmon --bounding-set=-bpf,-perfmon
echo 0 >/proc/sys/kernel/ftrace_enabled
both switched-off
echo 1 >/proc/sys/kernel/ftrace_enabled
echo 0 >/sys/kernel/debug/kprobes/enabled
both probes-off
echo 1 >/sys/kernel/debug/kprobes/enabled
preempt=$(sed 's/.*(\(.*\)).*/\1/' /sys/kernel/debug/sched/preempt)
echo full >/sys/kernel/debug/sched/preempt
both preempt
plugin nagios-preempt
echo "$preempt" >/sys/kernel/debug/sched/preempt

# Return hooks read the code then.
use_module early-clean:nobtf
scratch_mount
both nobtf
both nobtf-rawio "$setpriv" --inh-caps=-sys_rawio --bounding-set=-sys_rawio

# Nothing of check's is left.
scratch_umount
[ ! -s /sys/kernel/tracing/enabled_functions ] || fail "left attached: $(cat /sys/kernel/tracing/enabled_functions)"
[ ! -s /sys/kernel/debug/kprobes/list ] || fail "left attached: $(cat /sys/kernel/debug/kprobes/list)"

# The last, since there is no way back.
mount -t securityfs none /sys/kernel/security 2>/dev/null || :
echo confidentiality >/sys/kernel/security/lockdown
both lockdown
