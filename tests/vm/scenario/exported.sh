# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# exported.sh - the programs of `provoke --export-c` on both kernels; /out/exported: what they said.
# shellcheck source=lib.sh
. /guest/lib.sh

for module in early-clean stock; do
	use_module "$module"
	scratch_mkfs
	scratch_mount
	for outcome in lost stranded near-miss superseded; do
		rc=0
		"/in/$outcome" "$scratch" >/tmp/said 2>&1 || rc=$?
		echo "$module $outcome $rc: $(tail -n 1 /tmp/said)" >>/out/exported
	done
	scratch_umount
done
