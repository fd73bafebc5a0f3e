# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # the variables are run.sh's, which sources this
# What goes into the machine of run.sh: the kernel's modules, variants of btrfs.ko, programs, files.

# What the machine must have; the rest of a kernel's modules that exist come along for modprobe.
needed_modules='virtio_pci virtio_blk btrfs'
useful_modules='loop minix ext4 brd zram xxhash_generic blake2b_generic sha256_generic'

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
	if [ -n "$counting" ]; then
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
	cp "$here"/guest/*.sh "$stage/guest/"
	[ -z "$system" ] || cp "$here"/guest/system* "$stage/guest/"
	cp -L "$scenario" "$stage/guest/scenario"
	{
		echo "deadline=$deadline"
		quoted set -- "${scenario##*/}" "${args[@]}"
	} >"$stage/guest/settings"
	if [ -x "$top/btrfs-dirtywatch-static" ]; then
		cp -L "$top/btrfs-dirtywatch-static" "$stage/usr/sbin/btrfs-dirtywatch"
	fi
}
