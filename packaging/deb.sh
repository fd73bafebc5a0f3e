#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# deb.sh FOLDER: build the Debian package from a copy of this tree, as its archive would, into FOLDER.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$1
rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
version=$(sed -n '1s/^btrfs-dirtywatch //p' "$top/CHANGES.md")
tree=$folder/btrfs-dirtywatch-$version

mkdir "$tree"
tar -C "$top" --exclude ./.git --exclude ./.cache --exclude './.build*' --exclude ./btrfs-dirtywatch \
	--exclude ./btrfs-dirtywatch-static -cf - . | tar -C "$tree" -xf -
mv "$tree/packaging/debian" "$tree/debian"
"$top/packaging/changelog.sh" "$tree/CHANGES.md" >"$tree/debian/changelog"

if ! (cd "$tree" && dpkg-buildpackage -b -uc -us -j2) >"$folder/log" 2>&1; then
	tail -n 40 "$folder/log" >&2
	echo "deb.sh: the package was not built; see $folder/log" >&2
	exit 3
fi
ls "$folder"/btrfs-dirtywatch_*.deb
