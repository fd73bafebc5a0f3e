# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# idle_daemon.sh MODULE - what a daemon costs that has nothing to do, with the settings as they come.
# Leaves /out/idle: for each of its two processes a line: name, wake-ups and nanoseconds of a processor in ten minutes, KiB of memory,
# what they share by halves.
# shellcheck source=daemon.sh
. /guest/daemon.sh

# spent PID: wake-ups and nanoseconds so far.
spent() {
	echo "$(awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$1/status") $(cut -d ' ' -f 1 "/proc/$1/schedstat")"
}

echo 0 >/proc/sys/kernel/hung_task_timeout_secs
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
use_module "$1"
scratch_mkfs
scratch_mount
mkdir -m 750 /tmp/state
cat >"$conf" <<EOF
[watch]
run-dir = $run
[store]
file = /tmp/state/findings.db
[metrics]
file = /out/metrics.prom
[self-test]
file = $scratch/self-test
EOF
daemon_start
wait_for "$run/status.json" '"self_test":{"result":"passed"' 60
# After it began it looks each second for a while, and takes the first sample of its cost.
sleep 120
hooks=$(hooks_pid)
before=$(spent "$daemon") hooks_before=$(spent "$hooks")
sleep 600
after=$(spent "$daemon") hooks_after=$(spent "$hooks")
line() {
	# shellcheck disable=SC2086 # four numbers
	set -- "$1" "$2" $3 $4
	echo "$1 $(($5 - $3)) $(($6 - $4)) $(awk '$1 == "Pss:" { print $2 }' "/proc/$2/smaps_rollup")"
}
line keeper "$daemon" "$before" "$after" >/out/idle
line hooks "$hooks" "$hooks_before" "$hooks_after" >>/out/idle
look idle
daemon_stop
echo "$daemon_code" >/out/daemon.code
scratch_umount
