# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# What a scenario has at hand beside lib.sh in a machine with systemd. It runs under `bash -euo pipefail` as root.
# $boot counts the machine's boots; use_module is not for it: `modprobe btrfs` loads the one variant there is.

# next_boot: end this boot of the machine; the scenario is run once more in the next one.
next_boot() {
	note "boot $boot ends after $(cut -d' ' -f1 /proc/uptime) s"
	touch /vm/again
	exit 0
}

# until_true SECONDS COMMAND...: until it succeeds, or fail.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -le "$end" ] || fail "not within its time: $*"
		sleep 0.1
	done
}

# told_by UNIT [OPTION...]: what the journal has of it, an object a line.
told_by() {
	local unit=$1
	shift
	journalctl -q -o json -u "$unit" "$@"
}
