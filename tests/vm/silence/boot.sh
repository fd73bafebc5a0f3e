#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# boot.sh OUTDIR VARIANT [-f FILE]... ARG...: run the cases with one build of btrfs, in a machine with two NUMA nodes, so
# that pages can be moved. OUTDIR must be new; FILE is taken along; ARG... is what scenario/silence.sh wants.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$1 variant=$2 files=()
shift 2
while [ "${1:-}" = -f ]; do
	files+=(-f "$2")
	shift 2
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
gcc -O2 -Wall -Wextra -Werror -static -pthread -o "$tmp/force" "$here"/force*.c
for file in "$tmp/force" "$here/groups" "$here/lib.sh" "$here"/cases_*.sh; do files+=(-f "$file"); done
"$here/../run.sh" -k "${KERNEL:-6.1}" -m "$variant" -t "${LIMIT:-500}" -o "$out" -M 1536 \
	-x "-object memory-backend-ram,id=a,size=1024M -object memory-backend-ram,id=b,size=512M
		-numa node,memdev=a,cpus=0-1 -numa node,memdev=b" \
	"${files[@]}" -f "$(gcc -print-file-name=libgcc_s.so.1)=/usr/lib/libgcc_s.so.1" \
	-p btrfs -p cp -p fallocate -p chattr -p mkfs.minix \
	"$here/../scenario/silence.sh" "$variant" "$@" >"$tmp/log" 2>&1 || {
	cat "$tmp/log"
	tail -n 20 "$out/scenario.log"
	exit 1
} >&2
