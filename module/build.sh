#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# build.sh KERNEL VARIANT [btf|nobtf]: print the path of btrfs.ko, built from the distribution's source for KERNEL:
# stock as it is, early-clean with the bug put back, keep-dirty with the bug put back and then fixed by our patch,
# skip-writeback with a bug that leaves pages of marked files dirty until their inode is evicted.
# btf (the default) has module BTF, nobtf has none, as the distribution's headers alone would build it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

usage='usage: build.sh KERNEL stock|early-clean|keep-dirty|skip-writeback [btf|nobtf]'
[ $# = 2 ] || [ $# = 3 ] || die 2 "$usage"
kernel=$1 variant=$2 btf=${3:-btf}
changed=file.c # the one file that differs from stock
row "$kernel"
case $variant in
stock) patches=() ;;
early-clean) patches=(clean-early) ;;
keep-dirty) patches=(clean-early keep-dirty) ;;
skip-writeback) patches=(skip-writeback) changed=inode.c ;;
*) die 2 "$usage" ;;
esac
case $btf in btf | nobtf) ;; *) die 2 "$usage" ;; esac

# Print what the result depends on. A changed input gives another key, so a stale module is never found.
inputs() {
	local patch
	echo "$version $running $variant"
	"$cc" --version
	pahole --version
	cat "$module/build.sh" "$module/lib.sh" "$tree/usr/src/$source/fs/btrfs/$changed"
	for patch in "${patches[@]}"; do cat "$module/$patch.cocci"; done
}

# Apply semantic patch $1 to file $2. A patch that changes nothing is an error: the result would be another variant.
apply() {
	cp "$2" "$2.before"
	spatch --very-quiet --in-place --sp-file "$module/$1.cocci" "$2" >/dev/null ||
		die 3 "cannot apply $1.cocci to $source ($version); see spatch's messages above"
	if cmp -s "$2.before" "$2"; then
		die 3 "$1.cocci matches nothing in $source ($version); adapt it to this source"
	fi
	rm "$2.before"
}

# Print the folder that variants are compiled in, one after the other: those that differ in the same file alone, so
# that all but the first compile nothing else. Its key holds what the other objects depend on.
workshop() {
	local folder
	folder=$base/workshop-$({ echo "$version $running"; "$cc" --version; [ $changed = file.c ] || echo $changed; } | sha256sum | head -c 16)
	if [ ! -d "$folder" ]; then
		cp -r "$tree/usr/src/$source/fs/btrfs" "$new/workshop"
		mv "$new/workshop" "$folder"
	fi
	echo "$folder"
}

# Build in folder $1 and leave $2/btf/btrfs.ko and $2/nobtf/btrfs.ko.
build() {
	local headers=$tree/usr/src/linux-headers-$running flags
	unpack_image "$tree/boot/vmlinuz-$running" "$1/vmlinux"
	make -s -j2 -C "$headers" M="$1" CC="$cc" CONFIG_BTRFS_FS=m modules >"$1/log" 2>&1 || {
		cat "$1/log" >&2
		rm -rf "$1" # nothing that is broken stays for the next build
		die 3 "cannot build btrfs.ko; see the compiler's messages above"
	}
	mkdir -p "$2/btf" "$2/nobtf"
	cp "$1/btrfs.ko" "$2/nobtf"
	# Encoding reads the debugging sections, so those go last.
	read -ra flags < <(PAHOLE=pahole sh "$headers/scripts/pahole-flags.sh")
	pahole -J "${flags[@]}" --btf_base "$1/vmlinux" "$1/btrfs.ko"
	mv "$1/btrfs.ko" "$2/btf"
	strip -d "$2"/*btf/btrfs.ko
	verify "$2"
}

# Check that both modules in folder $1 are what their folder's names say, and for the kernel's release.
verify() {
	local ko
	has_btf "$1/btf/btrfs.ko" || die 3 'pahole left no BTF in btrfs.ko; check its version'
	! has_btf "$1/nobtf/btrfs.ko" || die 3 'the build left BTF in btrfs.ko; remove vmlinux from the headers'
	for ko in "$1"/*btf/btrfs.ko; do
		[[ $(modinfo -F vermagic "$ko") == "$running "* ]] ||
			die 3 "btrfs.ko is not for $running; headers and image differ: run kernel.sh --update $kernel"
	done
}

for tool in "$cc" pahole spatch; do
	command -v "$tool" >/dev/null || die 3 "cannot find $tool; install the packages of the module step (packaging/deps.sh module)"
done
tree=$("$module/kernel.sh" "$kernel")
version=${tree##*/}
running=$(basename "$tree"/lib/modules/*)
base=$cache/module/$kernel
made=$base/$variant-$(inputs | sha256sum | head -c 16)
ko=$made/$btf/btrfs.ko
if [ ! -f "$ko" ]; then
	locked "$base"
	if [ ! -f "$ko" ]; then # nobody made it while this one waited
		cp "$tree/usr/src/$source/fs/btrfs/$changed" "$new/$changed"
		for patch in "${patches[@]}"; do apply "$patch" "$new/$changed"; done
		workshop=$(workshop)
		cp "$new/$changed" "$workshop/$changed"
		build "$workshop" "$new/made"
		mv "$new/made" "$made"
	fi
fi
echo "$ko"
