# SPDX-License-Identifier: GPL-2.0-only
load world

@test "a full device for standard output" {
	local command

	for command in 'translate 1' 'ids 1' list tree ns info --help --version; do
		# shellcheck disable=SC2086
		is 1 bash -c "pidmap $command >/dev/full"
		says "cannot write to standard output: No space left on device; give it an open file with room"
	done
}

@test "a closed standard output" {
	no_valgrind 'valgrind opens files of its own, and the first takes its place'
	is 1 bash -c 'pidmap ns >&-'
	says "cannot write to standard output: Bad file descriptor; give it an open file with room"
}

@test "a pipe that nobody reads any more" {
	is 0 bash -c '{ yes 1 | timeout 20 pidmap translate -; echo $? >&2; } |
		head -n 1'
	prints 1
	# It ends by SIGPIPE, as cat(1) does, and says nothing.
	[ "$stderr" = 141 ]
}

@test "nothing is coloured but on a terminal" {
	local command

	for command in ns tree --help; do
		is 0 pidmap $command
		[[ $output != *$'\033'* ]]
	done
}

@test "colours on a terminal, unless NO_COLOR or a dumb terminal" {
	need script
	export TERM=xterm
	unset NO_COLOR
	[[ $(on_terminal pidmap ns) == *$'\033[1m'* ]]
	[[ $(on_terminal pidmap tree) == *$'\033[1m'* ]]
	[[ $(on_terminal pidmap ns -r) != *$'\033'* ]]
	[[ $(on_terminal pidmap ns --json) != *$'\033'* ]]
	[[ $(NO_COLOR='' on_terminal pidmap ns) == *$'\033[1m'* ]]
	[[ $(NO_COLOR=1 on_terminal pidmap ns) != *$'\033'* ]]
	[[ $(NO_COLOR=1 on_terminal pidmap tree) != *$'\033'* ]]
	[[ $(TERM=dumb on_terminal pidmap ns) != *$'\033'* ]]
	[[ $(on_terminal pidmap ns --color=never) != *$'\033'* ]]
	is 0 pidmap ns --color=always
	[[ $output == *$'\033[1m'* ]]
	is 0 pidmap tree --color=always
	[[ $output == *$'\033[1m'* ]]
	is 2 pidmap ns --color=sometimes
	says "no 'sometimes' for colours; it is auto, always or never"
}

@test "as wide as the terminal" {
	need script stty
	[[ $(on_terminal 'stty cols 30; pidmap tree') == *'...'* ||
		$(on_terminal 'stty cols 30; pidmap tree') == *'…'* ]]
}

@test "columns in any order and any case, once or more" {
	is 0 pidmap ns -rno INIT,ns,Init "$B"
	prints "$B $(inum_of "$B") $B"
	is 0 pidmap ns -ro command,init "$B"
	prints $'COMMAND INIT\n'"sleep $B"
}

@test "the usual columns and more" {
	is 0 pidmap ns -ro +userns "$B"
	[ "${lines[0]}" = 'NS LEVEL PARENT NPROCS INIT UID CONTAINER COMMAND USERNS' ]
}

@test "JSON is as the schema says" {
	local command

	need python3
	python3 -c 'import jsonschema' || skip 'there is no jsonschema here'
	for command in 'translate 1' 'ids 1' list 'list --threads' tree ns info \
		doctor 'ns -o ns' 'info -o ns'; do
		pidmap $command --json >"$BATS_TEST_TMPDIR/json" ||
			[ "$command" = doctor ]
		python3 "$BATS_TEST_DIRNAME/validate.py" "${PIDMAP_SCHEMA:?}" \
			"$BATS_TEST_TMPDIR/json"
	done
}
