#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# rootfs.sh [PACKAGE...] [FILE.deb...]: print the path of a disk image (ext4) with a Debian system that boots with
# systemd, with these packages, and what a file's package depends on, but not that package. It is made once for each list
# of packages, and made anew when this script changes.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../../module/lib.sh
. "$top/module/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../module/apt.sh
. "$top/module/apt.sh"

suites=bookworm,bookworm-security
packages=(systemd systemd-sysv systemd-journal-remote btrfs-progs jq kmod sqlite3)
size=2G

# What a machine without network, users and other disks only waits for. Software emulation makes each of them a second.
# Its units to mount the kernel's own filesystems stay: the daemon's unit meets them on every system.
useless='getty.target getty@tty1.service serial-getty@ttyS0.service systemd-logind.service systemd-user-sessions.service
	systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket
	systemd-networkd.service systemd-networkd.socket systemd-random-seed.service systemd-update-utmp.service
	systemd-update-utmp-runlevel.service systemd-binfmt.service systemd-pstore.service systemd-ask-password-wall.path
	systemd-ask-password-console.path apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service
	fstrim.timer dpkg-db-backup.timer systemd-tmpfiles-clean.timer systemd-remount-fs.service dev-hugepages.mount
	dev-mqueue.mount systemd-timesyncd.service proc-sys-fs-binfmt_misc.automount'

# depends FILE: the names of the packages that FILE's depends on, one a line.
depends() {
	dpkg-deb -f "$1" Depends | tr ',' '\n' | sed -E 's/^ *([a-z0-9.+-]+).*/\1/'
}

# settle FOLDER: make it a system that boots without a question.
settle() {
	local unit
	for unit in $useless; do
		ln -sfn /dev/null "$1/etc/systemd/system/$unit"
	done
	echo vm >"$1/etc/hostname"
	# As systems have it that are installed: by systemd at the first boot, who would ask.
	tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
	mkdir -p "$1/var/log/journal" "$1/mnt/scratch" "$1/etc/systemd/journald.conf.d"
	# What is told in the last moment before a reset must be there after it.
	printf '[Journal]\nSyncIntervalSec=1s\n' >"$1/etc/systemd/journald.conf.d/vm.conf"
	rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/doc/* "$1"/usr/share/locale/*
}

# print_key: what the image depends on.
print_key() {
	{ cat "$0"; echo "${packages[*]}"; } | sha256sum | head -c 16
}

# The image, as root alone can make it: its files are root's.
make_image() {
	[ "$(id -u)" = 0 ] || die 4 'a system to boot is made by root alone; run this as root'
	command -v mmdebstrap >/dev/null || die 3 'cannot find mmdebstrap; install the packages of the module step (packaging/deps.sh module)'
	private_apt "$suites"
	unset APT_CONFIG # mmdebstrap has one of its own
	local list
	list=$(IFS=,; echo "${packages[*]}")
	# It counts on descriptors that bats has taken.
	mmdebstrap --quiet --mode=root --variant=essential --include="$list" bookworm "$new/root" "$apt_state/sources.list" >&2 3>&- 4>&- </dev/null ||
		die 3 "cannot make a Debian system; see mmdebstrap's messages above"
	settle "$new/root"
	truncate -s "$size" "$new/image"
	mke2fs -q -t ext4 -d "$new/root" "$new/image"
	rm -rf "$new/root"
	mv "$new/image" "$image"
}

for name; do
	case $name in
	*.deb) mapfile -t -O ${#packages[@]} packages < <(depends "$name") ;;
	*) packages+=("$name") ;;
	esac
done
base=$cache/rootfs
image=$base/$(print_key).ext4
if [ ! -f "$image" ]; then
	locked "$base"
	[ -f "$image" ] || make_image # nobody made it while this one waited
fi
echo "$image"
