# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../vm/guest disable=SC2119 # options may be left out
# survey.sh MODULE - what the tool gets on this kernel. Leaves /out/check.json and .check.rc (what `check` says),
# /out/instructions (the programs of a watch, see programs.c) and /out/survey.err (the variants that it names).
# shellcheck source=lib.sh
. /guest/lib.sh

use_module "$1"
scratch_mkfs
scratch_mount
rc=0
"$tool" check --json >/out/check.json 2>/out/check.err || rc=$?
echo "$rc" >/out/check.rc
watch_start survey -v
/in/programs | sort >/out/instructions
watch_stop
echo "$watch_rc" >/out/survey.rc
scratch_umount
