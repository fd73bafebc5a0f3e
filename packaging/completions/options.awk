# SPDX-License-Identifier: GPL-2.0
# What a verb's --help says, as lines of make.sh's table.
BEGIN { OFS = "\t" }

# "  -d, --duration=SECONDS     Stop after SECONDS"; a long option has its text in the next line.
/^ +(-[^ -], )? *--[a-z]/ {
	flush()
	short = match($0, /^ +-[^ -],/) ? substr($0, RLENGTH - 2, 2) : "."
	head = substr($0, match($0, /--[a-z]/))
	long = head
	text = ""
	if (match(head, /  +/)) {
		long = substr(head, 1, RSTART - 1)
		text = substr(head, RSTART + RLENGTH)
	}
	arg = "."
	if (match(long, /\[?=/)) {
		arg = substr(long, RSTART)
		long = substr(long, 1, RSTART - 1)
	}
	next
}

/^                / && long != "" && text == "" {
	text = $0
	sub(/^ +/, "", text)
	next
}

/^Usage:/ {
	if (/(FILE|STORE|RECORDING)/)
		rest = "file"
	else if (/(DIR|PATH)/)
		rest = "dir"
	else
		rest = "none"
}

END {
	flush()
	print "rest", verb, rest
}

function flush() {
	if (long != "")
		print "option", verb, short, long, arg, text
	long = ""
}
