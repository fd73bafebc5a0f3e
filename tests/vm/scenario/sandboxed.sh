# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# sandboxed.sh TRIALS STRANDED: the unit as it is, but that a call which its filter does not let through is death; and beside it
# the same program without a unit. The losses are in a home that is closed to others.
trials=$1 stranded=$2
service=btrfs-dirtywatch.service

armed() {
	[ "$(btrfs-dirtywatch status --json | jq -r .state)" = armed ]
}

has_stored() {
	[ "$(sqlite3 -readonly /var/lib/btrfs-dirtywatch/findings.db "SELECT count(*) FROM finding WHERE class = 'lost'")" -ge "$1" ]
}

self_tested() {
	[ "$(btrfs-dirtywatch status --json | jq -r .self_test.result)" = passed ]
}

# told NAME: how the daemon is.
told() {
	btrfs-dirtywatch status --json >"/out/$1.status" || true
	sqlite3 -readonly -json /var/lib/btrfs-dirtywatch/findings.db 'SELECT * FROM finding' >"/out/$1.findings"
}

# trial NAME COUNT: lose some; when they are stored and the self-test is over, tell.
trial() {
	local rc=0
	/usr/sbin/btrfs-dirtywatch provoke /home/user --outcome lost --count "$trials" --truth "/out/$1.truth" || rc=$?
	[ "$rc" = 1 ] || fail "provoke ended with $rc"
	until_true 60 has_stored "$2"
	until_true 60 self_tested
	told "$1"
}

# has_healed COUNT: so many stranded pages, says the store.
has_healed() {
	[ "$(sqlite3 -readonly /var/lib/btrfs-dirtywatch/findings.db "SELECT count(*) FROM finding WHERE json LIKE '%\"healed\":true%'")" -ge "$1" ]
}

# heal: by a unit of its own, which systemd starts when it is asked; more at once than there is time to save in a second.
# Are they there when nobody remembers them?
heal() {
	mkdir /home/user/stranded
	/in/strand make /home/user/stranded "$stranded" 1
	until_true 60 has_healed "$stranded"
	sync
	echo 3 >/proc/sys/vm/drop_caches
	/in/strand check /home/user/stranded "$stranded" 1 >/out/healed 2>&1 || fail "strand: $(tail -n 3 /out/healed)"
}

# A root on btrfs, as far as it matters: the store and the homes are subvolumes.
mount_btrfs() {
	modprobe btrfs
	mkfs.btrfs -q -f "$scratch_dev" >/dev/null
	mount "$scratch_dev" /mnt/scratch
	btrfs -q subvolume create /mnt/scratch/state
	btrfs -q subvolume create /mnt/scratch/home
	mkdir -p /var/lib/btrfs-dirtywatch
	mount -o subvol=state "$scratch_dev" /var/lib/btrfs-dirtywatch
	mount -o subvol=home "$scratch_dev" /home
	install -d -o 1000 -g 1000 -m 700 /home/user
}

mount_btrfs
install -d -o 101 -g 101 /var/lib/prometheus/node-exporter
install -d /etc/btrfs-dirtywatch/conf.d /etc/systemd/system/$service.d
printf '[watch]\nguard = no\n[metrics]\nfile = /var/lib/prometheus/node-exporter/btrfs-dirtywatch.prom\nevery-seconds = 5\n[budget]\ncpu-percent = 0\n[rescue]\ndir = /var/lib/btrfs-dirtywatch/rescued\n[heal]\nenabled = yes\n' \
	>/etc/btrfs-dirtywatch/conf.d/trial.conf
printf '[Service]\nSystemCallErrorNumber=kill\n' >/etc/systemd/system/$service.d/strict.conf
install -D -m 644 /etc/systemd/system/$service.d/strict.conf /etc/systemd/system/btrfs-dirtywatch-heal@.service.d/strict.conf
dpkg -i /in/first.deb >/out/dpkg.log 2>&1 || fail "dpkg: $(tail -n 3 /out/dpkg.log)"
# It is to heal, and nobody is there who could: it does not begin.
[ "$(systemctl show -P ExecMainStatus $service)" = 3 ] || fail "without the socket of the healer the service ended with $(systemctl show -P ExecMainStatus $service)"
systemctl start btrfs-dirtywatch-heal.socket
systemctl start $service
until_true 150 armed
systemd-analyze security --no-pager $service | tail -n 1 >/out/exposure
trial unit "$trials"
heal
until_true 20 test -s /var/lib/prometheus/node-exporter/btrfs-dirtywatch.prom
systemctl show -p NRestarts -p SystemCallErrorNumber -p ActiveState $service >/out/unit
systemctl reload $service
sleep 1
systemctl show -P ActiveState $service >>/out/unit
systemctl stop $service
systemctl show -p Result $service >>/out/unit
journalctl -q -o json -u $service >/out/unit.journal

btrfs-dirtywatch daemon >/out/plain.log 2>&1 &
daemon=$!
until_true 150 armed
trial plain $((2 * trials))
kill "$daemon"
wait "$daemon"
