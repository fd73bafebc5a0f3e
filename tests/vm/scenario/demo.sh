# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# demo.sh SEED COUNT MODULE... - lose writes on purpose with each module, while the tool watches: one table, one NDJSON;
# then put them back, and see from the disk alone what the files hold.
# shellcheck source=lib.sh
. /guest/lib.sh

seed=$1 count=$2
shift 2
for module in "$@"; do
	use_module "$module"
	scratch_mkfs
	scratch_mount
	"$tool" watch -m "$scratch" >"/out/$module.txt" 2>"/out/$module.txt.err" &
	table_pid=$!
	watch_start "$module-lost" --rescue "/tmp/$module"
	wait_for "/out/$module.txt" PATH 30
	"$tool" provoke "$scratch" --keep --outcome lost --count "$count" --seed "$seed" \
		--truth "/out/$module-lost.truth" >"/out/$module.provoke" 2>&1 || [ $? = 1 ] ||
		fail "provoke: $(cat "/out/$module.provoke")"
	# What the write calls themselves wrote comes to the disk; the tool looks once a second.
	sync
	sleep 3
	watch_stop
	kill -TERM "$table_pid"
	wait "$table_pid" || [ $? = 1 ]
	"$tool" restore --all "/tmp/$module" >"/out/$module.restored" 2>&1 || [ $? = 1 ] ||
		fail "restore: $(cat "/out/$module.restored")"
	scratch_umount
	scratch_mount
	trials "/out/$module-lost.truth" | /in/meant "$seed" lost >"/out/$module.meant" || :
	scratch_umount
done
