# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# heal_hammer.sh MODULE SEED TRIALS - a page that is healed TRIALS times while others write to it, by every way there is.
# Leaves /out/hammer (what the writers saw), and .check: is it so after all caches are dropped, and after a remount?
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 trials=$3
one_processor
use_module "$module"
scratch_mkfs
scratch_mount
mkdir /tmp/proc
ln -s /proc/locks /proc/swaps /tmp/proc
all_processors
began=$(date +%s)
/in/hammer "$scratch" "$trials" "$seed" /tmp/proc >/out/hammer 2>&1 || [ $? = 1 ] || fail "hammer: $(cat /out/hammer)"
one_processor
note "$(cat /out/hammer), in $(($(date +%s) - began)) s"
/in/hammer "$scratch" check >>/out/hammer.check 2>&1 || :
sync
drop_caches
/in/hammer "$scratch" check >>/out/hammer.check 2>&1 || :
scratch_umount
scratch_mount
/in/hammer "$scratch" check >>/out/hammer.check 2>&1 || :
scratch_umount
