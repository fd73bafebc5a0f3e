# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# installed.sh TRIALS: the package on a system with systemd, from its first day to its last. /in has it in two versions.
trials=$1
service=btrfs-dirtywatch.service
textfile=/var/lib/prometheus/node-exporter/btrfs-dirtywatch.prom

# files: all names on the system but those that come and go by themselves.
files() {
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /in -o -path /out -o -path /vm \
		-o -path /var/log/journal -o -path /var/tmp \) -prune -o -print | sort
}

main_pid() {
	systemctl show -P MainPID $service
}

# armed_again PID: it is armed, as another process.
armed_again() {
	local now
	# Its exit code tells of losses and gaps.
	now=$({ btrfs-dirtywatch status --json || true; } | jq -r 'select(.state == "armed") | .pid') && [ -n "$now" ] && [ "$now" != "$1" ] &&
		[ "$now" = "$(main_pid)" ]
}

# lose NAME: provoke losses; what really happened goes to /out/NAME.truth.
lose() {
	local rc=0
	/usr/sbin/btrfs-dirtywatch provoke /mnt/scratch --outcome lost --count "$trials" --truth "/out/$1.truth" || rc=$?
	[ "$rc" = 1 ] || fail "provoke ended with $rc"
}

# stored: how many losses the store has.
stored() {
	sqlite3 -readonly /var/lib/btrfs-dirtywatch/findings.db "SELECT count(*) FROM finding WHERE class = 'lost'"
}

has_stored() {
	[ "$(stored)" -ge "$1" ]
}

# shows COUNT: the status has so many losses of this run. It is written anew within a second or two.
shows() {
	[ "$({ btrfs-dirtywatch status --json || true; } | jq -r .findings.lost)" = "$1" ]
}

exported() {
	[ "$(sed -n 's/^btrfs_dirtywatch_lost_pages_total //p' $textfile)" -ge "$1" ]
}

# told NAME: all that there is to be seen from outside, into files of that name.
told() {
	local rc=0
	journalctl --sync
	journalctl -q -o json -u $service >"/out/$1.journal"
	cp "$textfile" "/out/$1.prom"
	sqlite3 -readonly -json /var/lib/btrfs-dirtywatch/findings.db \
		'SELECT finding.*, boot FROM finding JOIN run ON run.id = finding.run' >"/out/$1.findings"
	sqlite3 -readonly -json /var/lib/btrfs-dirtywatch/findings.db 'SELECT * FROM run' >"/out/$1.runs"
	sqlite3 -readonly -json /var/lib/btrfs-dirtywatch/findings.db 'SELECT * FROM blind' >"/out/$1.blind"
	btrfs-dirtywatch status --json >"/out/$1.status" || rc=$?
	echo "$rc" >"/out/$1.status.rc"
	btrfs-dirtywatch status >"/out/$1.status.txt" || true
	rc=0
	btrfs-dirtywatch report --json >"/out/$1.report" || rc=$?
	echo "$rc" >"/out/$1.report.rc"
	stat -c '%U %a %n' $textfile /var/lib/btrfs-dirtywatch /var/lib/btrfs-dirtywatch/findings.db >"/out/$1.modes"
}

# collect: what a collector of journals gets from this machine.
collect() {
	local collector
	mkdir /vm/collected
	/lib/systemd/systemd-journal-remote --listen-http=127.0.0.1:19532 --split-mode=none --output=/vm/collected/all.journal \
		>/vm/collector.log 2>&1 &
	collector=$!
	until_true 30 bash -c ': </dev/tcp/127.0.0.1/19532'
	/lib/systemd/systemd-journal-upload --url=http://127.0.0.1:19532 --follow=no --save-state=/vm/upload.state >/vm/upload.log 2>&1 ||
		fail "upload: $(tail -n 3 /vm/upload.log)"
	kill "$collector"
	wait "$collector" || true
	journalctl -q -o json --file /vm/collected/all.journal _SYSTEMD_UNIT=$service >/out/collected.journal
}

install_it() {
	files >/vm/files.before
	# As node_exporter's package leaves it: root is not its owner.
	install -d -o 101 -g 101 /var/lib/prometheus/node-exporter
	install -d /etc/btrfs-dirtywatch/conf.d
	printf '[watch]\nguard = no\n[metrics]\nfile = %s\nevery-seconds = 5\n[budget]\ncpu-percent = 0\n[rescue]\ndir = /var/lib/btrfs-dirtywatch/rescued\n' \
		$textfile >/etc/btrfs-dirtywatch/conf.d/trial.conf
	dpkg -i /in/first.deb >/out/dpkg.log 2>&1 || fail "dpkg: $(tail -n 3 /out/dpkg.log)"
	until_true 150 armed_again 0
	note "armed $(cut -d' ' -f1 /proc/uptime)"
	systemctl is-enabled $service >/out/enabled
}

first_boot() {
	local pid
	install_it
	mkfs.btrfs -q -f "$scratch_dev" >/dev/null
	mount "$scratch_dev" /mnt/scratch
	lose first
	until_true 30 has_stored "$trials"
	until_true 30 exported "$trials"
	told first
	journalctl -q -x -u $service MESSAGE_ID=a560231141b043118574f88184ed5b17 -n 1 >/out/first.explained

	note 'killed'
	pid=$(main_pid)
	kill -9 "$pid"
	until_true 150 armed_again "$pid"
	[ "$(systemctl show -P NRestarts $service)" = 1 ] || fail 'not restarted'
	lose second
	until_true 30 has_stored $((2 * trials))
	until_true 10 shows "$trials"
	told second

	note 'upgraded'
	pid=$(main_pid)
	dpkg -i /in/next.deb >>/out/dpkg.log 2>&1 || fail "dpkg: $(tail -n 3 /out/dpkg.log)"
	until_true 150 armed_again "$pid"
	lose third
	until_true 30 has_stored $((3 * trials))
	told third
	umount /mnt/scratch
}

second_boot() {
	until_true 150 armed_again 0
	systemctl --failed --no-legend >/out/failed
	mount "$scratch_dev" /mnt/scratch
	lose fourth
	until_true 30 has_stored $((4 * trials))
	told fourth
	umount /mnt/scratch

	note 'reloaded'
	systemctl reload $service
	until_true 10 sh -c "journalctl -q -u $service MESSAGE_ID=fd4f0d8711c641cb8529f8ffead1819e | grep ."
	systemctl stop $service
	journalctl -q -o json -u $service >/out/end.journal

	note 'collected'
	collect

	note 'purged'
	dpkg -r btrfs-dirtywatch >>/out/dpkg.log 2>&1
	[ -s /var/lib/btrfs-dirtywatch/findings.db ] || fail 'a removal took the findings away'
	dpkg -P btrfs-dirtywatch >>/out/dpkg.log 2>&1
	files >/vm/files.after
	diff /vm/files.before /vm/files.after >/out/left || true
	find /run -name '*dirtywatch*' >/out/left.run
}

if [ "$boot" = 1 ]; then
	first_boot
	next_boot
fi
second_boot
