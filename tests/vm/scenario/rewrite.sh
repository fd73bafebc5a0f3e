# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# rewrite.sh MODULE... - 128 MiB of dirty pages are rewritten, 4 KiB a call, with nothing attached, then under `watch`.
# For each MODULE it leaves /out/MODULE.json and .rc of the watch, and in /out/rewrite a line for each run:
# "MODULE alone|watch NANOSECONDS", by the guest's clock.
# shellcheck source=lib.sh
. /guest/lib.sh

# now: nanoseconds by the guest's clock.
now() {
	sed -n 's/^now at \([0-9]*\) nsecs.*/\1/p' /proc/timer_list
}

# rewrite BYTES: all of the file, so many a call; how many nanoseconds that took.
rewrite() {
	local begin
	begin=$(now)
	dd if=/dev/zero of="$scratch/file" bs="$1" count=$((134217728 / $1)) conv=notrunc 2>/dev/null
	echo $(($(now) - begin))
}

# Nothing shall be written back while the clock runs, which leaps while all sleep.
echo 0 >/proc/sys/kernel/hung_task_timeout_secs
echo 90 >/proc/sys/vm/dirty_ratio
echo 80 >/proc/sys/vm/dirty_background_ratio
echo 360000 >/proc/sys/vm/dirty_expire_centisecs

for module; do
	use_module "$module"
	scratch_mkfs
	scratch_mount
	rewrite 1048576 >/dev/null
	echo "$module alone $(rewrite 4096)" >>/out/rewrite
	watch_start "$module"
	echo "$module watch $(rewrite 4096)" >>/out/rewrite
	watch_stop
	echo "$watch_rc" >"/out/$module.rc"
	scratch_umount
done
