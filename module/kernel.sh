#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# kernel.sh [--update] KERNEL: print the folder that holds a distribution kernel's image, modules, headers and
# btrfs source, all of one package version, after fetching it once. Nothing is installed.
# --update looks for a newer version; without it, a kernel in the cache needs neither network nor package lists.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Print every version of binary package $1 that the lists offer, newest first.
versions() {
	apt-cache madison "$1" | awk -F ' *[|] *' '$3 !~ / Sources$/ { print $2 }'
}

refresh() {
	[ "$(id -u)" = 0 ] || die 4 'the package lists are missing or old; run "apt-get update" as root, then try again'
	apt-get -qq update >&2 || die 3 'cannot refresh the package lists; check the network and the apt sources, then try again'
}

# Print the last of the packages $2... that the archive has in the newest source's version; $1 says what they are.
same_version() {
	local what=$1 name found=
	shift
	for name; do
		if versions "$name" | grep -qxF "$version"; then found=$name; fi
	done
	[ -n "$found" ] || die 3 "the archive has $source $version but no $what of that version; try again with --update"
	echo "$found"
}

# Set version to the newest source's, and packages to what goes with it. Fails if the lists have no source.
resolve() {
	local names headers image
	version=$(versions "$source" | sed -n 1p)
	[ -n "$version" ] || return 1
	mapfile -t names < <(apt-cache pkgnames linux-headers- | grep -x "linux-headers-$release" | sort -V)
	headers=$(same_version headers "${names[@]}") || exit
	image=linux-image-${headers#linux-headers-}
	# The signed image appears some time after the unsigned one; they hold the same kernel.
	image=$(same_version image "$image-unsigned" "$image") || exit
	# The headers name their own companions, which differ from series to series.
	mapfile -t names < <(apt-cache show "$headers=$version" | grep '^Depends:' | grep -oE 'linux-(headers|kbuild)-[^ ,]+')
	packages=("$source" "$headers" "$image" "${names[@]}")
}

# Download the packages into folder $1.
download() (
	cd "$1" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]/%/=$version}" >&2
)

# What was downloaded into folder $1 must be of one version, whatever the lists promised.
check() {
	local deb found
	for deb in "$1"/*.deb; do
		found=$(dpkg-deb -f "$deb" Version)
		[ "$found" = "$version" ] ||
			die 3 "$(dpkg-deb -f "$deb" Package) is $found but $source is $version, and all must be one version; try again with --update"
	done
}

# Unpack the packages of folder $1 into folder $2, so that everything in it works from where it lies.
unpack() {
	local deb link makefile
	for deb in "$1"/*.deb; do
		case ${deb##*/} in
		"$source"_*) dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$source.tar.xz" >"$1/source.tar.xz" ;;
		*) dpkg -x "$deb" "$2" ;;
		esac
	done
	tar -xJf "$1/source.tar.xz" -C "$2/usr/src" "$source/fs/btrfs"
	for makefile in "$2"/usr/src/linux-headers-*/Makefile; do
		# shellcheck disable=SC2016 # make's own variables
		sed -i 's|^include /usr/src/|include $(dir $(lastword $(MAKEFILE_LIST)))../|' "$makefile"
	done
	for link in "$2"/lib/modules/*/build "$2"/lib/modules/*/source; do
		ln -sfn "../../..$(readlink "$link")" "$link"
	done
	for link in "$2"/lib/modules/*; do
		depmod -b "$2" "${link##*/}"
	done
}

update=
if [ "${1:-}" = --update ]; then
	update=1
	shift
fi
[ $# = 1 ] || die 2 'usage: kernel.sh [--update] KERNEL'
row "$1"
base=$cache/kernel/$1

# Print the folder of the kernel in the cache, if there is one and no newer one is wanted.
cached() {
	[ -z "$update" ] && [ -f "$base/current" ] && [ -d "$base/$(<"$base/current")/boot" ] && echo "$base/$(<"$base/current")"
}

cached && exit
locked "$base"
cached && exit # another run made it while this one waited

[ -z "$update" ] || refresh
resolve || { refresh && resolve; } || die 3 "the archive has no $source; add the suite $suite to the apt sources, then try again"
if [ ! -d "$base/$version" ]; then
	mkdir "$new/deb" "$new/root"
	# Lists older than the archive name packages that are gone: refresh them once.
	download "$new/deb" || { refresh && resolve && download "$new/deb"; } ||
		die 3 "cannot download $source $version and what goes with it; check the network, then try again"
	check "$new/deb"
	unpack "$new/deb" "$new/root"
	mv "$new/root" "$base/$version"
fi
echo "$version" >"$new/current"
mv "$new/current" "$base/current"
echo "$base/$version"
