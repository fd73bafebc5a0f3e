# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# compilers.sh PROGRAM... - each program, whose kernel side another compiler made, watches writes being lost with
# early-clean, and none with stock. Leaves /out/PROGRAM-MODULE.json and .truth.
# shellcheck source=lib.sh
. /guest/lib.sh

for module in early-clean stock; do
	use_module "$module"
	for program in "$@"; do
		tool=/usr/sbin/$program
		scratch_mkfs
		scratch_mount
		watch_start "$program-$module"
		"$tool" provoke "$scratch" --outcome lost --count 10 --seed 1 \
			--truth "/out/$program-$module.truth" >"/out/$program-$module.provoke" 2>&1 || [ $? = 1 ] ||
			fail "provoke: $(cat "/out/$program-$module.provoke")"
		watch_stop
		scratch_umount
	done
done
