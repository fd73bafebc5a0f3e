# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# variants.sh MODULE SEED COUNT OUTCOME... - the tool with each row of /in/variants.rows, beside COUNT trials of each
# outcome, and then the row's cases, on files named after them. Leaves /out/ROW.json, .err, .rc and .truth.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
shift 3
outcomes=$*
over=/in/overwrite
trials() {
	local outcome
	: >"/out/$row.truth"
	for outcome in $outcomes; do
		# Exit code 1 says that losses were provoked.
		"$tool" provoke "$scratch" --outcome "$outcome" --count "$count" --seed "$seed" \
			--truth /tmp/truth >/tmp/provoke 2>&1 || [ $? = 1 ] || fail "provoke: $(cat /tmp/provoke)"
		cat /tmp/truth >>"/out/$row.truth"
	done
}

# Pages 4 and 5 are stranded; what becomes of them?
in_case() {
	local f=$scratch/$1 source=$scratch/$1.source
	$over make "$f" 16
	$over like "$source" 2
	$over strand "$f" 4 5
	case $1 in
	moved) /in/force move "$f" ;;
	direct) $over direct "$f" 16384 24576 ;;
	dedupe) $over dedupe "$f" 16384 24576 "$source" ;;
	clone) $over clone "$f" 16384 24576 "$source" ;;
	esac
	drop_caches
	rm "$f" "$source"
}

use_module "$module"
scratch_mkfs
scratch_mount -o noatime
while read -r row cases options; do
	case $row in '#'*) continue ;; esac
	# shellcheck disable=SC2086 # one word each
	watch_start "$row" -v $options
	trials
	for name in $(echo "$cases" | tr , ' '); do
		[ "$name" = - ] || in_case "$name" >/dev/null
	done
	watch_stop
	echo "$watch_rc" >"/out/$row.rc"
done </in/variants.rows
scratch_umount
