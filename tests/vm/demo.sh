#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# demo.sh: boot a throwaway machine with the bug put back, lose writes on purpose, and show that the tool finds each;
# then the same with the fix, and with the distribution's own module. Every number is compared with the truth of this run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
count=${TRIALS:-200} seed=${SEED:-$RANDOM}
modules=(early-clean keep-dirty stock)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
out=$tmp/out

echo "A machine with Linux 6.1 loses $count buffered writes on purpose, with each of: ${modules[*]} (seed $seed)."
"$here/run.sh" -k 6.1 -m "$(IFS=, && echo "${modules[*]}")" -t 220 -o "$out" \
	"$here/scenario/demo.sh" "$seed" "$count" "${modules[@]}" || {
	cat "$out/scenario.log" >&2 || :
	exit 1
}

line='' wrong=0
for module in "${modules[@]}"; do
	printf '\n== %s\n$ btrfs-dirtywatch provoke /mnt/scratch --outcome lost --count %s\n' "$module" "$count"
	tail -n 1 "$out/$module.provoke"
	printf '$ btrfs-dirtywatch watch -m /mnt/scratch\n'
	head -n 6 "$out/$module.txt" | sed '/^$/,$d'
	tail -n 1 "$out/$module.txt"
	verdict=$(jq -n -c -f "$here/judge.jq" --slurpfile truth "$out/$module-lost.truth" \
		--slurpfile seen "$out/$module-lost.json")
	read -r trials lost found right false < <(jq -r '"\(.trials) \(.truly_lost) \(.lost_found) \(.right) \(.false)"' <<<"$verdict")
	case $module in
	early-clean) expected=$count line+="$module: $right of $lost lost writes found, $false false; " ;;
	*) expected=0 line+="$module: $found of $trials; " ;;
	esac
	if [ "$lost" != "$expected" ] || [ "$found" != "$lost" ] || [ "$right" != "$count" ] || [ "$false" != 0 ] ||
		[ "$(jq -c .blind <<<"$verdict")" != '[]' ]; then
		echo "not as it should be: $verdict" >&2
		wrong=1
	fi
done
printf '\ndemo: %s\n' "${line%; }"
exit "$wrong"
