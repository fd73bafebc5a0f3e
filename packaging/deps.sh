#!/bin/sh
# Install what the named steps need and is not there yet: deps.sh build module vm test lint
set -eu

here=$(dirname "$0")
want=
for step in "$@"; do
	found=$(sed -n "s/^$step //p" "$here/packages")
	[ -n "$found" ] || { echo "deps.sh: no step '$step' in $here/packages" >&2; exit 2; }
	want="$want $found"
done

missing=
for p in $want; do
	dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: missing packages:$missing; run this as root, or install them" >&2
	exit 4
fi
apt-get -qq update
# shellcheck disable=SC2086 # a list of names, split on purpose
DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing >/dev/null
