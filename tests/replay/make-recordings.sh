#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# make-recordings.sh: make the recordings of real machines anew, after a change of the records or of what is printed.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
to=$top/tests/replay/recordings
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make -C "$top" --no-print-directory static
"$top/tests/vm/run.sh" -v -k "${KERNEL:-6.1}" -m early-clean,early-clean:nobtf -t "${LIMIT:-400}" -o "$work/out" \
	"$top/tests/vm/scenario/recording.sh" early-clean
mkdir -p "$to"
rm -f "$to"/*
for name in lost near-miss superseded stranded stranded-then-lost healed void blind clean lost-nobtf; do
	install -m 644 "$work/out/$name".{rec,live,code} "$to"
done
size=$(cat "$to"/*.rec | wc -c)
echo "$(find "$to" -name '*.rec' | wc -l) recordings of $size bytes in all"
[ "$size" -lt 262144 ] || {
	echo "make-recordings.sh: they are too large to be kept; take fewer trials" >&2
	exit 1
}
