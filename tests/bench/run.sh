#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh [-r ROWS] [-c COLUMNS] [-o OUTDIR] [KERNEL...]: what is attached costs, in instructions; see docs/cost.md.
# Leaves OUTDIR/costs.ndjson, an object for each column and row. REPS repetitions (5, and 3 on all kernels but
# the first) of PAGES (1024) pages each.
# LANES (2) kernels at a time: what else the host does is not counted. Exit status: 0, or 3 when a machine gave no answer.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${BUILD:-$top/.build}
rows=$here/rows columns=$here/columns out=$top/.build/bench/out
pages=${PAGES:-1024} lanes=${LANES:-2}

while getopts :r:c:o: opt; do
	case $opt in
	r) rows=$OPTARG ;;
	c) columns=$OPTARG ;;
	o) out=$OPTARG ;;
	*)
		echo 'usage: run.sh [-r ROWS] [-c COLUMNS] [-o OUTDIR] [KERNEL...]' >&2
		exit 2
		;;
	esac
done
shift $((OPTIND - 1))
kernels=("$@")
[ $# -gt 0 ] || kernels=(6.1)

# lines FILE [PATTERN]: a table without its comments, and its lines whose third word matches.
lines() {
	awk -v p="${2:-.}" '!/^#/ && $3 ~ p' "$1"
}

# machine NAME LIMIT PATTERN [RUN.SH OPTION...]: the columns whose `how` matches, in one machine.
machine() {
	local name=$1 limit=$2 dir=$out/$kernel-$1 modules
	local list=$dir.lists
	mkdir -p "$list"
	lines "$rows" >"$list/list.rows"
	lines "$columns" "$3" >"$list/list.columns"
	[ -s "$list/list.columns" ] || return 0
	shift 3
	modules=$(awk '{ print $2 }' "$list/list.columns" | sort -u | paste -sd,)
	echo "bench: $kernel, $name: $(awk '{ print $1 }' "$list/list.columns" | paste -sd' ')"
	"$top/tests/vm/run.sh" ${V:+-v} -k "$kernel" -m "$modules" -t "$limit" -o "$dir" -i -p mkfs.ext4 -p btrfs \
		-f "$build/bench/rows" -f "$build/bench/floor" -f "$build/bench/floor.bpf.o" \
		-f "$list/list.rows=in/list.rows" -f "$list/list.columns=in/list.columns" "$@" \
		"$here/scenario.sh" "$repetitions" "$pages" >"$out/$kernel-$name.log" 2>&1 || {
		echo "bench: $kernel, $name: no answer: $(tail -n 1 "$dir/scenario.log") ($(tail -n 1 "$out/$kernel-$name.log"))" >&2
		return 1
	}
	sed 's/^/bench: left out: /' "$dir/skipped"
	costs "$dir"
}

# costs DIR: of one machine, so that nothing is compared with another's.
costs() {
	jq -n -c -R -f "$here/cost.jq" --slurpfile about <(about "$1") --rawfile rows "$rows" "$1/counted" >>"$out/costs.$kernel"
}

# about DIR: what the figures depend on.
about() {
	jq -n -c '{kernel: $kernel, release: $release, compiler: $compiler, qemu: $qemu}' --arg kernel "$kernel" \
		--arg release "$(sed -n 's/.*Linux version \([^ ]*\) .*/\1/p' "$1/dmesg.txt" | head -n 1)" \
		--arg compiler "$(clang --version | sed -n '1s/.*version \([^ ]*\).*/clang \1/p')" \
		--arg qemu "$(qemu-system-x86_64 --version | sed -n '1s/.*version \([^ ]*\).*/\1/p')"
}

# both KERNEL: its two machines, for in bpftrace's there is little room for anything else.
both() {
	kernel=$1 repetitions=${REPS:-3}
	[ "$kernel" != "${kernels[0]}" ] || repetitions=${REPS:-5}
	machine watch "${LIMIT:-3600}" '^(floor|watch|found)$' -M 1280 || touch "$out/failed"
	# Its libraries have 200 MB.
	machine bpftrace "${LIMIT:-5400}" '^bpftrace$' -M 2560 -p bpftrace \
		-f "$here/naive-fentry.bt" -f "$here/naive-kprobe.bt" || touch "$out/failed"
}

rm -rf "$out"
mkdir -p "$out"
touch "${kernels[@]/#/$out/costs.}"
# Each lane is a group of processes of its own, so that none outlives this script.
set -m
lane=''
trap 'for lane in $(jobs -p); do kill -- "-$lane" 2>/dev/null || :; done' EXIT
for kernel in "${kernels[@]}"; do
	[ "$(jobs -rp | wc -l)" -lt "$lanes" ] || wait -n || :
	both "$kernel" </dev/null &
done
wait
jq -s -c -f "$here/ratio.jq" "${kernels[@]/#/$out/costs.}" >"$out/costs.ndjson"
for kernel in "${kernels[@]}"; do
	[ -s "$out/costs.$kernel" ] || touch "$out/failed"
done
[ ! -e "$out/failed" ] || exit 3
