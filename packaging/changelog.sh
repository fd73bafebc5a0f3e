#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# changelog.sh CHANGES.md: print it as a Debian changelog. A version begins with "btrfs-dirtywatch VERSION"; each
# paragraph below is a change. The date is SOURCE_DATE_EPOCH's, or the file's.
set -eu

changes=$1
maintainer=$(sed -n 's/^Maintainer: //p' "$(dirname "$0")/debian/control" 2>/dev/null ||
	sed -n 's/^Maintainer: //p' "$(dirname "$changes")/debian/control")
date=$(LC_ALL=C date -u -R -d "@${SOURCE_DATE_EPOCH:-$(stat -c %Y "$changes")}")

fmt -s -w 74 "$changes" | awk -v end=" -- $maintainer  $date" '
	/^btrfs-dirtywatch [0-9]/ {
		if (open)
			print "\n" end "\n"
		print "btrfs-dirtywatch (" $2 ") unstable; urgency=medium\n"
		open = 1
		mark = "  * "
		next
	}
	/^$/ { mark = "  * "; next }
	{ print mark $0; mark = "    " }
	END { print "\n" end }'
