# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# storm.sh MODULE SECONDS SEED - as many windows a second as the soak can make, while the tool watches; thrice.
# Leaves /out/MODULE-N.json (what was found), .rc (the watch's exit code), .soak (what the soak saw lost) and .memory (the
# watch's peak of resident memory, KiB).
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seconds=$2 seed=$3
use_module "$module"
# Sources that are had again at once: a fault costs the writer no time.
mkdir -p /mnt/sources
mount -t tmpfs tmpfs /mnt/sources
for n in 1 2 3; do
	name=$module-$n
	scratch_mkfs
	scratch_mount
	# The writers leave the tool little time, and names take most of it.
	watch_start "$name" --ring-size 16384 --limit 100
	/in/soak -t 4 -w 32 -p 30 -f /mnt/sources -s "$seconds" -S "$((seed + n))" "$scratch" >"/out/$name.soak" 2>"/out/$name.soak.err" ||
		[ $? = 1 ] || fail "soak: $(cat "/out/$name.soak.err")"
	sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$watch_pid/status" >"/out/$name.memory"
	watch_stop
	echo "$watch_rc" >"/out/$name.rc"
	scratch_umount
done
umount /mnt/sources
