#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# fetch.sh: print the folder with the programs of Prometheus, node_exporter and Alertmanager. They are unpacked, and not
# installed: their packages would start services that listen on the network.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
base=$top/.cache/fleet
mapfile -t packages < <(sed -n 's/^fleet //p' "$top/packaging/packages")

if [ ! -d "$base" ]; then
	mkdir -p "$top/.cache"
	work=$(mktemp -d "$top/.cache/fleet.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	chmod 755 "$work"
	# Lists that are old name files that are no more.
	if ! (cd "$work" && apt-get -qq download "${packages[@]}" 2>/dev/null); then
		apt-get -qq update
		(cd "$work" && apt-get -qq download "${packages[@]}" 2>/dev/null) ||
			{ echo "fetch.sh: cannot download ${packages[*]}; is there a network?" >&2; exit 3; }
	fi
	for deb in "$work"/*.deb; do
		dpkg-deb -x "$deb" "$work"
	done
	rm "$work"/*.deb
	# Another run may have been faster.
	mv -T "$work" "$base" 2>/dev/null || [ -d "$base" ]
fi
echo "$base/usr/bin"
