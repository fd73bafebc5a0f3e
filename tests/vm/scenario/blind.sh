# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# blind.sh MODULE - findings that nobody fetches in time: the tool must know that it missed some.
# Leaves /out/small.json (a ring for two records) and /out/stopped.json (the tool stopped for 5 s).
# shellcheck source=lib.sh
. /guest/lib.sh

# strand: strand pages until told to stop; they stay, since nobody verifies.
strand() {
	"$tool" provoke "$scratch" --outcome stranded --count 100000 >/dev/null 2>&1 &
	provoke_pid=$!
}

strand_stop() {
	kill -KILL "$provoke_pid"
	wait "$provoke_pid" || :
}

stranded() {
	grep -c '"class":"stranded"' "/out/$watch_name.json" || :
}

use_module "$1"
scratch_mkfs
scratch_mount

watch_start small --ring-size 4
strand
while [ "$(stranded)" -lt 40 ]; do usleep 50000; done
strand_stop
# All at once, far more than the ring can hold.
drop_caches
watch_stop
echo "$watch_rc" >/out/small.rc

watch_start stopped --ring-size 16
kill -STOP "$watch_pid"
strand
sleep 5
strand_stop
kill -CONT "$watch_pid"
watch_stop
echo "$watch_rc" >/out/stopped.rc
drop_caches
scratch_umount
