# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# compilers.sh SEED COUNT PROGRAM... - each program of /usr/sbin watches writes being lost by early-clean, and stock.
# Leaves /out/PROGRAM-MODULE.json, .truth and .rc.
# shellcheck source=lib.sh
. /guest/lib.sh

seed=$1 count=$2
shift 2
for module in early-clean stock; do
	use_module "$module"
	for program in "$@"; do
		tool=/usr/sbin/$program name=$program-$module
		scratch_mkfs
		scratch_mount
		watch_start "$name"
		"$tool" provoke "$scratch" --outcome lost --count "$count" --seed "$seed" \
			--truth "/out/$name.truth" >"/out/$name.provoke" 2>&1 || [ $? = 1 ] ||
			fail "provoke: $(cat "/out/$name.provoke")"
		watch_stop
		echo "$watch_rc" >"/out/$name.rc"
		scratch_umount
	done
done
