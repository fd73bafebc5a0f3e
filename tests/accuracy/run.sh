#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh [-n PERCENT] [-r PATTERN] [-S SEED] [-t SECONDS] [-m MODULE] [-o OUTDIR] [-R|-P] [ROUNDS]: see README.md.
# Exit status: 0 all is right, 1 something is wrong, 3 a machine gave no answer.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
usage='usage: run.sh [-n PERCENT] [-r PATTERN] [-S SEED] [-t SECONDS] [-m MODULE] [-o OUTDIR] [-R|-P] [ROUNDS]'
percent=100 pattern='*' seed=${SEED:-$RANDOM} limit=900 module=early-clean out='' rescue=''

# Two memory nodes, so that pages can be moved; a disk that is never short of room for metadata.
nodes='-object memory-backend-ram,id=m0,size=512M -object memory-backend-ram,id=m1,size=512M'
nodes+=' -numa node,memdev=m0,cpus=0-1 -numa node,memdev=m1'

while getopts :n:r:S:t:m:o:RP opt; do
	case $opt in
	n) percent=$OPTARG ;;
	r) pattern=$OPTARG ;;
	S) seed=$OPTARG ;;
	t) limit=$OPTARG ;;
	m) module=$OPTARG ;;
	o) out=$OPTARG ;;
	R) rescue=rescue ;;
	P) rescue=restore ;;
	*)
		echo "$usage" >&2
		exit 2
		;;
	esac
done
shift $((OPTIND - 1))
rounds=${1:-1}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
out=${out:-$tmp}

# round NUMBER: all rows in one machine, each half of them judged by itself.
round() {
	local dir=$out/round$1 name status=0
	"$top/tests/vm/run.sh" -k "${KERNEL:-6.1}" -m "$module" -t "$limit" -M 1024 -d 4096 -o "$dir" -x "$nodes" \
		-f "${BUILD:-$top/.build}/accuracy/accuracy" \
		"$here/scenario.sh" "$module" $((seed + $1)) "$percent" "$pattern" $rescue || status=$?
	if [ "$status" != 0 ]; then
		cat "$dir"/scenario.log "$dir"/*.err 2>/dev/null || :
		echo "run.sh: round $1 ended with status $status; its seed is $((seed + $1))" >&2
		return 3
	fi
	for name in open closed; do
		jq -n -c -f "$here/judge.jq" --slurpfile truth "$dir/$name.truth" --slurpfile seen "$dir/$name.json" >"$tmp/$1.$name"
		[ "$rescue" != rescue ] || jq -n -r -f "$here/promised.jq" --slurpfile truth "$dir/$name.truth" \
			--slurpfile seen "$dir/$name.json" | sed "s|^|round$1/rescue/|" >>"$tmp/missing"
	done
}

# put_back: what `restore` made of it.
put_back() {
	local i name
	for ((i = 0; i < rounds; i++)); do
		for name in open closed; do
			jq -n -c -f "$here/put_back.jq" --slurpfile truth "$out/round$i/$name.truth" \
				--slurpfile said "$out/round$i/$name.restored"
		done
	done | tee "$tmp/put-back" | jq -r -s -f "$here/put_back_table.jq"
	jq -s -e '(map(.bad) | add) == [] and (map(.files) | add) > 0' "$tmp/put-back" >/dev/null
}

echo "accuracy: seed $seed, $rounds rounds of $percent %, module $module"
for ((i = 0; i < rounds; i++)); do
	round "$i" || exit 3
done
jq -r -s -f "$here/table.jq" "$tmp"/*.open "$tmp"/*.closed
if [ "$rescue" = rescue ]; then
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -o "$tmp/promised" "$here/host/promised.c"
	"$tmp/promised" "$out" <"$tmp/missing"
fi
[ "$rescue" != restore ] || put_back
jq -s -e -f "$here/right.jq" "$tmp"/*.open "$tmp"/*.closed >/dev/null
