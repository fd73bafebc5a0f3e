#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# build.sh KERNEL PLACE HOW: print the path of a btrfs.ko that does what how/HOW.h says at place/PLACE.cocci.
# The rows of `list` say which there are; module/build.sh builds them, and keeps them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ $# != 3 ] || [ ! -f "$here/place/$2.cocci" ] || [ ! -f "$here/how/$3.h" ]; then
	echo 'usage: build.sh KERNEL PLACE HOW, as the rows of list have them' >&2
	exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/$2-$3"
cp "$here/place/$2.cocci" "$folder/$2-$3"
cp "$here/how/$3.h" "$folder/$2-$3/shape.h"
"$here/../../../module/build.sh" "$1" "$folder/$2-$3" nobtf
