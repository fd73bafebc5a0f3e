#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh: run a scenario in a machine of its own under software emulation, and bring its files back. See README.md.
# Exit status: the scenario's own (0 to 123), or 124 hang, 125 no answer, 126 the kernel complained.
set -Eeuo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)

usage='usage: run.sh [-vz] [-k KERNEL|FOLDER] [-m VARIANT[:nobtf][,VARIANT...]] [-t SECONDS] [-M MEM_MB] [-c CPUS] [-d DISK_MB]
              [-p HOSTPROG]... [-f HOSTFILE[=GUESTPATH]]... [-x "QEMU OPTIONS"] -o OUTDIR SCENARIO [ARG...]'

# What the machine must have; the rest of a kernel's modules that exist come along for modprobe.
needed_modules='virtio_pci virtio_blk btrfs'
useful_modules='loop minix brd zram xxhash_generic blake2b_generic sha256_generic'

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
	kernel=6.1 variants=stock limit=120 memory=1024 cpus=2 disk=1024 outdir='' extra='' verbose='' packed='' programs=() files=()
	while getopts :k:m:t:M:c:p:f:d:x:o:vz opt; do
		case $opt in
		k) kernel=$OPTARG ;;
		m) variants=$OPTARG ;;
		t) number t "$OPTARG" && limit=$OPTARG ;;
		M) number M "$OPTARG" && memory=$OPTARG ;;
		c) number c "$OPTARG" && cpus=$OPTARG ;;
		d) number d "$OPTARG" && disk=$OPTARG ;;
		p) programs+=("$OPTARG") ;;
		f) files+=("$OPTARG") ;;
		x) extra=$OPTARG ;;
		o) outdir=$OPTARG ;;
		v) verbose=1 ;;
		z) packed=1 ;;
		*) die "option -$OPTARG is unknown or lacks its value; $usage" ;;
		esac
	done
	shift $((OPTIND - 1))
	if [ -z "$outdir" ] || [ $# = 0 ]; then die "$usage"; fi
	[ "$limit" -gt $((2 * reserve)) ] || die "-t wants more than $((2 * reserve)) seconds, for booting and handing back take $reserve"
	scenario=$1
	shift
	args=("$@")
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

# copy_module SOURCE TARGET: unpacked, since not every busybox reads what a distribution packs with.
copy_module() {
	mkdir -p "${2%/*}"
	case $1 in
	*.xz) xz -dc "$1" >"${2%.xz}" ;;
	*.zst) zstd -qdc "$1" >"${2%.zst}" ;;
	*) cp "$1" "$2" ;;
	esac
}

# pack FOLDER: print it as a compressed cpio archive: zstd, which kernels before 5.9 cannot unpack.
pack() {
	local packer=(zstd -q -3 -T2)
	case $release in
	[1-4].* | 5.[0-8].*) packer=(gzip -1) ;;
	esac
	(cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) | "${packer[@]}"
}

# with_wishes FOLDER NAME...: the names, each behind what its modules.softdep lines want before it. modprobe heeds only
# the first of several lines for one module.
with_wishes() {
	local name folder=$1
	shift
	for name; do
		sed -n "s/^softdep $name pre: //p" "$folder/modules.softdep" | xargs -n 1 echo
		echo "$name"
	done | awk 'NF && !seen[$0]++'
}

# modules_for FOLDER NAME: the files that NAME needs, itself last, in the order in which they load.
modules_for() {
	modprobe -d "$1" -S "$release" --show-depends "$2" | sed -n "s|^insmod $1\(/[^ ]*\).*|\1|p"
}

# The modules, in the order in which they load. $1: all, in a folder where depmod may write; $2: the image's root.
# No btrfs.ko: a scenario must never get one that it did not choose.
stage_modules() {
	local name path tree=lib/modules/$release
	mkdir -p "$1/lib/modules" "$2/usr/$tree"
	ln -s usr/lib "$2/lib"
	cp -rs "$(realpath "$root/$tree")" "$1/lib/modules/"
	depmod -b "$1" "$release"
	for name in $needed_modules; do
		modules_for "$1" "$name" >/dev/null || die "kernel $release has no module $name"
	done
	# shellcheck disable=SC2086 # a list of names
	for name in $(with_wishes "$1/$tree" $needed_modules); do
		modules_for "$1" "$name" 2>/dev/null || true # a wish may be built in, or not be there
	done | awk '!/\/btrfs\.ko/ && !seen[$0]++' >"$1/order"
	for name in $useful_modules; do
		modules_for "$1" "$name" 2>/dev/null || true
	done | cat "$1/order" - | sort -u >"$1/all"
	while read -r path; do
		copy_module "$1$path" "$2$path"
	done <"$1/all"
	cp "$1/$tree"/modules.{builtin,order} "$2/$tree/"
	[ ! -f "$1/$tree/modules.builtin.modinfo" ] || cp "$1/$tree/modules.builtin.modinfo" "$2/$tree/" # from 5.2 on
	depmod -b "$2" "$release"
	sed -E 's/\.(xz|zst)$//' "$1/order" >"$2/lib/load-order"
}

# print_modules: the archive with the kernel's modules.
print_modules() {
	stage_modules "$tmp/all-modules" "$tmp/modules"
	pack "$tmp/modules"
}

# print_elf: the ELF kernel that is packed inside the image, where its header says (Documentation/x86/boot.rst:
# setup_sects, payload_offset, payload_length); nothing if it cannot be unpacked, or has no PVH entry to boot by.
print_elf() {
	local sects offset length unpack
	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$vmlinuz")
	read -r offset length < <(od -An -tu4 -j $((0x248)) -N 8 "$vmlinuz")
	# The last 4 bytes are the unpacked size, not part of the stream.
	dd if="$vmlinuz" of="$tmp/packed" bs=64K iflag=skip_bytes,count_bytes status=none \
		skip=$(((sects + 1) * 512 + offset)) count=$((length - 4))
	case $(od -An -tx1 -N 4 "$tmp/packed") in
	' fd 37 7a 58') unpack=xz ;;
	' 28 b5 2f fd') unpack='zstd -q --long=31' ;;
	*) return 0 ;;
	esac
	$unpack -dc <"$tmp/packed" >"$tmp/elf"
	if LC_ALL=C readelf -n "$tmp/elf" 2>/dev/null | grep 'Xen .*0x00000012' >/dev/null; then
		cat "$tmp/elf"
	fi
}

# cached NAME FUNCTION: set $made to a file with what FUNCTION prints for this kernel. It is made once, and made
# anew when the functions or lists above change; half a file never bears the final name.
cached() {
	local key
	key=$({ cat "$vmlinuz"; declare -f print_modules stage_modules with_wishes modules_for copy_module pack print_elf; echo "$needed_modules $useful_modules"; } | sha256sum)
	made=$top/.cache/vm/$1-$release-${key:0:16}
	if [ -f "$made" ]; then
		return 0
	fi
	progress "making $1 for $release"
	mkdir -p "${made%/*}"
	"$2" >"$made.$$"
	mv "$made.$$" "$made"
}

# quoted WORD...: print them so that a shell reads them back as they are.
quoted() {
	local word q=\'
	for word in "$@"; do
		printf " '%s'" "${word//$q/$q\\$q$q}"
	done
}

# add_program NAME: a host's program with its shared libraries and their loader, where they are on the host.
add_program() {
	local path libs
	path=$(type -P -- "$1") || die "there is no program '$1' on this host; install it"
	path=$(realpath -s "$path")
	if libs=$(LC_ALL=C ldd "$path" 2>&1); then
		! grep -q 'not found' <<<"$libs" || die "program '$1' lacks a library; see ldd $path"
		mapfile -t libs < <(grep -oE '/[^ ]+ \(0x' <<<"$libs" | sed 's/ (0x$//')
	else
		libs=()
	fi
	# A copy must never go through a link of the staged tree.
	cp -L --remove-destination --parents "$path" "${libs[@]}" "$stage"
}

add_files() {
	local file target
	for file in "${files[@]}"; do
		target=/in/$(basename "${file%%=*}")
		[[ $file != *=* ]] || target=/${file#*=}
		file=${file%%=*}
		[ -f "$file" ] || die "there is no file '$file' to take along"
		mkdir -p "$stage${target%/*}"
		cp -L --remove-destination "$file" "$stage$target"
	done
}

# The variants of btrfs.ko, each in /modules/VARIANT[-nobtf]; `image` is the one that the kernel came with, `builtin`
# the one that it has built in.
add_variants() {
	local spec ko target
	for spec in ${variants//,/ }; do
		target=$stage/modules/${spec/:/-}/btrfs.ko
		case $spec in
		builtin)
			grep -qx 'kernel/fs/btrfs/btrfs\.ko' "$root/lib/modules/$release/modules.builtin" ||
				die "kernel $release has no btrfs built in"
			continue
			;;
		image) ko=$(find "$root/lib/modules/$release/kernel/fs/btrfs" -name 'btrfs.ko*') ;;
		*:nobtf) ko=$("$top/module/build.sh" "$kernel" "${spec%:nobtf}" nobtf) || ko='' ;;
		*) ko=$("$top/module/build.sh" "$kernel" "$spec") || ko='' ;;
		esac
		[ -f "$ko" ] || die "module variant '$spec' of kernel $kernel is not to be had; see the message above"
		copy_module "$ko" "$target${ko##*btrfs.ko}"
	done
}

# Everything but the kernel's modules: busybox, the guest's scripts, the scenario and what it asked for.
stage_root() {
	local dir deadline=$((limit - reserve))
	if counting; then
		deadline=''
	fi
	for dir in dev etc guest in mnt/scratch out proc root run sys tmp usr/bin usr/sbin usr/lib usr/lib64; do
		mkdir -p "$stage/$dir"
	done
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$stage/$dir"
	done
	cp -L "$(type -P busybox)" "$stage/usr/bin/busybox"
	# Relative links only: an absolute one would lead out to the host. The guest makes those to the applets.
	ln -s busybox "$stage/usr/bin/sh"
	ln -s ../bin/modprobe "$stage/usr/sbin/modprobe"
	cp "$here/guest/init" "$stage/init"
	cp "$here/guest/lib.sh" "$stage/guest/lib.sh"
	cp -L "$scenario" "$stage/guest/scenario"
	{
		echo "deadline=$deadline"
		quoted set -- "${scenario##*/}" "${args[@]}"
	} >"$stage/guest/settings"
	if [ -x "$top/btrfs-dirtywatch-static" ]; then
		cp -L "$top/btrfs-dirtywatch-static" "$stage/usr/sbin/btrfs-dirtywatch"
	fi
}

# With -icount QEMU wants one thread, and the guest's clock runs ahead whenever it idles: only the host's can set a limit.
counting() {
	[[ $extra == *icount* ]]
}

start_machine() {
	local accel=tcg,thread=multi
	qemu_status=0
	if counting; then
		accel=tcg
	fi
	truncate -s "${disk}M" "$tmp/scratch.img"
	truncate -s 4G "$tmp/back.img"
	touch "$tmp/scenario.log"
	# shellcheck disable=SC2086 # $extra is a list of options
	setpriv --pdeathsig KILL qemu-system-x86_64 -accel "$accel" -cpu max -smp "$cpus" -m "$memory" \
		-display none -vga none -nic none -monitor none -no-reboot \
		-serial "file:$tmp/console" -serial "file:$tmp/scenario.log" \
		-drive "file=$tmp/scratch.img,if=virtio,format=raw,cache=unsafe,discard=unmap" \
		-drive "file=$tmp/back.img,if=virtio,format=raw,cache=unsafe" \
		-kernel "$image" -initrd "$tmp/initrd" \
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
# another chance: now and then the emulator runs code that another processor has just patched ("Oops: int3").
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
