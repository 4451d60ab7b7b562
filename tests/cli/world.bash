# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of the tool stand on: processes in nested PID namespaces.
#
#	the caller's namespace
#	|- unshare
#	|  `- A: sh 1, sleep 2, sleep 3, unshare 4, sleeper 6 with thread 7
#	|     `- G: sleep 1, which is 5 in A
#	`- unshare
#	   `- B: sleep 1
#
# A, G and B are the PIDs of the three inits, A2, A3, A4 and A6 those of the
# others, as the caller sees them; T is the TID of the sleeper's other thread.

bats_require_minimum_version 1.5.0

# child_of PID: its youngest child
child_of()
{
	awk '{ print $NF }' "/proc/$1/task/$1/children"
}

# wait_for COMMAND...: until it succeeds; 90 seconds are enough on any machine
wait_for()
{
	local i

	for i in {1..1800}; do
		! "$@" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

has_child() { [ -n "$(child_of "$1")" ]; }
runs() { [ "$(<"/proc/$1/comm")" = "$2" ]; }
# last_nspid PID: its number in its own namespace
last_nspid() { awk '/^NSpid:/ { print $NF }' "/proc/$1/status"; }
ns_of() { readlink "/proc/$1/ns/pid"; }
inum_of() { stat -Lc %i "/proc/$1/ns/pid"; }

# aside COMMAND...: run it in the background, without the descriptors by which
# bats would wait for it; $! is its PID
aside()
{
	(
		for fd in "/proc/$BASHPID/fd"/*; do
			[ "${fd##*/}" -lt 3 ] || eval "exec ${fd##*/}>&-"
		done
		exec "$@"
	) </dev/null >/dev/null 2>&1 &
}

# Each number is taken before the next one is: nothing but builtins waits.
setup_world()
{
	local a b

	export ready=$BATS_FILE_TMPDIR/ready
	# shellcheck disable=SC2016
	aside unshare -pf --kill-child sh -c '
		sleep 1000 & sleep 1000 &
		unshare -pf --kill-child \
			sh -c ": >$ready; exec sleep 1000" &
		until [ -e "$ready" ]; do :; done
		sleeper &
		wait'
	a=$!
	aside unshare -pf --kill-child sleep 1000
	b=$!
	wait_for has_child $a
	wait_for has_child $b
	A=$(child_of $a)
	B=$(child_of $b)
	wait_for runs "$B" sleep
	wait_for world_complete
	# shellcheck disable=SC2046
	set -- $(cat "/proc/$A/task/$A/children")
	A2=$1 A3=$2 A4=$3 A6=$4
	G=$(child_of "$A4")
	wait_for runs "$G" sleep
	T=$(cd "/proc/$A6/task" && printf '%s\n' * | grep -vx "$A6")
	export A A2 A3 A4 A6 B G T
}

world_complete()
{
	# shellcheck disable=SC2046
	set -- $(cat "/proc/$A/task/$A/children")
	[ $# -eq 4 ] && runs "$1" sleep && runs "$2" sleep &&
		runs "$3" unshare && runs "$4" sleeper &&
		[ "$(printf '%s\n' "/proc/$4/task"/* | wc -l)" -eq 2 ]
}

teardown_world()
{
	kill -9 "$A" "$B"
}

setup_file() { setup_world; }
teardown_file() { teardown_world; }

# is STATUS COMMAND...: it exits so; its output is in $output and $stderr
is()
{
	local want=$1

	shift
	run --separate-stderr "$@"
	[ "$status" -eq "$want" ] && return
	printf 'exit %s instead of %s\n%s\n%s\n' "$status" "$want" "$output" \
		"$stderr"
	return 1
}

# says TEXT: standard error is exactly this sentence
says()
{
	[ "$stderr" = "pidmap: $1" ] && return
	printf 'stderr is: %s\n  and not: pidmap: %s\n' "$stderr" "$1"
	return 1
}

prints()
{
	[ "$output" = "$1" ] && return
	printf 'stdout is:\n%s\nand not:\n%s\n' "$output" "$1"
	return 1
}

# What differs from run to run or from one back end to the other, by name
settle()
{
	sed -E -e "s/\b$(inum_of self)\b/VIEW/g" \
		-e "s/\b$(inum_of "$A")\b/NS_A/g" \
		-e "s/\b$(inum_of "$G")\b/NS_G/g" \
		-e "s/\b$(inum_of "$B")\b/NS_B/g" \
		-e "s/\b$A\b/A/g; s/\b$A2\b/A2/g; s/\b$A3\b/A3/g" \
		-e "s/\b$A4\b/A4/g; s/\b$A6\b/A6/g; s/\b$G\b/G/g" \
		-e "s/\b$B\b/B/g; s/\b$T\b/T/g" \
		-e 's/"(level|nsid|start|ids|userns|abi)":(null|[0-9]+)/"\1":*/g'
}

# golden NAME COMMAND...: prints what golden/NAME has, whitespace and all
golden()
{
	local name=$1 got

	shift
	is 0 "$@" || return
	got=$(settle <<<"$output")
	[ "${UPDATE_GOLDEN-}" != 1 ] ||
		echo "$got" >"$BATS_TEST_DIRNAME/golden/$name"
	diff -u "$BATS_TEST_DIRNAME/golden/$name" - <<<"$got"
}

# ended: descriptor 7 is a PID namespace whose processes are gone
ended()
{
	local pid init

	aside unshare -pf --kill-child sleep 1000
	pid=$!
	wait_for has_child $pid
	init=$(child_of $pid)
	exec 7<"/proc/$init/ns/pid"
	kill -9 "$init"
	wait $pid || true
}

need()
{
	local command

	for command; do
		command -v "$command" >/dev/null ||
			skip "there is no $command here"
	done
}

# unchecked WHY: what cannot be watched
unchecked()
{
	[ -z "$PIDMAP_CHECKER" ] || skip "not under $PIDMAP_CHECKER: $1"
}

# no_valgrind: what takes fsopen(2), or for the REASON given
no_valgrind()
{
	[ "$PIDMAP_CHECKER" != valgrind ] ||
		skip "${1-valgrind does not know fsopen(2), so there is no other procfs}"
}

have_device() { [ -e /dev/pidmap ]; }

# Where a command has a terminal for its standard output
on_terminal()
{
	script -qec "$*" /dev/null </dev/null
}
