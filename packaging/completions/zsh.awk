# SPDX-License-Identifier: GPL-2.0
# The table of make.sh as a completion for zsh.
function quoted(text) {
	gsub(/'/, "'\\''", text)
	return text
}

# Within a spec of _arguments, what means something there.
function plain(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/\[/, "\\[", text)
	gsub(/\]/, "\\]", text)
	gsub(/:/, "\\:", text)
	return quoted(text)
}

function action(name, arg) {
	if (name in words)
		return "(" words[name] ")"
	if (arg ~ /(DIR|PATH|MOUNT)/)
		return "_files -/"
	return arg ~ /(FILE|STORE)/ ? "_files" : " "
}

$1 == "verb" {
	name_of[++count] = $2
	verbs = verbs "\n\t\t'" $2 ":" quoted($3) "'"
}

$1 == "values" { words[$2 " " $3] = $4 }

$1 == "option" { line[++lines] = $0 }

$1 == "rest" {
	rest[$2] = $3 == "file" ? " '*:file:_files'" : $3 == "dir" ? " '*:folder:_files -/'" : ""
}

END {
	for (i = 1; i <= lines; i++) {
		split(line[i], field, "\t")
		name = field[2] " " field[4]
		tail = "[" plain(field[6]) "]"
		if (field[5] != ".") {
			value = field[5]
			gsub(/[^A-Za-z0-9_-]/, "", value)
			tail = (field[5] ~ /^=/ ? "=" : "=-") tail (field[5] ~ /^=/ ? ":" : "::") value ":" action(name, field[5])
		}
		specs[field[2]] = specs[field[2]] " \\\n\t\t\t'" field[4] tail "'"
		if (field[3] != ".") {
			sub(/^=-?/, field[5] == "." ? "" : "+", tail)
			specs[field[2]] = specs[field[2]] " \\\n\t\t\t'" (field[3] == "-?" ? "-\\?" : field[3]) tail "'"
		}
	}
	print "#compdef btrfs-dirtywatch"
	print "# Made of its --help.\n"
	print "_btrfs-dirtywatch() {"
	print "\tlocal verb=watch\n\tlocal -a verbs=(" verbs "\n\t)\n"
	print "\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then"
	print "\t\t_describe verb verbs\n\t\treturn\n\tfi"
	print "\tif [[ $words[2] != -* ]]; then"
	print "\t\tverb=$words[2]\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi"
	print "\tcase $verb in"
	for (i = 1; i <= count; i++) {
		verb = name_of[i]
		if (verb in specs)
			print "\t" verb ")\n\t\t_arguments -s" specs[verb] rest[verb] " ;;"
	}
	print "\tesac\n}\n"
	print "_btrfs-dirtywatch \"$@\""
}
