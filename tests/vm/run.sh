#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh: run a scenario in a machine of its own under software emulation, and bring its files back. See README.md.
# Exit status: the scenario's own (0 to 123), or 124 hang, 125 no answer, 126 the kernel complained.
set -Eeuo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=stage.sh
. "$here/stage.sh"

usage='usage: run.sh [-ijvz] [-k KERNEL|FOLDER] [-m VARIANT[:nobtf][,VARIANT...]] [-t SECONDS] [-M MEM_MB] [-c CPUS] [-d DISK_MB]
              [-p HOSTPROG]... [-f HOSTFILE[=GUESTPATH]]... [-r ROOT_IMAGE] [-x "QEMU OPTIONS"] -o OUTDIR SCENARIO [ARG...]'

# The kernel's words for "something is broken", in dmesg.txt and console.log.
complaints='WARNING:|BUG:|kernel BUG at|Oops|\[#[0-9]+\]|Call Trace|Kernel panic|general protection fault[,:]'
complaints+='|rcu: INFO:|INFO: (task|rcu|possible|trying)|detected (expedited )?stall|soft lockup|[Hh]ard LOCKUP'
complaints+='|(KASAN|KCSAN|KMSAN|UBSAN|KFENCE):|refcount_t:|list_(add|del) corruption|[Uu]nable to handle'

# Seconds of the time limit that are not the scenario's: firmware before, handing back after.
reserve=7

say() {
	echo "run.sh: $1" >&2
}

die() {
	say "$1"
	exit 125
}

progress() {
	[ -z "$verbose" ] || echo "vm: $1" >&2
}

number() {
	[[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || die "-$1 wants a whole number above 0, not '$2'"
}

parse() {
	local opt
	kernel=6.1 variants=stock limit=120 memory=1024 cpus=2 disk=1024 outdir='' extra='' verbose='' packed='' counting='' system='' programs=() files=() threads=single
	while getopts :k:m:t:M:c:p:f:d:r:x:o:ijvz opt; do
		case $opt in
		k) kernel=$OPTARG ;;
		m) variants=$OPTARG ;;
		t) number t "$OPTARG" && limit=$OPTARG ;;
		M) number M "$OPTARG" && memory=$OPTARG ;;
		c) number c "$OPTARG" && cpus=$OPTARG ;;
		d) number d "$OPTARG" && disk=$OPTARG ;;
		p) programs+=("$OPTARG") ;;
		f) files+=("$OPTARG") ;;
		r) system=$OPTARG ;;
		x) extra+=" $OPTARG" ;;
		o) outdir=$OPTARG ;;
		i) counting=1 extra+=' -icount shift=0,sleep=off' ;;
		j) threads=multi ;;
		v) verbose=1 ;;
		z) packed=1 ;;
		*) die "option -$OPTARG is unknown or lacks its value; $usage" ;;
		esac
	done
	# The guest's clock runs ahead whenever it idles: only the host's can set a limit.
	[ -z "$counting" ] || cpus=1
	shift $((OPTIND - 1))
	if [ -z "$outdir" ] || [ $# = 0 ]; then die "$usage"; fi
	[ "$limit" -gt $((2 * reserve)) ] || die "-t wants more than $((2 * reserve)) seconds, for booting and handing back take $reserve"
	scenario=$1
	shift
	args=("$@")
	[ -z "$system" ] || [ -s "$system" ] || die "there is no image '$system'; tests/vm/rootfs.sh makes one"
	[ -s "$scenario" ] || die "there is no scenario '$scenario'; name a shell script"
	mkdir -p "$outdir" || die "cannot make the folder $outdir; name another with -o"
	[ -z "$(ls -A "$outdir")" ] || die "$outdir is not empty; old files there could be taken for this run's"
}

find_kernel() {
	case $kernel in
	*/*) root=$kernel ;;
	*) root=$("$top/module/kernel.sh" "$kernel") || die "kernel '$kernel' is not to be had; see the message above" ;;
	esac
	local images=("$root"/boot/vmlinuz-*)
	[ -f "${images[0]}" ] || die "there is no $root/boot/vmlinuz-*"
	[ ${#images[@]} = 1 ] || die "$root/boot must hold one vmlinuz, not ${#images[@]}"
	vmlinuz=${images[0]}
	release=${vmlinuz##*/vmlinuz-}
	[ -d "$root/lib/modules/$release" ] || die "$root/lib/modules has no $release, the release of its vmlinuz"
}

start_machine() {
	local disks=()
	qemu_status=0
	# What it changes of its system is gone with this process, but not with a boot.
	if [ -n "$system" ]; then
		disks=(-drive "file=$system,if=virtio,format=raw,snapshot=on,cache=unsafe")
	else
		disks=(-no-reboot)
	fi
	truncate -s "${disk}M" "$tmp/scratch.img"
	truncate -s 4G "$tmp/back.img"
	touch "$tmp/scenario.log"
	# shellcheck disable=SC2086 # $extra is a list of options
	setpriv --pdeathsig KILL qemu-system-x86_64 -accel "tcg,thread=$threads" -cpu max -smp "$cpus" -m "$memory" \
		-display none -vga none -nic none -monitor none \
		-serial "file:$tmp/console" -serial "file:$tmp/scenario.log" \
		-drive "file=$tmp/scratch.img,if=virtio,format=raw,cache=unsafe,discard=unmap" \
		-drive "file=$tmp/back.img,if=virtio,format=raw,cache=unsafe" \
		"${disks[@]}" -kernel "$image" -initrd "$tmp/initrd" \
		-append 'console=ttyS0 quiet loglevel=5 log_buf_len=8M panic=-1 oops=panic mitigations=off no_timer_check' \
		$extra </dev/null >"$tmp/qemu.log" 2>&1 &
	machine=$!
}

# Wait for the machine's end, or set $late and end it.
watch_machine() {
	local began=${EPOCHREALTIME/./} up='' tail='' now
	late=''
	if [ -n "$verbose" ]; then
		tail -n +1 -f --pid="$machine" -s 0.2 "$tmp/scenario.log" >&2 2>/dev/null &
		tail=$!
	fi
	while kill -0 "$machine" 2>/dev/null; do
		sleep 0.1
		now=$((${EPOCHREALTIME/./} - began))
		if [ -z "$up" ] && [ -s "$tmp/scenario.log" ]; then
			up=$now
			progress "up after $(tenths "$up") s"
		fi
		if [ "$now" -ge "${limit}000000" ]; then
			late=1
			stop_machine
		fi
	done
	wait "$machine" || qemu_status=$?
	machine=''
	[ -z "$tail" ] || wait "$tail" || true
	progress "ended after $(tenths "$now") s"
}

# Start a machine and wait for its end. One that ends while the kernel boots has run nothing of the scenario, so it gets
# another chance: with -j the emulator now and then runs code that another processor has just patched ("Oops: int3").
run_machine() {
	local chances=2
	start_machine
	watch_machine
	while [ ! -s "$tmp/scenario.log" ] && [ -z "$late" ] && [ "$chances" -gt 0 ]; do
		chances=$((chances - 1))
		say "the kernel did not come up: $(grep -aEm1 "$complaints" "$tmp/console" || echo no complaint); trying again"
		start_machine
		watch_machine
	done
}

tenths() {
	echo "$(($1 / 1000000)).$(($1 / 100000 % 10))"
}

stop_machine() {
	[ -z "$machine" ] || kill -9 "$machine" 2>/dev/null || true
}

# Bring everything back that there is; set $status if the archive is whole.
bring_back() {
	status=''
	mkdir "$tmp/back"
	if tar -xf "$tmp/back.img" -C "$tmp/back" --no-same-owner 2>"$tmp/tar.log" && [ -f "$tmp/back/status" ]; then
		status=$(cat "$tmp/back/status")
	fi
	[ ! -d "$tmp/back/out" ] || cp -a "$tmp/back/out/." "$outdir/"
	[ ! -f "$tmp/back/dmesg.txt" ] || cp "$tmp/back/dmesg.txt" "$outdir/"
	cp "$tmp/scenario.log" "$outdir/"
	tr -d '\r' <"$tmp/console" >"$outdir/console.log"
}

# Print the first complaint of the kernel.
complaint() {
	local log
	for log in dmesg.txt console.log; do
		if [ -f "$outdir/$log" ] && grep -aEm1 "$complaints" "$outdir/$log"; then
			return 0
		fi
	done
	return 1
}

# Decide what this run was. Only a whole archive with the kernel's log from its first line on is an answer.
judge() {
	local line
	if line=$(complaint); then
		say "the kernel complained: $line"
	fi
	if [ -n "$late" ] || [ "$status" = late ]; then
		say "the scenario was not done after $limit s; see hang.txt, console.log and scenario.log in $outdir"
		answer=124
		return
	fi
	if [ -n "$line" ]; then
		answer=126
		return
	fi
	[ "$qemu_status" = 0 ] || die "qemu ended with status $qemu_status: $(tail -n 1 "$tmp/qemu.log")"
	[ -n "$status" ] || die "the machine ended without handing its files back; see console.log and scenario.log in $outdir"
	grep -aqm1 'Linux version' "$outdir/dmesg.txt" || die "dmesg.txt in $outdir has lost its beginning, and with it maybe a complaint"
	[ "$status" -lt 124 ] || die "the scenario ended with status $status, which run.sh keeps for itself (or a signal killed it)"
	answer=$status
}

# However this script ends, the machine is gone, and a status that is not an answer is not taken for one.
finish() {
	stop_machine
	rm -rf "$tmp" "${made:-$tmp}.$$"
	exit "${answer:-125}"
}

tmp=$(mktemp -d)
stage=$tmp/root answer='' machine=''
trap finish EXIT
trap 'say "line $LINENO failed unexpectedly"' ERR
trap 'answer=130; exit' INT
trap 'answer=143; exit' TERM HUP

parse "$@"
find_kernel
stage_root
add_files
for program in mkfs.btrfs "${programs[@]}"; do
	add_program "$program"
done
add_variants
image=$vmlinuz
if [ -z "$packed" ]; then
	cached kernel print_elf
	[ ! -s "$made" ] || image=$made
fi
cached modules print_modules
{ pack "$stage"; cat "$made"; } >"$tmp/initrd"
progress "$release with $(du -h "$tmp/initrd" | cut -f1) of initramfs"
run_machine
bring_back
judge
