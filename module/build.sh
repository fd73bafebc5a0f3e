#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# build.sh KERNEL VARIANT [btf|nobtf]: print the path of btrfs.ko, built from the distribution's source for KERNEL:
# stock as it is, early-clean with the bug put back, keep-dirty with the bug put back and then fixed by our patch,
# early-clean-folio with the bug in its coarse form (where btrfs writes by folio),
# skip-writeback with a bug that leaves pages of marked files dirty until their inode is evicted.
# btf has module BTF, nobtf has none, as the distribution's headers alone would build it on some kernels.
# Without either word it is btf, or nobtf for kernels that know no BTF in modules.
# VARIANT may be the path of a folder, for tests: its semantic patches change file.c, which may include its headers.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$module/apt.sh"
# shellcheck source-path=SCRIPTDIR source=chroot.sh
. "$module/chroot.sh"

# The semantic patches of each variant; one of a/b applies, by the shape of the source.
# variant, changed file, patches
variants='
stock             file.c
early-clean       file.c  clean-early/clean-early-blocks
early-clean-folio file.c  clean-early-folio
keep-dirty        file.c  clean-early/clean-early-blocks keep-dirty/keep-dirty-folio
skip-writeback    inode.c skip-writeback
'

usage="usage: build.sh KERNEL $(awk 'NF { printf "%s%s", sep, $1; sep = "|" }' <<<"$variants") [btf|nobtf]"
[ $# = 2 ] || [ $# = 3 ] || die 2 "$usage"
kernel=$1 variant=$2 btf=${3:-}
row "$kernel"
folder=$module
case $variant in
*/*)
	folder=$variant variant=$(basename "$variant") changed=file.c
	patches=$(find "$folder" -maxdepth 1 -name '*.cocci' -printf '%f ' 2>/dev/null) || die 2 "$usage"
	[ -n "$patches" ] || die 2 "$usage"
	patches=${patches//.cocci/}
	;;
*)
	line=$(awk -v v="$variant" '$1 == v' <<<"$variants")
	[ -n "$line" ] || die 2 "$usage"
	read -r _ changed patches <<<"$line"
	;;
esac
case $btf in '' | btf | nobtf) ;; *) die 2 "$usage" ;; esac
[ "$source" != - ] || die 3 "no modules are built for $kernel: module/kernels names no source for it"
cc=${compiler#*:}

# Run a command where the compiler is: here, or in the chroot.
there() {
	if [ -n "$chroot" ]; then in_chroot "$@"; else "$@"; fi
}

# Print what the result depends on. A changed input gives another key, so a stale module is never found.
inputs() {
	local patch
	echo "$version $running $variant ${chroot##*/}"
	there "$cc" --version
	pahole --version
	cat "$module/build.sh" "$module/lib.sh" "$tree/usr/src/$source/fs/btrfs/$changed"
	for patch in ${patches//\// }; do cat "$folder/$patch.cocci"; done
	[ "$folder" = "$module" ] || cat "$folder"/*.h
}

# Apply the semantic patch of list $1 (names with /) that matches file $2; they are for different shapes of source.
# That none changes anything is an error: the result would be another variant.
apply() {
	local patch
	cp "$2" "$2.before"
	for patch in ${1//\// }; do
		spatch --very-quiet --in-place --sp-file "$folder/$patch.cocci" "$2" >/dev/null ||
			die 3 "cannot apply $patch.cocci to $source ($version); see spatch's messages above"
		if ! cmp -s "$2.before" "$2"; then
			rm "$2.before"
			return 0
		fi
	done
	die 3 "$1.cocci matches nothing in $source ($version); adapt it to this source"
}

# Print the folder that variants are compiled in, one after the other: those that differ in the same file alone, so
# that all but the first compile nothing else. Its key holds what the other objects depend on.
workshop() {
	local folder
	folder=$base/workshop-$({ echo "$version $running ${chroot##*/}"; there "$cc" --version; [ "$changed" = file.c ] || echo "$changed"; } | sha256sum | head -c 16)
	if [ ! -d "$folder" ]; then
		cp -r "$tree/usr/src/$source/fs/btrfs" "$new/workshop"
		mv "$new/workshop" "$folder"
	fi
	echo "$folder"
}

# Build in folder $1 and leave $2/nobtf/btrfs.ko, and $2/btf/btrfs.ko if this kernel knows BTF in modules.
build() {
	there make -s -j2 -C "$headers" M="$1" CC="$cc" CONFIG_BTRFS_FS=m modules >"$1/log" 2>&1 || {
		cat "$1/log" >&2
		rm -rf "$1" # nothing that is broken stays for the next build
		die 3 "cannot build btrfs.ko; see the compiler's messages above"
	}
	mkdir -p "$2/nobtf"
	objcopy -R .BTF -R .BTF.base "$1/btrfs.ko" "$2/nobtf/btrfs.ko"
	if module_btf; then
		mkdir "$2/btf"
		has_btf "$1/btrfs.ko" || encode "$1"
		mv "$1/btrfs.ko" "$2/btf"
	fi
	strip -d "$2"/*btf/btrfs.ko
	verify "$2"
}

# Succeed if this kernel knows BTF in modules.
module_btf() {
	grep -qx CONFIG_DEBUG_INFO_BTF_MODULES=y "$headers/.config"
}

# Give the module in folder $1 its BTF, for headers that come without the kernel's. The debugging sections are needed.
encode() {
	local flags
	unpack_image "$tree/boot/vmlinuz-$running" "$1/vmlinux"
	read -ra flags < <(PAHOLE=pahole sh "$headers/scripts/pahole-flags.sh")
	pahole -J "${flags[@]}" --btf_base "$1/vmlinux" "$1/btrfs.ko"
}

# Check that the modules in folder $1 are what their folder's names say, and for the kernel's release.
verify() {
	local ko
	for ko in "$1"/*btf/btrfs.ko; do
		case $ko in
		*/btf/*) has_btf "$ko" || die 3 'pahole left no BTF in btrfs.ko; check its version' ;;
		*) ! has_btf "$ko" || die 3 'there is still BTF in btrfs.ko; check the version of objcopy' ;;
		esac
		[[ $(modinfo -F vermagic "$ko") == "$running "* ]] ||
			die 3 "btrfs.ko is not for $running; headers and image differ: run kernel.sh --update $kernel"
	done
}

# Set chroot to where the compiler is, or to nothing if it is this system's.
find_compiler() {
	local tool tools=(pahole spatch)
	chroot=
	case $compiler in
	*:*) chroot_for "${compiler%:*}" "$cc" ;;
	*) tools+=("$cc") ;;
	esac
	for tool in "${tools[@]}"; do
		command -v "$tool" >/dev/null || die 3 "cannot find $tool; install the packages of the module step (packaging/deps.sh module)"
	done
}

find_compiler
tree=$("$module/kernel.sh" "$kernel") || exit
version=${tree##*/}
running=$(basename "$tree"/lib/modules/*)
headers=$tree/usr/src/linux-headers-$running
if [ -z "$btf" ]; then
	btf=nobtf
	! module_btf || btf=btf
fi
[ "$btf" = nobtf ] || module_btf || die 3 "$running knows no BTF in modules; take nobtf"
base=$cache/module/$kernel
made=$base/$variant-$(inputs | sha256sum | head -c 16)
ko=$made/$btf/btrfs.ko
if [ ! -f "$ko" ]; then
	locked "$base"
	if [ ! -f "$ko" ]; then # nobody made it while this one waited
		cp "$tree/usr/src/$source/fs/btrfs/$changed" "$new/$changed"
		for patch in $patches; do apply "$patch" "$new/$changed"; done
		workshop=$(workshop)
		cp "$new/$changed" "$workshop/$changed"
		[ "$folder" = "$module" ] || cp "$folder"/*.h "$workshop"
		build "$workshop" "$new/made"
		mv "$new/made" "$made"
	fi
fi
echo "$ko"
