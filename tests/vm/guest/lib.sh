# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# What a scenario has at hand. It runs under `sh -euo pipefail` as root; what it leaves in /out goes back to the host.

scratch_dev=/dev/vda
scratch=/mnt/scratch
tool=/usr/sbin/btrfs-dirtywatch

# note MESSAGE...: say on the host (with -v at once, and in scenario.log) where the scenario is.
note() {
	echo "scenario: $*"
}

# fail MESSAGE...: end the scenario with status 1.
fail() {
	note "failed: $*"
	exit 1
}

# processors 0|1: turn all but the first off, or on.
processors() {
	local switch
	for switch in /sys/devices/system/cpu/cpu*/online; do
		[ ! -w "$switch" ] || echo "$1" >"$switch"
	done
}

# one_processor: with -j, before hooks are attached and while they are.
one_processor() {
	processors 0
}

# all_processors: for a race. No hook may be attached now.
all_processors() {
	processors 1
}

# use_module VARIANT[:nobtf]: unmount the scratch disk, and make this the loaded btrfs (`builtin`: it always is).
# Fails if the module has BTF where it should have none, or the reverse, on a kernel that does BTF for modules.
use_module() {
	local ko have=no want=yes
	[ "$1" != builtin ] || return 0
	ko=/modules/$(echo "$1" | tr : -)/btrfs.ko
	[ -f "$ko" ] || fail "no module '$1' in this machine; name it with -m"
	scratch_umount
	[ ! -d /sys/module/btrfs ] || rmmod btrfs || fail 'btrfs is still in use; unmount it, and end what traces it'
	insmod "$ko" || fail "module '$1' does not load; see dmesg.txt"

	[ -f /sys/kernel/btf/virtio_blk ] || return 0
	[ ! -f /sys/kernel/btf/btrfs ] || have=yes
	case $1 in *:nobtf | *-nobtf) want=no ;; esac
	[ "$have" = "$want" ] || fail "module '$1': BTF wanted: $want, there: $have"
}

# scratch_mkfs [OPTION...]: a new filesystem on the scratch disk. What mkfs says goes to /tmp/mkfs.log.
scratch_mkfs() {
	scratch_umount
	mkfs.btrfs -f "$@" "$scratch_dev" >/tmp/mkfs.log 2>&1 || fail "mkfs.btrfs: $(cat /tmp/mkfs.log)"
}

# scratch_mount [OPTION...]: mount it at $scratch, with the module that use_module chose.
scratch_mount() {
	grep -qw btrfs /proc/filesystems || fail 'no btrfs is loaded; call use_module first'
	mount -t btrfs "$@" "$scratch_dev" "$scratch" || fail "cannot mount $scratch_dev; see dmesg.txt"
}

# scratch_umount: unmount it, if it is mounted.
scratch_umount() {
	! grep -q " $scratch " /proc/mounts || umount "$scratch" || fail "cannot unmount $scratch; something still uses it"
}

# drop_caches [1|2|3]: page cache, dentries and inodes, or (the default) both.
drop_caches() {
	echo "${1:-3}" >/proc/sys/vm/drop_caches
}

# wait_for FILE PATTERN SECONDS: until a line of FILE matches, or fail. FILE need not exist yet.
wait_for() {
	local end now
	end=$(($(date +%s) + $3))
	until grep -qse "$2" "$1"; do
		now=$(date +%s)
		[ "$now" -le "$end" ] || fail "no '$2' in $1 within $3 s"
		usleep 20000
	done
}

# trials FILE: the trials of a truth file, as "TRIAL TRIES RESULT FILE" each.
trials() {
	sed -n 's/.*"type":"trial","trial":\([0-9]*\),"tries":\([0-9]*\),"file":"\([^"]*\)".*"result":\([0-9-]*\).*/\1 \2 \4 \3/p' "$1"
}

# watch_start NAME [OPTION...]: `watch --json` on the scratch filesystem; its output goes to /out/NAME.json.
# What stands in /in/watch-options comes first.
watch_start() {
	watch_name=$1
	shift
	# shellcheck disable=SC2046 # one word each
	"$tool" watch --json -m "$scratch" $(cat /in/watch-options 2>/dev/null) "$@" >"/out/$watch_name.json" 2>"/out/$watch_name.err" &
	watch_pid=$!
	wait_for "/out/$watch_name.json" '"start"' 120
}

# watch_stop: end it; its exit code is in $watch_rc.
watch_stop() {
	kill -TERM "$watch_pid"
	watch_rc=0
	wait "$watch_pid" || watch_rc=$?
	note "$watch_name: watch ended with $watch_rc"
}
