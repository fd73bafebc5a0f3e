# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# daemon.sh MODULE GUARD - a daemon whose store lies on the filesystem that it watches (GUARD: yes or no).
# Leaves in /out: before, after, ended (.txt, .json, .code), rights.txt, report.txt, metrics.prom, findings.db, and in
# idle-pages how many were written in 20 seconds without work: it must not feed on itself.
# shellcheck source=daemon.sh
. /guest/daemon.sh

# sockets PID: the inodes of its sockets.
sockets() {
	# shellcheck disable=SC2012 # where links lead
	ls -l "/proc/$1/fd" | sed -n 's/.* -> socket:\[\(.*\)\]$/\1/p'
}

# networks PID: how many of them are no local ones.
networks() {
	sockets "$1" | while read -r inode; do
		awk -v i="$inode" '$7 == i { found = 1 } END { if (!found) print i }' /proc/net/unix
	done | wc -l
}

# rights: what each of the daemon's processes may do.
rights() {
	for p in $daemon $(hooks_pid); do
		# shellcheck disable=SC2046 # words
		echo $(cat "/proc/$p/comm") $(sed -n 's/^CapEff:\t//p; s/^NoNewPrivs:\t//p; s/^Seccomp:\t//p' "/proc/$p/status") \
			$(networks "$p") $(sockets "$p" | wc -l)
	done
}

written() {
	sed -n 's/^nr_written //p' /proc/vmstat
}

use_module "$1"
scratch_mkfs
scratch_mount
daemon_configure "$2"
daemon_start
wait_for "$run/status.json" '"self_test":{"result":"passed"' 60
rights >/out/rights.txt
look before
lose 3
sleep 3
look after
"$tool" report "$state/findings.db" >/out/report.txt 2>&1 || :
sync
before=$(written)
sleep 20
echo "$(($(written) - before))" >/out/idle-pages
# Settings that can change while it watches, and one that cannot.
sed -i 's/every-seconds = 5/every-seconds = 7/; s/^guard = .*/&\nring-kib = 2048/' "$conf"
kill -HUP "$daemon"
wait_for "$say" 'with the next start only' 20
daemon_stop
echo "$daemon_code" >/out/daemon.code
look ended
cp "$state/findings.db" /out/
