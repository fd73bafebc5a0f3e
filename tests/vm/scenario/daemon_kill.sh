# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# daemon_kill.sh MODULE SEED COUNT - in a storm of lost pages the daemon is killed COUNT times, each time somewhere else.
# Leaves /out/findings.db, and in /out/daemon.log what was told.
# shellcheck source=daemon.sh
. /guest/daemon.sh

module=$1 seed=$2 count=$3
use_module "$module"
scratch_mkfs
scratch_mount
daemon_configure no
mkdir -p /mnt/sources
mount -t tmpfs tmpfs /mnt/sources
for i in $(seq "$count"); do
	daemon_start
	told=$(grep -c '^<2>' "$say" || :)
	mkdir "$scratch/$i"
	/in/soak -t 1 -w 4 -p 30 -f /mnt/sources -s 2 -S "$((seed + i))" "$scratch/$i" >/dev/null 2>/tmp/soak.err &
	soak=$!
	"$tool" provoke "$scratch" --outcome lost --count 12 --seed "$((seed + i))" >/dev/null 2>&1 &
	provoker=$!
	until [ "$(grep -c '^<2>' "$say")" -gt "$told" ]; do usleep 10000; done
	usleep $(((seed * i * 7919 % 1000) * 1000))
	# Or its other process, without which it cannot go on.
	victim=$daemon wanted=137
	[ $((i % 3)) != 0 ] || victim=$(hooks_pid) wanted=7
	kill -9 "$victim"
	code=0
	wait "$daemon" || code=$?
	[ "$code" = "$wanted" ] || fail "the daemon ended with $code, not $wanted"
	wait "$provoker" || [ $? = 1 ] || fail 'provoke failed'
	wait "$soak" || [ $? = 1 ] || fail "soak: $(cat /tmp/soak.err)"
	"$tool" report --since 1970-01-01 "$state/findings.db" >/out/report.txt 2>&1 || [ $? != 3 ] || fail "$(cat /out/report.txt)"
	echo "$i" >>/out/kills
done
daemon_start
sleep 1
daemon_stop
echo "$daemon_code" >/out/daemon.code
cp "$state/findings.db" /out/
