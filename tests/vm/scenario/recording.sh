# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# recording.sh MODULE - recordings of every class. For each NAME it leaves /out/NAME.rec, /out/NAME.live (what the live
# run said) and /out/NAME.code (its exit code); of those that must fail, /out/NAME.err.
# shellcheck source=lib.sh
. /guest/lib.sh

# record_start NAME [OPTION...]: a recording beside what follows. Local time here is nobody else's.
record_start() {
	record_name=$1
	shift
	TZ=ABC-1:37 "$tool" record -o "/out/$record_name.rec" -m "$scratch" "$@" \
		>"/out/$record_name.live" 2>"/out/$record_name.err" &
	record_pid=$!
	wait_for "/out/$record_name.live" '"start"\|^TIME' 60
}

# record_stop [SIGNAL]
record_stop() {
	kill "-${1:-TERM}" "$record_pid"
	record_rc=0
	wait "$record_pid" || record_rc=$?
	echo "$record_rc" >"/out/$record_name.code"
	note "$record_name: record ended with $record_rc"
}

# provoke OUTCOME: three of them, in a folder whose name is hostile.
provoke() {
	# Exit code 1 says that losses were provoked.
	"$tool" provoke "$folder" --outcome "$1" --count 3 >/tmp/provoke 2>&1 || [ $? = 1 ] ||
		fail "provoke: $(cat /tmp/provoke)"
}

# strand: pages that stay stranded, since nobody verifies.
strand() {
	"$tool" provoke "$folder" --outcome stranded --count 100000 >/dev/null 2>&1 &
	provoke_pid=$!
}

strand_stop() {
	kill -KILL "$provoke_pid"
	wait "$provoke_pid" || :
	# The last one may have been under way.
	sleep 1
}

strand_some() {
	strand
	wait_for "/out/$record_name.live" '"class":"stranded"' 30
	strand_stop
}

module=$1
use_module "$module"
scratch_mkfs
scratch_mount
folder=$scratch/$(printf 'a\033[31m\377 b')
mkdir "$folder"

for outcome in lost near-miss superseded; do
	record_start "$outcome" -v
	provoke "$outcome"
	record_stop
done

record_start stranded --json
strand_some
record_stop INT

record_start stranded-then-lost --json -v
strand_some
drop_caches
record_stop

record_start healed --json --rescue /run/rescue --heal
strand_some
wait_for "/out/$record_name.live" '"healed":true' 30
record_stop

# One page a second: most of them wait.
record_start waited --json --rescue /run/waited --rescue-rate 1
provoke lost
wait_for "/out/$record_name.live" '"class":"lost"' 30
record_stop

record_start void --json
strand_some
rm "$folder"/provoke-*
sleep 1
record_stop

record_start blind --ring-size 4
kill -STOP "$record_pid"
strand
sleep 3
strand_stop
kill -CONT "$record_pid"
record_stop
drop_caches

record_start clean
dd if=/dev/zero of="$scratch/file" bs=64k count=4 2>/dev/null
sync
record_stop

# Recordings that go wrong.
record_start killed
provoke lost
record_stop KILL
mkdir -p /mnt/small
mount -t tmpfs -o size=16k tmpfs /mnt/small
record_rc=0
"$tool" record -q -m "$scratch" -o /mnt/small/full -d 60 2>/out/full.err &
full_pid=$!
while [ ! -s /mnt/small/full ]; do usleep 50000; done
# Before the hooks are armed nothing is seen.
while kill -0 "$full_pid" 2>/dev/null; do provoke lost; done
wait "$full_pid" || record_rc=$?
echo "$record_rc" >/out/full.code
cp /mnt/small/full /out/full.rec
umount /mnt/small
record_rc=0
"$tool" record -q -m "$scratch" -o /out/lost.rec 2>/out/exists.err || record_rc=$?
echo "$record_rc" >/out/exists.code

# The other kind of hooks; the gap behind the killed watch is not its matter.
rm -r /run/btrfs-dirtywatch
if [ -f /modules/early-clean-nobtf/btrfs.ko ]; then
	use_module early-clean:nobtf
	scratch_mount
	record_start lost-nobtf
	provoke lost
	record_stop
fi
scratch_umount
