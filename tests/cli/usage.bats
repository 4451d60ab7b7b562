# SPDX-License-Identifier: GPL-2.0-only
load world

setup_file() { :; }
teardown_file() { :; }

commands='translate ids list tree ns filter watch info doctor help'

@test "--help, before and after a command" {
	local command

	is 0 pidmap --help
	[[ ${lines[0]} == 'Usage: pidmap COMMAND'* ]]
	for command in $commands; do
		[[ $output == *"  $command "* ]]
	done
	for command in $commands; do
		is 0 pidmap "$command" -h
		[[ ${lines[0]} == "Usage: pidmap $command "* ]]
		[ -z "$stderr" ]
	done
}

@test "help, as a command" {
	local command help

	is 0 pidmap --help
	help=$output
	is 0 pidmap help
	prints "$help"
	for command in $commands; do
		help=$(pidmap "$command" --help)
		is 0 pidmap help "$command"
		prints "$help"
	done
	is 2 pidmap help frog
	says "no command 'frog'; 'pidmap --help' lists them"
}

# Each option that a command's help lists is taken, and no other.
@test "help lists what a command takes, and nothing else" {
	no_valgrind 'two hundred calls that end before they do anything'
	local command option help said

	for command in $commands; do
		is 0 pidmap help "$command"
		help=$output
		for option in --type --from --to --started --tgid --regexp --fields \
			--threads --direct --initial --dot --json --noheadings --output \
			--raw --color --backend --view; do
			said=$(pidmap "$command" $option= 2>&1 >/dev/null) || true
			if [[ $help =~ $option[^a-z] ]]; then
				[[ $said != *"no option '$option"* ]]
			else
				[[ $said == *"no option '$option="* ]]
			fi
		done
	done
}

@test "--version" {
	is 0 pidmap --version
	prints "pidmap ${PIDMAP_VERSION:?}"
	is 0 pidmap ns -V
	prints "pidmap $PIDMAP_VERSION"
}

@test "no command, and one there is not" {
	is 2 pidmap
	says "no command given; see 'pidmap --help'"
	is 2 pidmap frog
	says "no command 'frog'; 'pidmap --help' lists them"
}

@test "options there are not" {
	is 2 pidmap --frog
	says "no option '--frog'; see 'pidmap --help'"
	is 2 pidmap ns --frog
	says "no option '--frog'; see 'pidmap ns --help'"
	is 2 pidmap ns -x
	says "no option '-x'; see 'pidmap ns --help'"
	is 2 pidmap ns --threads
	says "no option '--threads'; see 'pidmap ns --help'"
	is 2 pidmap translate -5
	says "no option '-5'; see 'pidmap translate --help', and put '--' before negative numbers"
}

@test "values that are missing or too many" {
	is 2 pidmap translate --to
	says "option '--to' needs a value; see 'pidmap translate --help'"
	is 2 pidmap ns -o
	says "option '--output' needs a value; see 'pidmap ns --help'"
	is 2 pidmap ns --raw=1
	says "option '--raw' takes no value; see 'pidmap ns --help'"
}

@test "operands that are missing or too many" {
	is 2 pidmap translate
	says "translate needs an ID; see 'pidmap translate --help'"
	is 2 pidmap ids
	says "ids needs an ID; see 'pidmap ids --help'"
	is 2 pidmap info 1
	says "unexpected operand '1'; see 'pidmap info --help'"
}

@test "ID types there are not" {
	is 2 pidmap translate -t frog 1
	says "no ID type 'frog'; it is tid, tgid (or pid), pgid or sid"
}

@test "columns there are not" {
	is 2 pidmap ns -o ns,frog
	says "no column 'frog'; 'pidmap ns --help' lists them"
	is 2 pidmap ns -o ''
	says "no column ''; 'pidmap ns --help' lists them"
	is 2 pidmap ns -o "ns$(printf ',ns%.0s' {1..24})"
	says "more than 24 columns; name fewer after -o"
}

@test "forms of JSON there are not" {
	is 2 pidmap list --json=frog
	says "no JSON form 'frog'; it is lxkns, or leave it out"
	is 2 pidmap ns --json=lxkns
	says "ns has no JSON form 'lxkns'; only list has, use plain --json"
}

@test "options before and after the command" {
	local before

	before=$(pidmap -n --json info)
	is 0 pidmap info --json -n
	prints "$before"
}
