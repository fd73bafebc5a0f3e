# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# latency.sh MODULE - one event, alone: when is its line in the file?
# Leaves /out/latency: a line for each event, "when it was observed, when its line was written", seconds since 1970.
# shellcheck source=lib.sh
. /guest/lib.sh

use_module "$1"
scratch_mkfs
scratch_mount
watch_start latency
for class in lost near-miss stranded superseded lost near-miss stranded superseded; do
	"$tool" provoke "$scratch" --outcome "$class" --count 1 >/dev/null 2>&1 || [ $? = 1 ]
	sleep 1
	# The last line of all: for a stranded page, its drop by the verification.
	echo "$(sed -n 's/.*"ts":"\([^"]*\)".*"class".*/\1/p' /out/latency.json | tail -n 1) $(/usr/bin/stat -c %.9Y /out/latency.json)" >>/out/latency
done
watch_stop
scratch_umount
