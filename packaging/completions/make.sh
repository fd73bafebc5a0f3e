#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# make.sh PROGRAM table|bash|zsh|fish: print the completion for a shell, from what PROGRAM's verbs say to --help, which
# argp makes of the tables that it reads options by. `table` prints what the others are made from, a line each:
# verb V TEXT · option V -s --long ARG TEXT · values V --long WORD... · rest V WHAT, with tabs between; `.` is none.
set -eu

program=$1 what=$2
here=$(dirname "$0")
export LC_ALL=C ARGP_HELP_FMT=rmargin=4000

verbs() {
	"$program" help | awk 'BEGIN { OFS = "\t" }
		/^  [a-z]/ && NF > 1 { name = $1; sub(/^ *[^ ]+ +/, ""); print "verb", name, $0 }'
}

# What is in the table of words is not in --help: which words an option takes.
words() {
	awk -v verb="$1" 'BEGIN { OFS = "\t" } !/^#/ && $1 == verb { print "values", $1, $2, substr($0, index($0, $3)) }' "$here/words"
}

table() {
	verbs | while IFS="$(printf '\t')" read -r kind verb text; do
		printf '%s\t%s\t%s\n' "$kind" "$verb" "$text"
		[ "$verb" != help ] || continue
		words "$verb"
		"$program" "$verb" --help </dev/null | awk -v verb="$verb" -f "$here/options.awk"
	done
}

case $what in
table) table ;;
*) table | awk -F '\t' -f "$here/$what.awk" ;;
esac
