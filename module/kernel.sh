#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# kernel.sh [--update] KERNEL: print the folder that holds a distribution kernel's image and modules, and the headers
# and btrfs source if the table names a source, all of one package version, after fetching it once. Nothing is installed.
# --update looks for a newer version; without it, a kernel in the cache needs neither network nor package lists.
# Status 6: unavailable, the archive does not carry this kernel (any more), by lists that were fetched just now.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$module/apt.sh"

unavailable() {
	die 6 "unavailable: the archive has no whole $kernel in $suites (any more); take another kernel of module/kernels"
}

# Print every version of binary package $1 that the lists offer, newest first.
versions() {
	apt-cache madison "$1" | awk -F ' *[|] *' '$3 !~ / Sources$/ { print $2 }'
}

# Succeed if the lists have each of packages $2... in version $1.
all_of() {
	local name version=$1
	shift
	for name; do
		versions "$name" | grep -xF "$version" >/dev/null || return 1
	done
}

# Print those of package $1's (of version $2) own companions that match $3; their names differ from series to series.
companions() {
	apt-cache show "$1=$2" | grep '^Depends:' | grep -oE "$3" || true
}

# Set image to the packages that hold image and modules of release $1 in package version $2. Fails if there are none.
# They are in one package, or each in its own. The signed kernel appears some time after the unsigned one; they hold the same.
find_image() {
	local name
	for name in "linux-binary-$1" "linux-binary-unsigned-$1"; do
		image=("$name" "linux-modules-$1" "linux-base-$1")
		! all_of "$2" "${image[@]}" || return 0
	done
	for name in "linux-image-$1" "linux-image-$1-unsigned"; do
		image=("$name")
		if all_of "$2" "$name" && [ -z "$(companions "$name" "$2" 'linux-modules-[^ ,]+')" ]; then return 0; fi
	done
	return 1
}

# Print the releases that package names "$1RELEASE" have and the table wants, the newest first.
releases() {
	apt-cache pkgnames "$1" | sed -n "s/^$1\($release\)\$/\1/p" | sort -rV
}

# Set version to the newest source's, and packages to what goes with it. Fails if the lists have no source.
resolve_source() {
	local name found='' headers extra
	version=$(versions "$source" | sed -n 1p)
	[ -n "$version" ] || return 1
	for name in $(releases linux-headers-); do
		! all_of "$version" "linux-headers-$name" || { found=$name && break; }
	done
	[ -n "$found" ] || die 3 "the archive has $source $version but no headers of that version; try again with --update"
	find_image "$found" "$version" || die 3 "the archive has $source $version but no image of that version; try again with --update"
	headers=linux-headers-$found
	mapfile -t extra < <(companions "$headers" "$version" 'linux-(headers|kbuild)-[^ ,]+')
	packages=("$source" "$headers" "${extra[@]}" "${image[@]}")
}

# Set version and packages to the newest image that is there with its modules.
resolve_image() {
	local name
	for name in $(releases linux-image-); do
		for version in $(versions "linux-image-$name"); do
			if find_image "$name" "$version"; then
				packages=("${image[@]}")
				return 0
			fi
		done
	done
	return 1
}

resolve() {
	if [ "$source" = - ]; then resolve_image; else resolve_source; fi
}

# Download the packages into folder $1.
download() (
	cd "$1" && apt-get -qq download "${packages[@]/%/=$version}" >&2
)

# What was downloaded into folder $1 must be of one version, whatever the lists promised.
check() {
	local deb found
	for deb in "$1"/*.deb; do
		found=$(dpkg-deb -f "$deb" Version)
		[ "$found" = "$version" ] ||
			die 3 "$(dpkg-deb -f "$deb" Package) is $found but $kernel is $version, and all must be one version; try again with --update"
	done
}

# Unpack the packages of folder $1 into folder $2, so that everything in it works from where it lies.
unpack() {
	local deb
	for deb in "$1"/*.deb; do
		case ${deb##*/} in
		"$source"_*) dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$source.tar.xz" >"$1/source.tar.xz" ;;
		*) dpkg -x "$deb" "$2" ;;
		esac
	done
	settle "$2"
	if [ "$source" != - ]; then
		tar -xJf "$1/source.tar.xz" -C "$2/usr/src" "$source/fs/btrfs"
		relocate "$2"
	fi
	for deb in "$2"/lib/modules/*; do
		depmod -b "$2" "${deb##*/}"
	done
}

# Newer kernels lie below /usr, image and all. Put the image of folder $1 where the older ones have it.
settle() {
	local image release
	[ -d "$1/lib" ] || ln -s usr/lib "$1/lib"
	for image in "$1"/lib/modules/*/vmlinuz; do
		[ -f "$image" ] || continue
		release=$(basename "${image%/vmlinuz}")
		mkdir -p "$1/boot"
		mv "$image" "$1/boot/vmlinuz-$release"
	done
}

# Make what names other files of the headers in folder $1 by a path below / name them from where they lie.
relocate() {
	local makefile link to
	for makefile in "$1"/usr/src/linux-headers-*/Makefile; do
		# shellcheck disable=SC2016 # make's own variables
		sed -i -E 's,^(include |KBUILD_OUTPUT=)/usr/src/,\1$(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)/,' "$makefile"
	done
	for link in "$1"/lib/modules/*/build "$1"/lib/modules/*/source; do
		to=$(readlink "$link")
		[[ $to != /* ]] || ln -sfn "../../..$to" "$link"
	done
}

update=
if [ "${1:-}" = --update ]; then
	update=1
	shift
fi
[ $# = 1 ] || die 2 'usage: kernel.sh [--update] KERNEL'
kernel=$1
row "$kernel"
base=$cache/kernel/$kernel

# Print the folder of the kernel in the cache, if there is one and no newer one is wanted.
cached() {
	[ -z "$update" ] && [ -f "$base/current" ] && [ -d "$base/$(<"$base/current")/boot" ] && echo "$base/$(<"$base/current")"
}

cached && exit
locked "$base"
cached && exit # another run made it while this one waited

private_apt "$suites"
[ -z "$update" ] || refresh
resolve || { refresh && resolve; } || unavailable
if [ ! -d "$base/$version" ]; then
	mkdir "$new/deb" "$new/root"
	# Lists older than the archive name packages that are gone: refresh them once.
	download "$new/deb" || { refresh && resolve && download "$new/deb"; } ||
		die 3 "cannot download $kernel $version and what goes with it; check the network, then try again"
	check "$new/deb"
	unpack "$new/deb" "$new/root"
	mv "$new/root" "$base/$version"
fi
echo "$version" >"$new/current"
mv "$new/current" "$base/current"
echo "$base/$version"
