# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# daemon_trouble.sh MODULE - the store's disk is full, then read-only; then the daemon takes more than it may.
# Leaves /out/{full,read-only,well,detached} (.txt, .json, .code), daemon.log, findings.db.
# shellcheck source=daemon.sh
. /guest/daemon.sh

# degraded NAME: three losses that cannot be stored.
degraded() {
	lose 3
	wait_for "$run/status.json" '"degraded":true.*"bytes":[0-9]*,"pending":[1-9]' 30
	look "$1"
}

# again: whatever waited is stored.
again() {
	wait_for "$run/status.json" '"degraded":false' 120
	look "well-$1"
}

use_module "$1"
scratch_mkfs
scratch_mount
state=/mnt/state
mkdir -p "$state"
mount -t tmpfs -o size=2m,mode=750 tmpfs "$state"
daemon_configure no
daemon_start
lose 1
# Whatever it frees for itself is somebody else's at once.
(while :; do cat /dev/zero >>"$state/filler" 2>/dev/null || usleep 10000; done) &
filler=$!
sleep 1
degraded full
kill "$filler"
rm "$state/filler"
again full
daemon_stop
echo "$daemon_code" >/out/daemon.code
mount -o remount,ro "$state"
daemon_start
degraded read-only
mount -o remount,rw "$state"
again read-only
daemon_stop
echo "$daemon_code" >>/out/daemon.code
cp "$state/findings.db" /out/
# No process needs so little.
sed -i 's/^memory-mib = 0/memory-mib = 1\npauses = 0/' "$conf"
daemon_start
wait_for "$run/status.json" '"state":"detached"' 90
look detached
lose 1
daemon_stop
echo "$daemon_code" >>/out/daemon.code
