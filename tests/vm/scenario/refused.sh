# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# refused.sh MODULE SEED COUNT - another tracer holds all the places that the kernel has around one function.
# Leaves /out/refused.json, .err, .rc, .truth, and /out/bpftrace.txt.
# shellcheck source=lib.sh
. /guest/lib.sh

use_module "$1"
scratch_mkfs
scratch_mount
# shellcheck disable=SC2046 # one word each
clauses=$(for i in $(seq 38); do echo "kfunc:folio_clear_dirty_for_io { @[$i] = 1; }"; done)
/usr/bin/bpftrace -e "BEGIN { printf(\"begun\\n\"); } $clauses" >/out/bpftrace.txt 2>&1 &
tracer=$!
wait_for /out/bpftrace.txt begun 120
watch_start refused -v
"$tool" provoke "$scratch" --outcome lost --count "$3" --seed "$2" --truth /out/refused.truth >/tmp/provoke 2>&1 || [ $? = 1 ]
watch_stop
echo "$watch_rc" >/out/refused.rc
kill -INT "$tracer"
wait "$tracer" || :
scratch_umount
